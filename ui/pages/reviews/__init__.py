"""Reviews that wait for a person."""
