"""Cypher, as named constants, one module a theme."""
