"""What computes outside of the engine: threads in bounded lines, ends, shares, spooled files."""
