"""Results of each domain as nodes and relationships."""
