"""From a file to what may be registered: read, resolved, converted, judged, with all that is to be said."""
