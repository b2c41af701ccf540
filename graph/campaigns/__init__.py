"""Folders of live campaigns: definition, events, lock."""
