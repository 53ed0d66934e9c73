"""What changed: the event stream of document versions (LDES), and what one edition differs by from another."""
