"""What `import hypograph as hg` offers, for notebooks and scripts; nothing here is a second way to a result."""
