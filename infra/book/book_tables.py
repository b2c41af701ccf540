"""The pages of settings and of the graph's schema, from their declarations."""

from __future__ import annotations

from hypograph.flows.runtime.settings import FOREIGN, Settings
from hypograph.graph.core.schema import LABELS, RELATIONS, SCHEMA_VERSION


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
    parts += ["## Relationships", "\n".join(rows)]
    return "\n\n".join(parts) + "\n"
