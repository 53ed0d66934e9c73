"""Charts of saved questions: what each shows as data, drawn as SVG on the server, at an address of its own."""
