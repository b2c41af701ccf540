"""hypograph: from what is known to the next experiment, with every source measured."""

__version__ = "0.1.0"
