"""Pure mathematics and domain types: no input or output, no network, no database."""
