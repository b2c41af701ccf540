"""Locks of data sets and models, packaged tables, compose files: package data."""
