"""What the pages draw of the whole store: read once, given places, and kept in a file for the next start."""
