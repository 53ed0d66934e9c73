"""What AI assistants ask by the Model Context Protocol. Knows tools; each asks the service's own addresses."""
