"""Who may do what: agents with roles and scopes, and the one function that decides. Knows no database."""
