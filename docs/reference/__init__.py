"""The pages that are made from the code, a module each: declared things put into Markdown.

What there is to say stands where it is declared: under a setting, in the help of a command, in what a route says of
itself to OpenAPI.
"""
