"""Flows, their runs and schedules."""
