"""Writing units, and reading everything for hashes and exports."""

from __future__ import annotations

from hypograph.graph.core.query import Query
from hypograph.graph.core.schema import LABELS, RELATIONS


def _node_example(label: str) -> dict[str, object]:
    return {"rows": [{"key": f"example {label}", "props": {}}]}


MERGE_NODES = {
    label: Query(
        f"merge_{label}",
        f"UNWIND $rows AS r MERGE (n:{label} {{{spec.key}: r.key}}) SET n += r.props RETURN count(n) AS n",
        _node_example(label),
        writes=True,
    )
    for label, spec in LABELS.items()
}

MERGE_EDGES = {
    (kind, a, b): Query(
        f"merge_{kind}_{a}_{b}",
        f"UNWIND $rows AS r MATCH (a:{a} {{{LABELS[a].key}: r.start}}) MATCH (b:{b} {{{LABELS[b].key}: r.end}}) "
        f"MERGE (a)-[e:{kind} {{key: r.key}}]->(b) SET e += r.props RETURN count(e) AS n",
        {"rows": [{"start": "none", "end": "none", "key": "", "props": {}}]},
        writes=True,
    )
    for kind, relation in RELATIONS.items()
    for a, b in relation.joins
}

DELETE_LONE_NODES = {
    label: Query(
        f"delete_lone_{label}",
        f"MATCH (n:{label}) WHERE n.{spec.key} IN $keys AND NOT (n)--() DELETE n RETURN count(n) AS n",
        {"keys": ["none"]},
        writes=True,
    )
    for label, spec in LABELS.items()
}

DELETE_EDGES = {
    (kind, a, b): Query(
        f"delete_{kind}_{a}_{b}",
        f"UNWIND $rows AS r MATCH (a:{a} {{{LABELS[a].key}: r.start}})-[e:{kind} {{key: r.key}}]->"
        # All are found before the first is deleted: else the embedded server answered EntityNotFound at 20,000 papers.
        f"(b:{b} {{{LABELS[b].key}: r.end}}) WITH collect(e) AS found UNWIND found AS e DELETE e RETURN count(e) AS n",
        {"rows": [{"start": "none", "end": "none", "key": ""}]},
        writes=True,
    )
    for kind, relation in RELATIONS.items()
    for a, b in relation.joins
}

FIND_NODES = {
    label: Query(
        f"find_{label}",
        f"MATCH (n:{label}) WHERE n.{spec.key} IN $keys RETURN n.{spec.key} AS key",
        {"keys": ["none"]},
    )
    for label, spec in LABELS.items()
}

READ_NODES = {
    label: Query(
        f"read_{label}",
        f"MATCH (n:{label}) WHERE n.{spec.key} > $after RETURN n.{spec.key} AS key, properties(n) AS props "
        f"ORDER BY n.{spec.key} LIMIT $limit",
        {"after": "", "limit": 10},
    )
    for label, spec in LABELS.items()
}

COUNT_NODES = {label: Query(f"count_{label}", f"MATCH (n:{label}) RETURN count(n) AS n") for label in LABELS}
COUNT_EDGES = {kind: Query(f"count_{kind}", f"MATCH ()-[e:{kind}]->() RETURN count(e) AS n") for kind in RELATIONS}

READ_EDGES = {
    (kind, a, b): Query(
        f"read_{kind}_{a}_{b}",
        f"MATCH (a:{a})-[e:{kind}]->(b:{b}) "
        f"RETURN a.{LABELS[a].key} AS start, b.{LABELS[b].key} AS end, properties(e) AS props",
    )
    for kind, relation in RELATIONS.items()
    for a, b in relation.joins
}

HAS_UNIT = Query("has_unit", "MATCH (u:Unit {key: $key}) RETURN u.key AS key", {"key": "none"})
CREATE_UNIT = Query(
    "create_unit",
    "CREATE (u:Unit {key: $key}) SET u += $props RETURN u.key AS key",
    {"key": "example unit", "props": {"kind": "example", "at": "2026-01-01T00:00:00Z"}},
    writes=True,
)
DONE_UNITS = Query("done_units", "MATCH (u:Unit) WHERE u.key IN $keys RETURN u.key AS key", {"keys": ["none"]})
SCHEMA_VERSION = Query("schema_version", "MATCH (m:Migration) WHERE m.version > 0 RETURN max(m.version) AS version")

# A few at a time: a transaction is held in memory.
CLEAR_NODES = {
    label: Query(
        f"clear_{label}",
        f"MATCH (n:{label}) WITH n LIMIT $limit DETACH DELETE n RETURN count(*) AS n",
        {"limit": 0},
        writes=True,
    )
    for label in LABELS
    if label != "Migration"
}

# The note of a restore that has begun; version -1 is no version of the schema.
RESTORE_BEGUN = Query("restore_begun", "MATCH (m:Migration {version: -1}) RETURN m.name AS name")
RESTORE_ENDED = Query("restore_ended", "MATCH (m:Migration {version: -1}) DELETE m RETURN count(*) AS n", writes=True)
