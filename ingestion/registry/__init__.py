"""The record of deposits: documents, versions, states, events, agents, in SQL. Knows no RDF store."""
