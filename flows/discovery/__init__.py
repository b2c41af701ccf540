"""The whole path as one Prefect flow, by hand and on a schedule."""
