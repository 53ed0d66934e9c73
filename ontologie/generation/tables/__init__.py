"""What every family stands on: the rows of the tables, their sources, and how Turtle is written."""
