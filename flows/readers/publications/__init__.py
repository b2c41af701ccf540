"""Readers of publications: formats, services, duplicates."""
