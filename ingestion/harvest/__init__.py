"""A partner's own data as deposits of ours: from its SPARQL endpoint, or from the descriptions that its pages carry."""
