"""What partners deposit, as documents: an instrument as one table or one SKOS file, a linkset as SSSOM or RDF."""
