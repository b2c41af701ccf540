"""The `hypograph` command; nothing heavy is imported until a command runs."""
