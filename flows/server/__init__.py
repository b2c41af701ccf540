"""The Prefect server, deployments, schedules, metrics and health."""
