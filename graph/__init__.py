"""The store: schema, Cypher constants, embedded server, import and export."""
