"""The store: embedded or Neo4j, schema, migrations, integrity."""
