"""A live campaign: definition, events, results, progress."""
