"""What a form is made of: the fields of a document by its shapes, with their names, places, bounds and lists."""
