"""What a form is made of: the fields of a document by its shapes, each with its name, its place, its bounds, its list."""
