"""Keywords: extraction, relations, synonyms."""
