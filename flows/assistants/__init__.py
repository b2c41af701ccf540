"""For chat assistants: what the pages show and change, as tools."""
