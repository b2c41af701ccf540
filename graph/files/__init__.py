"""The graph as files: backup, export, import, RO-Crate, locks."""
