"""Inspiring keyword sets: sampled, chosen for variety, explained, with the publications nearest to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from hypograph.models.core.errors import InputError
from hypograph.models.literature.graph.affinity import AffinityScore, embed
from hypograph.models.literature.graph.keyword_graph import Corpus
from hypograph.models.literature.graph.pair_counts import FloatArray, IntArray, PairCounts
from hypograph.models.literature.inspiration.passages import Embed
from hypograph.models.literature.inspiration.sampling import Neighbours, anneal, diverse
from hypograph.models.literature.potential.set_model import PromisingScore, SetModel
from hypograph.models.literature.text.materials import keyword_kind
from hypograph.models.literature.text.spelling import normalise

SIZE: Final = 4
EMBEDDED: Final = 5000


@dataclass(frozen=True)
class Proposals:
    """Proposed sets as JSON, and the entropy of the communities that they draw on, in [0, 1]."""

    sets: list[dict[str, Any]]
    entropy: float


def keyword_embedding(corpus: Corpus, pairs: PairCounts) -> FloatArray:
    """Embedding of the keywords by the company they keep, rounded so that the last bits cannot matter."""
    return np.round(embed(pairs, corpus.df, corpus.publications), 6)


def name_embedding(corpus: Corpus, embed: Embed, most: int = EMBEDDED) -> FloatArray:
    """Embedding of the names of the `most` frequent keywords; zero rows for others, and for elements and formulas."""
    phrases = [i for i, name in enumerate(corpus.names) if " " in name]
    chosen = sorted(phrases, key=lambda i: (-corpus.df[i], i))[:most]
    if not chosen:
        return np.zeros((len(corpus.names), 1))
    vectors = embed([corpus.names[i] for i in chosen])
    found = np.zeros((len(corpus.names), vectors.shape[1]))
    found[chosen] = np.round(vectors, 6)
    return found


def propose_sets(
    corpus: Corpus,
    pairs: PairCounts,
    embedding: FloatArray,
    community: IntArray,
    keys: Sequence[str],
    *,
    count: int,
    topic: str,
    seed: int,
    model: SetModel | None,
    size: int = SIZE,
) -> Proposals:
    """Search the keyword graph for sets that are new and promising.

    Parameters
    ----------
    corpus, pairs, embedding
        The keyword graph.
    community
        Community of each keyword, -1 for none.
    keys
        Key of each publication.
    count
        Sets wanted.
    topic
        Keywords of which each set holds one, parted by commas; empty for none.
    seed
        Seed of the search.
    model
        Model of impact, or None: then association and novelty alone count.
    size
        Keywords a set.

    Returns
    -------
    Proposals
        Best first.

    Raises
    ------
    InputError
        If the topic names no keyword.
    """
    fixed = topic_keywords(corpus.names, topic) if topic else None
    # A keyword of a handful of publications has no reliable company.
    eligible = np.flatnonzero(corpus.df >= max(2, round(np.sqrt(corpus.publications) / 6)))
    if eligible.size <= size:
        return Proposals([], 0.0)
    rivals = np.array([keyword_kind(name) == "material" for name in corpus.names])
    affinity = AffinityScore(embedding, pairs, rivals)
    score = affinity if model is None else PromisingScore(model, affinity)
    met = Neighbours.from_edges(pairs.first, pairs.second, len(corpus.names))
    rng = np.random.default_rng(seed)
    found, values = anneal(score, met, eligible, rng, size=size, fixed=fixed, chains=48, steps=150)
    kept = np.array([i for i in range(min(len(found), 4000)) if not _nested(corpus.names, found[i])], np.int64)
    found, values = found[kept], values[kept]
    rows = diverse(found, values, count)
    rows = rows[values[rows] > 0]
    chosen = found[rows]
    potential = values[rows] if model is None else model(chosen)
    order = np.lexsort((np.arange(rows.size), -np.round(potential, 6)))
    novelty, coherence = affinity.novelty(chosen), affinity.coherence(chosen)
    sets = []
    for i in order:
        because = [f"association: {coherence[i]:.3f}", f"novelty: {novelty[i]:.3f}"]
        if model is not None:
            because += model.because(chosen[i])
        sets.append(
            {
                "keywords": [corpus.names[k] for k in chosen[i]],
                "potential": round(float(potential[i]), 6),
                "novelty": round(float(novelty[i]), 6),
                "because": because,
                "nearest": nearest(corpus, keys, chosen[i]),
            }
        )
    return Proposals(sets, community_entropy(community, chosen))


def _nested(names: Sequence[str], members: IntArray) -> bool:
    """Whether one keyword of a set only narrows another ("network", "neural network")."""
    words = [set(names[i].split()) for i in members]
    return any(a <= b for i, a in enumerate(words) for j, b in enumerate(words) if i != j)


def community_entropy(community: IntArray, sets: IntArray) -> float:
    """Entropy of exploration over communities: how evenly the sets draw on them, in [0, 1].

    The same measure as that of campaigns: every keyword of a set is one pick among the communities.
    """
    from hypograph.models.statistics.entropy import exploration_entropy

    picks = community[sets.ravel()]
    picks = picks[picks >= 0]
    options = int(community.max(initial=-1)) + 1
    if options < 2 or not picks.size:
        return 0.0
    return round(float(exploration_entropy(picks[:, None], np.array([options]))[-1]), 6)


def topic_keywords(names: Sequence[str], topic: str) -> IntArray:
    """Numbers of the keywords that a topic names: exact ones, else those that hold all of its words.

    Raises
    ------
    InputError
        If there is none.
    """
    numbers = {name: i for i, name in enumerate(names)}
    found: set[int] = set()
    for part in topic.split(","):
        name = normalise(part)
        if name in numbers:
            found.add(numbers[name])
        elif name:
            words = set(name.split())
            found.update(i for keyword, i in numbers.items() if words <= set(keyword.split()))
    if not found:
        raise InputError(
            f"no keyword of the corpus fits the topic {topic!r}",
            where="--topic",
            hint="Name a keyword of the graph.",
        )
    return np.array(sorted(found), np.int64)


def nearest(corpus: Corpus, keys: Sequence[str], members: IntArray, most: int = 3) -> list[dict[str, Any]]:
    """Publications that share most with a keyword set, by the cosine of the two sets."""
    wanted = np.isin(corpus.indices, members)
    owner = np.repeat(np.arange(corpus.publications), np.diff(corpus.indptr))
    hits = Counter(owner[wanted].tolist())
    sizes = np.diff(corpus.indptr)
    scored = [(n / float(np.sqrt(sizes[i] * members.size)), i) for i, n in hits.items()]
    scored.sort(key=lambda s: (-s[0], s[1]))
    return [{"publication": keys[i], "similarity": round(s, 6)} for s, i in scored[:most]]
