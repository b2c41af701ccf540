"""Commands of `hypograph campaign`."""
