"""Bring the graph in step with the corpus: what a fresh build would give, whatever was there before.

Only what differs from the last build is written. The note of that build holds a hash of each publication with its
mentions, of each keyword and of each pair; where the graph is not what the note says (another run wrote literature
since, or a build was interrupted), everything is taken out and written anew.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from hypograph.flows.literature.building.build_note import BuildNote, load_note, save_note
from hypograph.flows.literature.building.written import Written, citation_edges, short_hash, written_of
from hypograph.flows.literature.merges import decided_merges
from hypograph.flows.literature.units import NO_WORDS, LiteratureOutcome, Prepared, graph_outcome, note_of, prepare
from hypograph.flows.runtime.unit_kinds import LITERATURE, LITERATURE_GRAPH, LITERATURE_WRITE
from hypograph.flows.runtime.units import UnitRunner
from hypograph.graph import GraphStore
from hypograph.graph.core.query import Query
from hypograph.graph.queries import literature as queries
from hypograph.graph.queries.core import DELETE_EDGES
from hypograph.graph.records.literature import publication_node
from hypograph.models.core.errors import DiskError, InputError
from hypograph.models.core.keys import digest
from hypograph.models.core.progress import progress
from hypograph.models.core.records import Edge, Node, Outcome, Publication, Unit
from hypograph.models.literature.graph.keyword_graph import LEVEL
from hypograph.models.literature.inspiration.passages import Embed
from hypograph.models.literature.keywords.corpus_keywords import note_on_languages
from hypograph.models.literature.keywords.extracted import Extracted
from hypograph.models.literature.keywords.vocabulary import Vocabulary
from hypograph.models.literature.potential.impact import literature_outcomes
from hypograph.models.literature.potential.set_model import can_learn

BATCH: Final = 2000
CHUNK: Final = 500  # publications of one transaction
CITATIONS: Final = 10_000  # of one transaction: a large one does not fit the memory of an embedded server
MOST: Final = 0.5  # share of publications that may change before all are written anew


def build(
    store: GraphStore,
    folder: Path,
    publications: Sequence[Publication],
    *,
    corpus: str = "main",
    extracted: Mapping[str, Extracted] = MappingProxyType({}),
    embed: Embed | None = None,
    vocabulary: Vocabulary = NO_WORDS,
    seed: int = 0,
    level: float = LEVEL,
) -> LiteratureOutcome:
    """Build the keyword graph of a corpus in the store.

    Reading the publications, which is what takes the time, is found done for every part of the corpus that did not
    change. A build that was interrupted is started again by the next.

    Parameters
    ----------
    store
        The graph.
    folder
        Where unit results are kept, and the note of the last build.
    publications
        The corpus.
    corpus
        Its name, for the note.
    extracted
        What an extractor found, by publication (`Extractions.of`): its keywords and relations enter too.
    embed, vocabulary, level
        As for `literature_units`.
    seed
        Seed of communities and sampling.

    Returns
    -------
    LiteratureOutcome
        Without sets: `literature inspire` proposes those.

    Raises
    ------
    InputError
        If the corpus is empty.
    """
    if not publications:
        raise InputError("the corpus is empty", hint="Add publications with `hypograph literature add`.")
    last = load_note(folder)
    made_by = digest([kind.made_by for kind in LITERATURE])
    decided = decided_merges(store)
    words = [sorted(vocabulary.stop), vocabulary.same]
    name = getattr(embed, "name", "")
    state = digest([digest(p) for p in publications], decided, extracted, name, words, seed, made_by, level)
    known = _stands(store, last) and last.made_by == made_by
    if known and last.state == state:
        return _outcome(last)
    runner = UnitRunner(store, folder)
    prepared = prepare(runner, publications, extracted=extracted, vocabulary=vocabulary, seed=seed)
    wanted = _Wanted.of(prepared, graph_outcome(prepared, embed, seed, level))
    learned = can_learn(prepared.corpus.years, literature_outcomes(prepared.chosen))
    note = BuildNote(
        state,
        made_by,
        corpus,
        counts={"publications": len(prepared.chosen), **{n: int(v) for n, v in wanted.graph.result.items()}},
        note=note_of(prepared.chosen, learned) + note_on_languages(prepared.read),
        publications={key: short_hash([one.inputs(), wanted.cites[key]]) for key, one in wanted.publications.items()},
        keywords={node.key: short_hash(dict(node.props)) for node in wanted.keywords},
        pairs={_pair(edge): short_hash(dict(edge.props)) for edge in wanted.graph.edges},
    )
    save_note(folder, BuildNote())
    base = last if known and _differs(last.publications, note.publications) <= MOST * len(publications) else BuildNote()
    if not base.state:
        clear(store)
    units = _update(store, base, note, wanted, runner)
    note = dataclasses.replace(note, units=(*base.units, *units))
    save_note(folder, note)
    keep_map(store)
    return _outcome(note)


def keep_map(store: GraphStore) -> None:
    """Keep the map of a large store for the pages; where it cannot be written that is said, and nothing else fails."""
    from hypograph.graph.maps.kept import keep

    try:
        keep(store)
    except DiskError as error:
        progress().say(str(error))


def _outcome(note: BuildNote) -> LiteratureOutcome:
    counts = note.counts
    return LiteratureOutcome(
        counts["publications"],
        counts["keywords"],
        counts["edges"],
        (),
        note.note,
        merges=counts["merges"],
        pairs=counts.get("pairs", 0),
    )


@dataclasses.dataclass(frozen=True)
class _Wanted:
    """What the graph shall hold: the graph of keywords, each publication, and what each cites of the others."""

    graph: Outcome
    publications: Mapping[str, Written]
    cites: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, prepared: Prepared, graph: Outcome) -> _Wanted:
        kept = set(prepared.corpus.names)
        written = (written_of(prepared, i, kept) for i in range(len(prepared.chosen)))
        cites: dict[str, list[str]] = {p.key: [] for p in prepared.chosen}
        for edge in citation_edges(prepared.chosen):
            cites[edge.start[1]].append(edge.end[1])
        return cls(graph, {one.publication.key: one for one in written}, cites)

    @property
    def keywords(self) -> list[Node]:
        """Nodes of keywords."""
        return [node for node in self.graph.nodes if node.label == "Keyword"]


def _stands(store: GraphStore, last: BuildNote) -> bool:
    """Whether the literature of the graph is what the last build wrote, and nothing else."""
    return bool(last.state) and {row["key"] for row in store.read(queries.LITERATURE_UNITS)} == set(last.units)


def _differs(before: Mapping[str, str], after: Mapping[str, str]) -> int:
    return len(before.items() ^ after.items())


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return the keys that are new or other, and those of `before` that are gone or other."""
    new = [key for key, value in after.items() if before.get(key) != value]
    old = [key for key, value in before.items() if after.get(key) != value]
    return new, old


