"""What every answer shares: routes, headers, caching, connections, the API's description."""
