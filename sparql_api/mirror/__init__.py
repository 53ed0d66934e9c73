"""An edition as static files: what is asked from within, where each answer stands, how links lead there."""
