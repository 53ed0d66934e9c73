"""The ontology as people read it: its terms and its diagram."""
