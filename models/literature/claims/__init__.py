"""Claims of papers about alloys: which phases were found in which alloy, in which state, word for word."""
