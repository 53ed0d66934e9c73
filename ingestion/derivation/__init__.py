"""What publication derives of a document: indices, findings, ties to principles. Knows rules; stores nothing."""