def _update(store: GraphStore, base: BuildNote, note: BuildNote, wanted: _Wanted, runner: UnitRunner) -> list[str]:
    """Take out what is gone or other, write what is new or other; return the keys of the units that wrote."""
    papers, old_papers = _changed(base.publications, note.publications)
    words, old_words = _changed(base.keywords, note.keywords)
    pairs, old_pairs = _changed(base.pairs, note.pairs)
    _in_batches(store, old_papers, (queries.CLEAR_MENTIONS, queries.CLEAR_CITATIONS, queries.CLEAR_PAPER_RELATIONS))
    ends = [{"start": a, "end": b, "key": ""} for a, b in (pair.split("\t") for pair in old_pairs)]
    for start in range(0, len(ends), BATCH):
        store.run_command(DELETE_EDGES["CO_OCCURS", "Keyword", "Keyword"], rows=ends[start : start + BATCH])
    _in_batches(store, old_words, (queries.CLEAR_KEYWORDS, queries.BARE_KEYWORDS))
    _in_batches(store, old_papers, (queries.CLEAR_PUBLICATIONS, queries.BARE_PUBLICATIONS))
    store.run_command(queries.CLEAR_OPEN_MERGES)
    chosen = set(words)
    nodes = [n for n in wanted.graph.nodes if n.label != "Keyword" or n.key in chosen]
    changed = set(pairs)
    outcomes = [(LITERATURE_GRAPH, Outcome({}, nodes, [e for e in wanted.graph.edges if _pair(e) in changed]))]
    for start in range(0, len(papers), CHUNK):
        part = [wanted.publications[key] for key in papers[start : start + CHUNK]]
        edges = [edge for one in part for edge in one.edges()]
        outcomes.append((LITERATURE_WRITE, Outcome({}, [publication_node(one.publication) for one in part], edges)))
    cited = [_citation(key, other) for key in papers for other in wanted.cites[key]]
    parts = (cited[start : start + CITATIONS] for start in range(0, len(cited), CITATIONS))
    outcomes += [(LITERATURE_WRITE, Outcome({}, (), part)) for part in parts]
    units = []
    for number, (kind, outcome) in enumerate(outcomes):
        unit = Unit(
            kind.key({"state": note.state, "base": base.state, "part": number}), kind.name, outcome, kind.made_by
        )
        store.commit(unit)
        units.append(unit.key)
        progress().unit(kind.name, number + 1, 0)
    return units


