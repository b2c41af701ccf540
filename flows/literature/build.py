"""Bring the graph in step with the corpus: what a fresh build would give, whatever was there before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hypograph.flows.literature.merges import decided_merges
from hypograph.flows.literature.units import LiteratureOutcome, literature_units
from hypograph.flows.runtime.unit_kinds import LITERATURE
from hypograph.flows.runtime.units import UnitRunner
from hypograph.graph import GraphStore
from hypograph.graph.queries import literature as queries
from hypograph.models.core.errors import InputError
from hypograph.models.core.keys import digest
from hypograph.models.core.records import Publication
from hypograph.models.literature.inspiration.passages import Embed
from hypograph.models.literature.keywords.extracted import Extracted

BATCH = 2000


def build(
    store: GraphStore,
    folder: Path,
    publications: Sequence[Publication],
    *,
    extracted: Mapping[str, Extracted] = MappingProxyType({}),
    embed: Embed | None = None,
    seed: int = 0,
    tell: Any = None,
) -> LiteratureOutcome:
    """Build the keyword graph of a corpus in the store.

    Where the corpus, its extractions or what people decided about merges differ from those of the last build, what the
    last build wrote is cleared first; reading the publications, which is what takes the time, is found done
    for every chunk that did not change. A build that was interrupted is started again by the next.

    Parameters
    ----------
    store
        The graph.
    folder
        Where unit results are kept, and the note of the last build.
    publications
        The corpus.
    extracted
        What an extractor found, by publication (`Extractions.of`): its keywords and relations enter too.
    embed
        As for `literature_units`.
    seed
        Seed of communities and sampling.
    tell
        As for `UnitRunner`.

    Returns
    -------
    LiteratureOutcome

    Raises
    ------
    InputError
        If the corpus is empty.
    """
    if not publications:
        raise InputError("the corpus is empty", hint="Add publications with `hypograph literature add`.")
    note = folder / "literature-build.json"
    state = digest(
        [digest(p) for p in publications],
        decided_merges(store),
        extracted,
        getattr(embed, "name", ""),
        seed,
        [kind.made_by for kind in LITERATURE],
    )
    if _last(note) != state:
        clear(store)
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps({"state": ""}), encoding="utf-8")
    runner = UnitRunner(store, folder) if tell is None else UnitRunner(store, folder, tell=tell)
    outcome = literature_units(runner, publications, extracted=extracted, embed=embed, seed=seed)
    note.write_text(json.dumps({"state": state}), encoding="utf-8")
    return outcome


def _last(note: Path) -> str | None:
    try:
        return str(json.loads(note.read_text(encoding="utf-8"))["state"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def clear(store: GraphStore) -> None:
    """Take out what literature builds wrote: mentions, co-occurrences, and nodes that nothing else holds."""
    store.run_command(queries.FORGET_LITERATURE_UNITS)
    publications = [row["key"] for row in store.read(queries.LITERATURE_PUBLICATIONS)]
    _in_batches(store, publications, (queries.CLEAR_MENTIONS, queries.CLEAR_PUBLICATIONS))
    keywords = [str(node["key"]) for node in store.nodes("Keyword")]
    _in_batches(store, keywords, (queries.CLEAR_CO_OCCURRENCES, queries.CLEAR_RELATIONS, queries.CLEAR_ALIASES))
    _in_batches(store, keywords, (queries.CLEAR_KEYWORDS,))
    store.run_command(queries.CLEAR_OPEN_MERGES)


def _in_batches(store: GraphStore, keys: Sequence[str], commands: Sequence[Any]) -> None:
    for start in range(0, len(keys), BATCH):
        for command in commands:
            store.run_command(command, keys=list(keys[start : start + BATCH]))
