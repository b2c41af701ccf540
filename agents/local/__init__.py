"""The local model: what is locked, how it is fetched, and the server it runs in."""
