"""Readers of what users bring: publications, alloy tables, reaction tables."""
