"""A state in one file, and back: what of it cannot be made anew, and the order that makes a restore safe."""
