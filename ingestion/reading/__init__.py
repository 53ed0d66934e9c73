"""From bytes to records: formats, encodings, tables, with the place of everything. Knows no vocabulary."""
