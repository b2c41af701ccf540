"""The hypothesis graph."""
