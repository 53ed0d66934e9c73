"""The list of fiches: as a page, as JSON, whole selections as files."""
