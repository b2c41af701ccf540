"""Elements and alloys."""
