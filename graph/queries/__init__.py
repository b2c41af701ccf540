"""Cypher, as named constants, one module a theme; importing this registers them all."""

from hypograph.graph.queries import core, literature, operations, pages

__all__ = ["core", "literature", "operations", "pages"]
