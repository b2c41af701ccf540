"""Tasks of a search: alloys and questions in words."""
