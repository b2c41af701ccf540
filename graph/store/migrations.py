"""Versions of the schema, in order: what brings an older graph up to date, and the refusal of a newer one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hypograph.graph.core.query import Query
from hypograph.graph.core.schema import SCHEMA_VERSION
from hypograph.graph.queries import core, operations
from hypograph.models.core.errors import StoreError

if TYPE_CHECKING:
    from hypograph.graph.store.store import GraphStore


@dataclass(frozen=True, slots=True)
class Migration:
    """A step to a version: statements, and work that statements cannot say; neither does harm when it runs twice."""

    version: int
    name: str
    steps: tuple[Query, ...] = ()
    work: Callable[[GraphStore], None] | None = None


def _settings_of_experiments(store: GraphStore) -> None:
    """Write parameters of experiments, so far JSON text only, as nodes."""
    from hypograph.graph.records.settings import parameter_records

    after = ""
    while rows := store.read(operations.PARAMETERS, after=after, limit=1000):
        parts = [parameter_records(("Experiment", r["key"]), json.loads(r["parameters"])) for r in rows]
        store.merge([n for nodes, _ in parts for n in nodes], [e for _, edges in parts for e in edges])
        after = rows[-1]["key"]


MIGRATIONS: Final = (
    Migration(1, "first"),
    # Units of version 1 do not say which program made them: they count as made by an unknown older one.
    Migration(2, "units name their program", (operations.UNITS_WITHOUT_CODE,)),
    # Keywords may be related (RELATED_TO): an older program would refuse a copy of such a graph.
    Migration(3, "relations between keywords"),
    # Questions own hypotheses and verdicts; documents, states and histories stand at hypotheses.
    Migration(4, "questions, documents and states of hypotheses"),
    Migration(5, "parameters of experiments as nodes", work=_settings_of_experiments),
    # Passages may bear on a question (BEARS_ON): an older program would refuse a copy of such a graph.
    Migration(6, "passages that bear on questions"),
)


def refuse_newer(store: GraphStore) -> int:
    """Return the version of the graph, 0 for an empty one.

    Raises
    ------
    StoreError
        If a newer program wrote it: what that one relies on is not known here.
    """
    found = store.schema_version() or 0
    if found > SCHEMA_VERSION:
        raise StoreError(
            f"a newer hypograph wrote this graph (schema {found})",
            where=store.uri,
            expected=f"schema {SCHEMA_VERSION} or older",
            hint="Upgrade hypograph, or use another HYPOGRAPH_HOME.",
        )
    return found


def migrate(store: GraphStore, since: int) -> list[int]:
    """Take every step after version `since`, in order, noting each when it is done; returns their versions."""
    from hypograph.graph.store.store import now

    taken = []
    for one in MIGRATIONS:
        if one.version > since:
            for step in one.steps:
                store.run_command(step)
            if one.work is not None:
                one.work(store)
            row = {"key": one.version, "props": {"name": one.name, "at": now()}}
            store.run_command(core.MERGE_NODES["Migration"], rows=[row])
            taken.append(one.version)
    return taken
