"""The research tables of an edition: cut in parts at publication, told by one dictionary of columns."""
