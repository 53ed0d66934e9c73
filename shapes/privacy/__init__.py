"""Personal data in a text: which passages hold some, what refuses it and what a person must read; and its mask."""
