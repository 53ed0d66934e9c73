"""The service under attack: hundreds of clients that mean harm, and good ones whose every answer is compared."""
