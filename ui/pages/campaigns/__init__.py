"""Campaigns: comparison, exploration, the laboratory."""
