"""The gate compared with other SHACL engines over the same generated fiches; see __main__.py."""
