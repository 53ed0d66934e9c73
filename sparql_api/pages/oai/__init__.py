"""OAI-PMH 2.0: the fiches as libraries and portals harvest them, with those that went as deleted records."""
