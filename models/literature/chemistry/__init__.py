"""Chemistry in text: a grammar of formulas, and what of a text is chemistry."""
