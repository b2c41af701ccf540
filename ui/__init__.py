"""The pages over the store: browsing by fixed read queries, long work through Prefect's API only."""
