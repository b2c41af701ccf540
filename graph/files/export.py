"""The graph for other programs: JSON lines, GraphML, CSV for `neo4j-admin database import`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from hypograph.graph.core.schema import LABELS
from hypograph.graph.files.backup import line_of, records, write_whole
from hypograph.graph.store.store import GraphStore
from hypograph.models.core.errors import DiskError

# The unit separator parts the members of a list in a CSV cell; a text has none, and loses it if it has.
LIST_MARK: Final = "\x1f"
OPTIONS: Final = ("--id-type=string", "--multiline-fields=true", "--array-delimiter=U+001F")


def export_jsonl(store: GraphStore, path: Path) -> int:
    """Write a record a line, nodes first, for `graph import`; gzipped where the name ends in ``.gz``."""
    count = 0

    def write(file: IO[str]) -> None:
        nonlocal count
        for record in records(store):
            file.write(line_of(record))
            count += 1

    write_whole(path, write, compress=path.suffix == ".gz")
    return count


def export_graphml(store: GraphStore, path: Path) -> int:
    """Write the graph as GraphML; lists become their JSON text. Return the number of records."""
    import networkx as nx

    made = nx.MultiDiGraph()
    for r in records(store):
        plain = {
            f"p_{k}": json.dumps(v, ensure_ascii=False) if isinstance(v, list) else _for_xml(v)
            for k, v in r["props"].items()
            if v is not None
        }
        if "node" in r:
            made.add_node(_for_xml(f"{r['node']}:{r['key']}"), label=r["node"], name=_for_xml(r["key"]), **plain)
        else:
            ends = (_for_xml(":".join(r[end])) for end in ("start", "end"))
            made.add_edge(*ends, type=r["edge"], own_key=_for_xml(r["key"]), **plain)
    write_whole(path, lambda file: file.writelines(f"{line}\n" for line in nx.generate_graphml(made)))
    return int(made.number_of_nodes() + made.number_of_edges())


def _for_xml(value: Any) -> Any:
    """XML has no control characters, not even escaped."""
    if not isinstance(value, str):
        return value
    return "".join(c if c >= " " or c in "\t\n\r" else "\ufffd" for c in value if not "\ud800" <= c <= "\udfff")


def export_csv(store: GraphStore, folder: Path) -> int:
    """Write node and relationship files with typed headers, and ``import.args`` that names them.

    In the folder, ``neo4j-admin database import full neo4j @import.args`` reads them into an empty, stopped server.
    Strings are quoted and the rest is not, so that an empty text and a missing value stay apart.
    """
    rows: dict[str, list[dict[str, Any]]] = {}
    for r in records(store):
        name = f"nodes_{r['node']}" if "node" in r else f"edges_{r['edge']}_{r['start'][0]}_{r['end'][0]}"
        rows.setdefault(name, []).append(r)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DiskError(f"cannot be made ({error.strerror})", where=str(folder)) from error
    for name, found in rows.items():
        write_whole(folder / f"{name}.csv", lambda file, found=found: file.writelines(_lines(found)))  # type: ignore[misc]
    options = [f"--{'nodes' if n.startswith('nodes') else 'relationships'}={n}.csv" for n in sorted(rows, reverse=True)]
    write_whole(folder / "import.args", lambda file: file.writelines(f"{o}\n" for o in (*OPTIONS, *options)))
    return sum(map(len, rows.values()))


def _lines(found: list[dict[str, Any]]) -> Iterator[str]:
    types = {p: _type([r["props"].get(p) for r in found]) for p in sorted({k for r in found for k in r["props"]})}
    typed = [f"{name}:{kind}" for name, kind in types.items()]
    first = found[0]
    if "node" in first:
        label = first["node"]
        yield ",".join([f"{LABELS[label].key}:ID({label})", *typed, ":LABEL"]) + "\n"
        for r in found:
            yield ",".join([_quoted(r["key"]), *(_cell(r["props"].get(p), types[p]) for p in types), label]) + "\n"
    else:
        a, b = first["start"][0], first["end"][0]
        yield ",".join([f":START_ID({a})", f":END_ID({b})", "key:string", *typed, ":TYPE"]) + "\n"
        for r in found:
            names = [_quoted(r["start"][1]), _quoted(r["end"][1]), _quoted(r["key"])]
            yield ",".join([*names, *(_cell(r["props"].get(p), types[p]) for p in types), r["edge"]]) + "\n"


def _type(values: list[Any]) -> str:
    """The import tool's name for the type that holds all values."""
    there = [v for v in values if v is not None]
    if any(isinstance(v, list) for v in there):
        return _type([m for v in there for m in (v if isinstance(v, list) else [v])]) + "[]"
    kinds = {type(v) for v in there}
    if kinds == {bool}:
        return "boolean"
    if kinds <= {int, float} and kinds:
        return "long" if kinds == {int} else "double"
    return "string"


def _cell(value: Any, kind: str) -> str:
    if value is None or value == []:
        return ""
    if isinstance(value, list):
        return _quoted(LIST_MARK.join(_plain(v).replace(LIST_MARK, "\ufffd") for v in value))
    return _quoted(_plain(value)) if kind.startswith("string") else _plain(value)


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _quoted(text: Any) -> str:
    return '"' + str(text).replace('"', '""') + '"'
