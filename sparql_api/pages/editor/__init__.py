"""The SPARQL editor: its form, which works alone; what completes and checks a query; what its answer is drawn as."""
