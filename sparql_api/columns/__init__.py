"""Columns: an edition's tables in one file, the SQL twins of questions asked of it, and which of them may answer."""
