"""The map: literature, alloys and hypotheses together."""
