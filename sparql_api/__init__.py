"""The way out: SPARQL, fiches, pages, dumps, and the root of the command line. Imports nothing by itself."""
