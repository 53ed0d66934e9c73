"""Media types and how data is written in them; which one a caller wants."""
