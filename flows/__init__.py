"""Prefect flows and tasks, deployments, readers of user input, and the command line."""
