"""From a document to the canonical lines of its graph, and back to a fiche. Knows no registry."""
