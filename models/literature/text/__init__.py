"""Text as chemists write it: chunks, formulas, abbreviations."""