def _citation(key: str, other: str) -> Edge:
    return Edge("CITES", ("Publication", key), ("Publication", other), {})


def _pair(edge: Edge) -> str:
    return f"{edge.start[1]}\t{edge.end[1]}"


def others_in_graph(store: GraphStore, folder: Path, publications: Iterable[Publication], corpus: str) -> str:
    """Say which other literature a build of this corpus takes out of the graph; '' where there is none."""
    last = load_note(folder)
    if last.corpus == corpus:
        return ""
    mine = {p.key for p in publications}
    count = sum(row["key"] not in mine for row in store.read(queries.LITERATURE_PUBLICATIONS))
    if not count:
        return ""
    whose = f"of the corpus {last.corpus}" if last.corpus else "of another run (the demo, for example)"
    held = f"{count:,} publication{'s' * (count != 1)} {whose}"
    return f"the graph held {held}; this build takes them out, their corpus stays as it is"


def stands_beside(folder: Path, publications: Iterable[Publication]) -> str:
    """Say that a run writes beside a corpus that was built; '' where its publications are that corpus, or none was."""
    last = load_note(folder)
    if not last.state or all(p.key in last.publications for p in publications):
        return ""
    held = f"the corpus {last.corpus} ({len(last.publications):,} publications)"
    back = "" if last.corpus == "main" else f" --corpus {last.corpus}"
    return (
        f"the graph holds {held}; this run writes beside it, `hypograph literature build{back}` leaves it alone there"
    )


def clear(store: GraphStore) -> None:
    """Take out what literature builds wrote: mentions, co-occurrences, and nodes that nothing else holds."""
    store.run_command(queries.FORGET_LITERATURE_UNITS)
    publications = [row["key"] for row in store.read(queries.LITERATURE_PUBLICATIONS)]
    _in_batches(store, publications, (queries.CLEAR_MENTIONS, queries.CLEAR_CITATIONS))
    _in_batches(store, publications, (queries.CLEAR_PUBLICATIONS, queries.BARE_PUBLICATIONS))
    keywords = [str(node["key"]) for node in store.nodes("Keyword")]
    _in_batches(store, keywords, (queries.CLEAR_CO_OCCURRENCES, queries.CLEAR_RELATIONS))
    _in_batches(store, keywords, (queries.CLEAR_KEYWORDS, queries.BARE_KEYWORDS))
    store.run_command(queries.CLEAR_OPEN_MERGES)


def _in_batches(store: GraphStore, keys: Sequence[str], commands: Sequence[Query]) -> None:
    for start in range(0, len(keys), BATCH):
        for command in commands:
            store.run_command(command, keys=list(keys[start : start + BATCH]))
