"""The pages of settings and of the graph's schema, from their declarations."""

from __future__ import annotations

from hypograph.flows.runtime.settings import FOREIGN, Settings
from hypograph.graph.core.schema import LABELS, RELATIONS, SCHEMA_VERSION
from hypograph.graph.queries.examples import EXAMPLES


def settings_page() -> str:
    """Write every setting with its type's default and meaning."""
    rows = ["| variable | in the TOML file | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        variable = FOREIGN.get(name, "HYPOGRAPH_" + name.upper())
        rows.append(f"| `{variable}` | `{name}` | {(field.description or '').replace('|', chr(92) + '|')} |")
    return "# All settings\n\nThe environment counts before the file.\n\n" + "\n".join(rows) + "\n"


def graph_page() -> str:
    """Write every label and relationship with its properties."""
    parts = [
        "# Schema of the graph",
        f"Version {SCHEMA_VERSION}. The store refuses whatever is not listed here.",
        "Any program that speaks Bolt reads it: the `neo4j` driver, LangChain's `Neo4jGraph`, `neo4j-graphrag`. "
        "A Neo4j server is where `NEO4J_URI` says. The embedded one runs while a command uses it: its Bolt port is in "
        "`HYPOGRAPH_HOME/store/address.json`, and the password in `reader.password` beside it opens it for the user "
        "`reader`, who cannot write. The questions at the end of this page are run by the tests on both.",
        "## Nodes",
    ]
    rows = ["| label | key | properties |", "|---|---|---|"]
    for name, label in LABELS.items():
        rows.append(f"| `{name}` | `{label.key}` | {', '.join(f'`{p}`' for p in sorted(label.props - {label.key}))} |")
    parts.append("\n".join(rows))
    rows = ["| type | joins | properties |", "|---|---|---|"]
    for name, relation in RELATIONS.items():
        joins = "<br>".join(f"`{start}` → `{end}`" for start, end in relation.joins)
        rows.append(f"| `{name}` | {joins} | {', '.join(f'`{p}`' for p in sorted(relation.props))} |")
    parts += ["## Relationships", "\n".join(rows), "## Questions, in Cypher"]
    for title, query in EXAMPLES.items():
        given = ", ".join(f"`${name}` = `{value!r}`" for name, value in query.example.items())
        text = query.text
        for word in ("WHERE", "RETURN", "ORDER BY"):
            text = text.replace(f" {word} ", f"\n{word} ")
        parts.append(f"{title} ({given}):\n\n```cypher\n{text}\n```")
    return "\n\n".join(parts) + "\n"
