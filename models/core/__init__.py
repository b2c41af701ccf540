"""Errors, keys, protocols and records that every domain uses."""
