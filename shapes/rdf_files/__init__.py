"""RDF files that anyone brings: judged in batches, what no shape looked at, why one cannot be used."""
