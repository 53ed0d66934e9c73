"""Alignments of principles and levels, and bridges to the vocabularies of others: their ends, their reasons."""
