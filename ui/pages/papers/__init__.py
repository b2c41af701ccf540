"""Papers: the list, one paper, and bringing a library of them."""
