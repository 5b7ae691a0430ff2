"""The API: the routers of all apps under one address, with one description."""
