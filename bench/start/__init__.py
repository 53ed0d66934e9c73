"""What it costs to begin: processor time of short commands, memory of the processes at rest."""
