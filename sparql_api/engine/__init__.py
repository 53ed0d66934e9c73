"""The engines behind SPARQL: a query in, a whole answer or an error out, always from one edition."""
