"""What every flow runs in: settings, units of work, workers, progress, sources of knowledge."""
