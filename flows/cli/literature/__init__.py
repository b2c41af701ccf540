"""Commands of `hypograph literature`."""
