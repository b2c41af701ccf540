"""What the build of a keyword graph keeps between runs, and what it writes."""
