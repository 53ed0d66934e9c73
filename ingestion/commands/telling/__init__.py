"""How documents, their differences and their history are told, on a terminal and to programs."""
