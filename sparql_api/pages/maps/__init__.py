"""Territories on a map: what a question counts in each, drawn and in a table; a page for each région académique."""
