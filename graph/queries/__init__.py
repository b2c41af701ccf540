"""Cypher, as named constants, one module a theme; importing this registers them all."""

from hypograph.graph.queries import core, pages

__all__ = ["core", "pages"]
