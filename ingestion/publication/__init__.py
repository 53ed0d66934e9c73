"""From validated documents to an edition: derived, assembled, dumped, cut. Knows folders and locks."""
