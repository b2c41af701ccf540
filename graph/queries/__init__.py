"""Cypher, as named constants, one module a theme; importing this registers them all."""

from hypograph.graph.queries import campaigns, core, examples, literature, operations, pages, reviews

__all__ = ["campaigns", "core", "examples", "literature", "operations", "pages", "reviews"]
