"""Names the whole graph room shares: the schema and named Cypher queries."""
