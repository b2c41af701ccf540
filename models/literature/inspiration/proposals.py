"""Inspiring keyword sets: sampled, chosen for variety, explained, with the publications nearest to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from hypograph.models.core.documents.literature import NearPaper
from hypograph.models.literature.graph.affinity import AffinityScore, embed
from hypograph.models.literature.graph.keyword_graph import Corpus
from hypograph.models.literature.graph.pair_counts import FloatArray, IntArray, PairCounts
from hypograph.models.literature.inspiration.eligible import Apart, eligible
from hypograph.models.literature.inspiration.passages import Embed
from hypograph.models.literature.inspiration.sampling import Neighbours, anneal, diverse
from hypograph.models.literature.inspiration.sense import Sensible
from hypograph.models.literature.potential.set_model import PromisingScore, SetModel

SIZE: Final = 4
# Most sets that chance deals make no sense, so many chains are walked.
CHAINS: Final = 128
STEPS: Final = 200
KEPT: Final = 4000
EMBEDDED: Final = 5000
# Words for the mean cosine of a set's keywords.
CLOSE: Final = 0.5
LOOSE: Final = 0.25


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
    titles: Sequence[str],
    expansions: Mapping[str, str],
    count: int,
    topic: Sequence[str],
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
    titles
        Title of each publication.
    expansions
        Abbreviation to what it stands for.
    count
        Sets wanted.
    topic
        Keywords of which each set holds one; empty for none.
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

    """
    number = {name: i for i, name in enumerate(corpus.names)}
    fixed = np.array(sorted(number[name] for name in topic), np.int64) if topic else None
    free = eligible(corpus, titles, expansions)
    if free.size <= size:
        return Proposals([], 0.0)
    affinity = AffinityScore(embedding, pairs)
    promising = affinity if model is None else PromisingScore(model, affinity)
    score = Apart.of(Sensible.of(promising, corpus, pairs, topic), corpus.names, expansions)
    met = Neighbours.from_edges(pairs.first, pairs.second, len(corpus.names))
    rng = np.random.default_rng(seed)
    found, values = anneal(score, met, free, rng, size=size, fixed=fixed, chains=CHAINS, steps=STEPS)
    found, values = found[:KEPT], values[:KEPT]
    rows = diverse(found, values, count)
    rows = rows[values[rows] > 0]
    chosen = found[rows]
    potential = values[rows] if model is None else model(chosen)
    order = np.lexsort((np.arange(rows.size), -np.round(potential, 6)))
    novelty, coherence = affinity.novelty(chosen), affinity.coherence(chosen)
    sets = [
        {
            "keywords": [corpus.names[k] for k in chosen[i]],
            "potential": round(float(potential[i]), 6),
            "novelty": round(float(novelty[i]), 6),
            "because": [_company(float(coherence[i])), *([] if model is None else model.because(chosen[i]))],
            "nearest": nearest(corpus, keys, chosen[i]),
        }
        for i in order
    ]
    return Proposals(sets, community_entropy(community, chosen))


def _company(coherence: float) -> str:
    """Say how far the keywords of a set keep the same company, a mean cosine in [0, 1]."""
    how = "much" if coherence >= CLOSE else "some" if coherence >= LOOSE else "little"
    return f"The keywords keep {how} of the same company (mean cosine {coherence:.2f})."


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


def nearest(corpus: Corpus, keys: Sequence[str], members: IntArray, most: int = 3) -> list[NearPaper]:
    """Publications that share most with a keyword set, by the cosine of the two sets."""
    wanted = np.isin(corpus.indices, members)
    owner = np.repeat(np.arange(corpus.publications), np.diff(corpus.indptr))
    hits = Counter(owner[wanted].tolist())
    sizes = np.diff(corpus.indptr)
    scored = [(n / float(np.sqrt(sizes[i] * members.size)), i) for i, n in hits.items()]
    scored.sort(key=lambda s: (-s[0], s[1]))
    return [{"publication": keys[i], "similarity": round(s, 6)} for s, i in scored[:most]]
