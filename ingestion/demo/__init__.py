"""The bundled deposits, real usages with their source pages, and what loads them."""
