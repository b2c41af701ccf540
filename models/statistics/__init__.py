"""Measures, intervals and array types that every domain uses."""
