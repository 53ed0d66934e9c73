"""Answers that are cited: one address each, with the hash of its rows, its reference, what the latest edition says."""
