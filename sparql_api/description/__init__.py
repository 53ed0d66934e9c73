"""What an edition says of itself in RDF: VoID, DCAT-AP, its questions. Made from the edition; knows nothing of HTTP."""
