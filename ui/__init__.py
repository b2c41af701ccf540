"""The pages over the store."""
