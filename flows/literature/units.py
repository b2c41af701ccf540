"""From publications to keywords, their graph and inspiring sets, as units of work."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from hypograph.flows.literature.building.parts import stable_parts
from hypograph.flows.literature.building.written import Written, citation_edges, written_of
from hypograph.flows.literature.extract import text_hash
from hypograph.flows.literature.merges import Decision, aliases_of, apply_merges, decided_merges, merged_names
from hypograph.flows.runtime.unit_kinds import LITERATURE_GRAPH, LITERATURE_READ, LITERATURE_SETS, LITERATURE_WRITE
from hypograph.flows.runtime.units import UnitRunner
from hypograph.graph.records.literature import (
    backbone_edges,
    keyword_nodes,
    merge_nodes,
    publication_node,
    with_extracted,
)
from hypograph.models.core.errors import InputError
from hypograph.models.core.keys import digest
from hypograph.models.core.records import KeywordSet, Node, Outcome, Publication
from hypograph.models.literature.graph.keyword_graph import LEVEL, Backbone, Corpus, backbone, build_corpus
from hypograph.models.literature.graph.pair_counts import FloatArray, IntArray, count_pairs
from hypograph.models.literature.inspiration.passages import Embed
from hypograph.models.literature.inspiration.proposals import keyword_embedding, name_embedding, propose_sets
from hypograph.models.literature.inspiration.sampling import varied
from hypograph.models.literature.inspiration.ties import Statement, Ties
from hypograph.models.literature.inspiration.topics import Topic, read_topic
from hypograph.models.literature.keywords.corpus_keywords import (
    choose_keywords,
    note_on_languages,
    read_publication,
)
from hypograph.models.literature.keywords.extracted import Extracted
from hypograph.models.literature.keywords.synonyms import propose_merges
from hypograph.models.literature.keywords.vocabulary import Vocabulary
from hypograph.models.literature.potential.impact import keyword_impact, literature_outcomes, set_model

# Share of a set's pairs that must be new.
LEAST_NEW: Final = 1 / 3
# Sets that are looked at for each one wanted; and of how many sets one may hold a keyword, two in any case.
SPARE: Final = 5
MOST_OFTEN: Final = 10
LEAST_OFTEN: Final = 2
NO_WORDS: Final = Vocabulary()
CHUNK: Final = 500
SMALL: Final = 200
NOTE_PLAIN: Final = (
    "Citations or years are not known well enough: "
    "the potential of a keyword set is association and novelty only, not impact."
)
NOTE_MODEL: Final = (
    "The potential of a keyword set is the probability that a publication with it is in the top tenth "
    "of its venue and year, by a model of {count:,} publications with citations."
)


@dataclass(frozen=True)
class LiteratureOutcome:
    """What the literature step found.

    Attributes
    ----------
    publications, keywords, edges
        Publications read, keywords kept, edges of the backbone.
    sets
        Inspiring keyword sets, best first.
    note
        What the score rests on, one sentence for the user.
    entropy
        Entropy of exploration of the sets over the communities, in [0, 1].
    merges
        Entries of the review queue: keywords that may mean the same.
    topic
        For each part of the topic `asked`, the `keywords` that it names, and the `nearest` where it names none.
    pairs
        Pairs of keywords that stand together in a publication; those that stand out are the edges.
    """

    publications: int
    keywords: int
    edges: int
    sets: tuple[KeywordSet, ...]
    note: str = ""
    entropy: float = 0.0
    merges: int = 0
    topic: tuple[Mapping[str, Any], ...] = ()
    pairs: int = 0


def literature_units(
    runner: UnitRunner,
    publications: Sequence[Publication],
    *,
    sets: int = 20,
    topic: str = "",
    extracted: Mapping[str, Extracted] = MappingProxyType({}),
    embed: Embed | None = None,
    vocabulary: Vocabulary = NO_WORDS,
    seed: int = 0,
    small: bool = False,
    level: float = LEVEL,
) -> LiteratureOutcome:
    """Extract keywords, build the graph, propose keyword sets.

    Parameters
    ----------
    runner
        Runs and keeps the units: two for each chunk of publications (read, write), one for the graph, one
        for the sets.
    publications
        What was read; of equal keys the last counts. Retracted ones are kept in the graph but teach nothing.
    sets
        Keyword sets wanted.
    topic
        Keywords of which every set holds one, parted by commas; empty for none.
    extracted
        What an extractor found, by publication: its keywords and relations enter beside those found here.
    embed
        Maps texts to unit vectors: keywords that mean nearly the same are proposed for merging too.
    vocabulary
        The user's stop words and thesaurus.
    seed
        Seed of communities and sampling.
    small
        Only the first 200 publications.
    level
        Significance below which a pair of keywords is an edge; 1 keeps every pair.

    Returns
    -------
    LiteratureOutcome

    Raises
    ------
    InputError
        If no publication is given, or the topic names nothing in the corpus.
    """
    found = prepare(runner, publications, extracted=extracted, vocabulary=vocabulary, seed=seed, small=small)
    inputs = {
        "state": found.state,
        "aliases": found.aliases,
        "embeddings": getattr(embed, "name", "") if embed else "",
    }
    inputs |= {} if level == LEVEL else {"level": level}
    graph = runner.run(LITERATURE_GRAPH, inputs, partial(graph_outcome, found, embed, seed, level))
    _write(runner, found)
    made = runner.run(
        LITERATURE_SETS,
        {"state": found.state, "sets": sets, "topic": topic},
        partial(_inspire, found, sets, topic, seed),
    )
    proposed = tuple(
        KeywordSet(
            tuple(one["keywords"]),
            one["potential"],
            one["novelty"],
            tuple(one["because"]),
            tuple(one["nearest"]),
            one["statement"],
            tuple(one["evidence"]),
        )
        for one in made["sets"]
    )
    return LiteratureOutcome(
        len(found.chosen),
        graph["keywords"],
        graph["edges"],
        proposed,
        made["note"] + note_on_languages(found.read),
        made["entropy"],
        graph["merges"],
        tuple(made["topic"]),
        graph.get("pairs", 0),
    )


@dataclass(frozen=True)
class Prepared:
    """Publications with their keywords, before anything is written.

    Attributes
    ----------
    chosen, read, keywords
        The publications in order of keys, what reading found in each, and the keywords chosen for each.
    corpus
        Keywords that the graph keeps, and in which publications they stand.
    extracted
        What an extractor found, by publication.
    decided, aliases, renamed
        Merges that people decided, and the names that they joined.
    expansions
        Abbreviations introduced somewhere, with what they stand for.
    state
        Hash of what the graph of keywords depends on.
    vocabulary
        The user's stop words and thesaurus.
    """

    chosen: Sequence[Publication]
    read: Sequence[dict[str, Any]]
    keywords: Sequence[Sequence[str]]
    corpus: Corpus
    extracted: Mapping[str, Extracted]
    decided: Sequence[Decision]
    aliases: Mapping[str, Sequence[str]]
    renamed: Mapping[str, str]
    expansions: Mapping[str, str]
    state: str
    vocabulary: Vocabulary = NO_WORDS


def prepare(
    runner: UnitRunner,
    publications: Sequence[Publication],
    *,
    extracted: Mapping[str, Extracted] = MappingProxyType({}),
    vocabulary: Vocabulary = NO_WORDS,
    seed: int = 0,
    small: bool = False,
) -> Prepared:
    """Read publications and choose their keywords; arguments as for `literature_units`.

    Raises
    ------
    InputError
        If no publication is given.
    """
    if not publications:
        raise InputError("no publications to work on", where="literature")
    chosen = sorted({p.key: p for p in publications[: SMALL if small else None]}.values(), key=lambda p: p.key)
    decided = decided_merges(runner.store)
    read = _read(runner, chosen)
    raw = with_extracted(chosen, choose_keywords(chosen, read, vocabulary), extracted)
    keywords = apply_merges(raw, decided)
    corpus = build_corpus(keywords, *_known(chosen), least=2 if len(chosen) < 2000 else 3)
    about = [(p.year, p.citations, p.venue, p.retracted) for p in chosen]
    return Prepared(
        chosen,
        read,
        keywords,
        corpus,
        extracted,
        decided,
        aliases_of(raw, decided),
        merged_names(raw, decided),
        {short: long for one in read for short, long in one["introduced"].items()},
        digest(keywords, about, decided, seed),
        vocabulary,
    )


def _read(runner: UnitRunner, chosen: Sequence[Publication]) -> list[dict[str, Any]]:
    """Read each publication by itself, in parts that stay the same when others are added."""
    parts = stable_parts(runner.folder, chosen)
    jobs = [({"texts": [text_hash(p) for p in part]}, partial(_read_part, part)) for part in parts]
    results = runner.run_all(
        LITERATURE_READ, jobs, [f"{len(p)} publications, part {n} of {len(parts)}" for n, p in enumerate(parts, 1)]
    )
    read = {
        p.key: one
        for part, result in zip(parts, results, strict=True)
        for p, one in zip(part, result["read"], strict=True)
    }
    return [read[p.key] for p in chosen]


def _read_part(publications: Sequence[Publication]) -> Outcome:
    return Outcome({"read": [read_publication(p) for p in publications]})


def _known(chosen: Sequence[Publication]) -> tuple[list[int | None], FloatArray]:
    return [p.year for p in chosen], literature_outcomes(chosen).impact


def graph_outcome(prepared: Prepared, embed: Embed | None, seed: int, level: float = LEVEL) -> Outcome:
    """Make the keywords, their backbone and the queue of merges; arguments as for `literature_units`."""
    corpus = prepared.corpus
    pairs = count_pairs(corpus.indptr, corpus.indices)
    found = backbone(corpus, pairs, level, seed=seed)
    impact = keyword_impact(corpus) if any(p.citations is not None for p in prepared.chosen) else None
    known = {(d[0], d[1]) for d in prepared.decided}
    meaning = None if embed is None else name_embedding(corpus, embed)
    merges = propose_merges(corpus.names, keyword_embedding(corpus, pairs), prepared.expansions, meaning=meaning)
    # What a person has decided is not asked again, nor its entry overwritten.
    merges = [m for m in merges if (m.first, m.second) not in known]
    nodes: list[Node] = [*keyword_nodes(corpus, found, impact, prepared.aliases), *merge_nodes(merges)]
    result = {"keywords": len(corpus.names), "edges": len(found), "merges": len(merges), "pairs": int(pairs.keys.size)}
    return Outcome(result, nodes, backbone_edges(corpus, found))


def _write(runner: UnitRunner, prepared: Prepared) -> None:
    """Write publications with their mentions, chunk by chunk, after the keywords they point at; citations last."""
    kept = set(prepared.corpus.names)
    jobs = []
    for start in range(0, len(prepared.chosen), CHUNK):
        written = [written_of(prepared, i, kept) for i in range(start, min(start + CHUNK, len(prepared.chosen)))]
        jobs.append(({"publications": [w.inputs() for w in written]}, partial(_write_part, written)))
    size = len(prepared.chosen)
    about = [f"publications {i + 1} to {min(i + CHUNK, size)} of {size}" for i in range(0, size, CHUNK)]
    runner.run_all(LITERATURE_WRITE, jobs, about)
    cited = citation_edges(prepared.chosen)
    if cited:
        ends = [(e.start[1], e.end[1]) for e in cited]
        runner.run(LITERATURE_WRITE, {"cites": ends}, partial(Outcome, {"cites": len(cited)}, (), cited))


def _write_part(written: Sequence[Written]) -> Outcome:
    edges = [edge for one in written for edge in one.edges()]
    return Outcome({"mentions": len(edges)}, [publication_node(one.publication) for one in written], edges)


def _inspire(prepared: Prepared, count: int, topic: str, seed: int) -> Outcome:
    corpus, chosen = prepared.corpus, prepared.chosen
    topics = read_topic(corpus.names, topic, {**prepared.expansions, **prepared.renamed, **prepared.vocabulary.same})
    asked = list(dict.fromkeys(name for one in topics for name in one.keywords))
    if topic.strip() and not asked:
        near = [name for one in topics for name in one.nearest]
        hint = f"Nearest: {', '.join(near)}." if near else "Name a keyword of the graph."
        raise InputError(f"no keyword of the corpus fits the topic {topic!r}", where="--topic", hint=hint)
    pairs = count_pairs(corpus.indptr, corpus.indices)
    model = set_model(corpus, chosen)
    found = propose_sets(
        corpus,
        pairs,
        keyword_embedding(corpus, pairs),
        _communities(corpus, seed),
        [p.key for p in chosen],
        titles=[p.title for p in chosen],
        expansions=prepared.expansions,
        count=SPARE * count,
        topic=asked,
        seed=seed,
        model=model,
    )
    stated = _stated(found.sets, Ties(chosen, prepared.keywords), [p.key for p in chosen])
    most = max(LEAST_OFTEN, -(-count // MOST_OFTEN))
    sets = [stated[i] for i in varied([one["keywords"] for one in stated], count, most, asked)]
    note = note_of(chosen, model is not None) + note_on_topics(topics)
    told = [dataclasses.asdict(one) for one in topics]
    return Outcome({"sets": sets, "entropy": found.entropy, "note": note, "topic": told})


def _stated(sets: Sequence[Mapping[str, Any]], ties: Ties, keys: Sequence[str]) -> list[dict[str, Any]]:
    """Add what ties each set and what is new in it, by the same publications; sets with little new are left out."""
    stated = [(one, ties.state(one["keywords"])) for one in sets]
    new = [pair for pair in stated if pair[1].novelty >= LEAST_NEW]
    # A small corpus ties most pairs: then less that is new must do.
    rest = [pair for pair in stated if 0 < pair[1].novelty < LEAST_NEW]
    return [_told(one, said, keys) for one, said in [*new, *rest]]


def _told(one: Mapping[str, Any], said: Statement, keys: Sequence[str]) -> dict[str, Any]:
    evidence = [
        {
            "publication": keys[tie.document],
            "pair": list(tie.pair),
            "passage": tie.passages[0],
            "passages": list(tie.passages),
            "publications": tie.publications,
        }
        for tie in said.ties
    ]
    more = {"novelty": round(said.novelty, 6), "statement": said.text, "evidence": evidence}
    return {**one, **more, "because": [_new_pairs(said), *one["because"]]}


def _new_pairs(said: Statement) -> str:
    fresh, pairs = len(said.open_pairs), len(said.open_pairs) + len(said.ties)
    return f"No publication holds {fresh} of the {pairs} pairs."


def note_on_topics(topics: Sequence[Topic]) -> str:
    """Say which parts of a topic name nothing in the corpus; '' where all do."""
    missing = [one for one in topics if not one.keywords]
    told = [f"{t.asked!r}" + (f" (nearest: {', '.join(t.nearest)})" if t.nearest else "") for t in missing]
    return f" Nothing in the corpus is named {'; '.join(told)}." if told else ""


def note_of(chosen: Sequence[Publication], learned: bool) -> str:
    """Say what the potential of keyword sets rests on; `learned`: whether citations and years are enough."""
    cited = sum(p.citations is not None and p.year is not None and not p.retracted for p in chosen)
    return NOTE_MODEL.format(count=cited) if learned else NOTE_PLAIN


def _communities(corpus: Corpus, seed: int) -> IntArray:
    found: Backbone = backbone(corpus, count_pairs(corpus.indptr, corpus.indices), seed=seed)
    return found.community
