"""Everything that talks to a language model, behind the protocols of `hypograph.models`."""
