"""Roles a language model plays: judge, expert, proposer, planner, extractor, reader, writer."""
