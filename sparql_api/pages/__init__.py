"""What people and their tools look at: pages, fiches in every format, the edition's description of itself.

`layout` draws a page, `presentation` says how values are shown; each other module is one kind of page and its routes.
"""
