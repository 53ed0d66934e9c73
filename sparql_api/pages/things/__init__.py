"""The address of each thing: its description as a page or as data."""
