"""Questions of one's own in SQL, answered in the browser: the page, its examples, the engine that set-up brings."""
