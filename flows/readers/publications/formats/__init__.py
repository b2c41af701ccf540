"""Formats of publications: one module a kind of document, each registers its readers."""
