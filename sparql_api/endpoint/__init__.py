"""The SPARQL endpoint: its protocol, its store of graphs, what it says of itself."""
