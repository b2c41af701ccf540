"""Answers of language models on disk, and what is under way."""
