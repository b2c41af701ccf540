"""What experts say of pairs of elements, as evidence about alloys.

An expert's mass on `similar` weighs a host's evidence for its own label (one-sided use). Its mass on
`dissimilar` is not pushed onto the opposite label: that was worse than chance where it was measured.
Evidence is what the expert adds to the knowledge-free vote, so one who says the same of every pair adds
nothing at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from hypograph.models.evidence.alloys.table import AlloyTable
from hypograph.models.evidence.benchmark.published import pair_counts
from hypograph.models.evidence.fusion.reliability import Skill, element_groups, expert_record, posterior
from hypograph.models.evidence.masses.combine import dempster
from hypograph.models.evidence.masses.mass import FloatArray, IntArray
from hypograph.models.statistics.functions import logit

if TYPE_CHECKING:
    from hypograph.models.evidence.alloys.folds import Fold
    from hypograph.models.evidence.sources.learners import Learners

# Training alloys whose exchanges set the unit of a similarity.
REFERENCE: Final = 300


@dataclass(frozen=True)
class Opinions:
    """Opinions on pairs of elements.

    Attributes
    ----------
    domains
        Names of the fields the expert was asked in.
    similar, dissimilar
        Masses, symmetric, shape ``(domains, elements, elements)``; both 0 where nothing was said.
    """

    domains: tuple[str, ...]
    similar: FloatArray
    dissimilar: FloatArray

    @classmethod
    def from_rows(cls, rows: Sequence[tuple[str, str, str, float, float]], symbols: Sequence[str]) -> Opinions:
        """Build from (element, element, domain, similar, dissimilar).

        Pairs of elements that are not among `symbols` are left out.
        """
        domains = tuple(sorted({r[2] for r in rows}))
        place = {s: i for i, s in enumerate(symbols)}
        masses = np.zeros((2, max(len(domains), 1), len(symbols), len(symbols)))
        for a, b, domain, similar, dissimilar in rows:
            if a in place and b in place:
                i, j, d = place[a], place[b], domains.index(domain)
                masses[0, d, i, j] = masses[0, d, j, i] = similar
                masses[1, d, i, j] = masses[1, d, j, i] = dissimilar
        return cls(domains, masses[0], masses[1])

    def combined(self) -> FloatArray:
        """Mass on `similar` after Dempster's rule over the domains, shape ``(elements, elements)``."""
        empty = np.zeros_like(self.similar)
        masses = np.stack([empty, self.similar, self.dissimilar, 1 - self.similar - self.dissimilar], -1)
        return np.asarray(dempster(masses, self.domains)[..., 1], float)


def exchange_similarity(table: AlloyTable, similarity: FloatArray, targets: IntArray, hosts: IntArray) -> FloatArray:
    """Mean similarity of what leaves a host and what comes in, shape ``(targets, hosts)``.

    Where nothing leaves, or nothing comes in, no exchange was judged and the value is 0.
    """
    out = np.zeros(hosts.shape)
    step = max(1, 4_000_000 // max(1, hosts.shape[1] * table.present.shape[1]))
    for start in range(0, len(targets), step):
        part = hosts[start : start + step]
        own = table.present[targets[start : start + step]][:, None, :]
        theirs = table.present[np.maximum(part, 0)] & (part >= 0)[:, :, None]
        leave, enter = (theirs & ~own).astype(float), (own & ~theirs & (part >= 0)[:, :, None]).astype(float)
        total = np.einsum("nhe,nhe->nh", leave @ similarity, enter)
        count = leave.sum(-1) * enter.sum(-1)
        out[start : start + step] = total / np.maximum(count, 1.0)
    return out


def weighted_vote(labels: FloatArray, hosts: IntArray, weights: FloatArray, base: float, floor: float) -> FloatArray:
    """Probability of a single phase where hosts count by weight, shape ``(targets,)``.

    `floor` is the weight of the base rate.
    """
    known = np.where(hosts >= 0, weights, 0.0)
    said = (known * labels[np.maximum(hosts, 0)]).sum(1)
    return np.asarray((said + floor * base) / (known.sum(1) + floor), float)


def similarity_source(similarity: FloatArray) -> Callable[[Any, Any, Any, Any], FloatArray]:
    """Make a source of evidence of a similarity matrix of elements.

    Parameters
    ----------
    similarity
        Not negative, shape ``(elements, elements)``.

    Returns
    -------
    callable
        (learners, fold, targets, hosts) → what the weighting adds to the log-odds of the plain vote.
    """

    def source(learners: Learners, fold: Fold, targets: IntArray, hosts: IntArray) -> FloatArray:
        labels = learners.labels
        base = float(np.clip(labels[fold.train].mean(), 0.02, 0.98))
        weights = exchange_similarity(learners.table, similarity, targets, hosts)
        known = hosts >= 0
        mean = usual_similarity(learners, similarity, fold)
        if mean <= 0:
            return np.zeros(len(targets))
        plain = weighted_vote(labels, hosts, known.astype(float), base, 1.0)
        weighed = weighted_vote(labels, hosts, weights / mean, base, 1.0)
        return logit(weighed) - logit(plain)

    return source


def usual_similarity(learners: Learners, similarity: FloatArray, fold: Fold) -> float:
    """Mean similarity of exchanges among training alloys: the unit that does not depend on what is asked about."""
    rng = np.random.default_rng(learners.seed)
    sample = np.sort(rng.choice(fold.train, min(REFERENCE, len(fold.train)), replace=False))
    hosts = learners.hosts(fold.train, sample)
    weights = exchange_similarity(learners.table, similarity, sample, hosts)
    return float(weights[hosts >= 0].mean()) if (hosts >= 0).any() else 0.0


def expert_source(opinions: Opinions) -> Callable[[Any, Any, Any, Any], FloatArray]:
    """Make a source of evidence of an expert's opinions.

    For each fold the expert's skill is measured by field and element group on exchanges among the fold's
    training alloys only; its masses are discounted by that before the fields are combined.
    """

    def source(learners: Learners, fold: Fold, targets: IntArray, hosts: IntArray) -> FloatArray:
        table = learners.table
        skill = measure(opinions, table, learners.labels, fold.train)
        groups = element_groups(table.elements.symbols)
        trust = skill.reliability[:, groups]
        # A pair is trusted as its less trusted element.
        kept = np.minimum(trust[:, :, None], trust[:, None, :])
        believed = Opinions(opinions.domains, opinions.similar * kept, opinions.dissimilar * kept)
        return similarity_source(believed.combined())(learners, fold, targets, hosts)

    return source


def record(opinions: Opinions, table: AlloyTable, labels: FloatArray, train: IntArray) -> tuple[FloatArray, FloatArray]:
    """Count how often an expert was right, and asked, about exchanges of one element among training alloys.

    Both have the shape ``(fields, element groups)``.
    """
    counts = pair_counts(table.present, labels, train)
    known = counts.same + counts.other
    truth = counts.same / np.maximum(known, 1.0)
    groups = element_groups(table.elements.symbols)
    return expert_record(opinions.similar, opinions.dissimilar, truth, known, groups)


def measure(opinions: Opinions, table: AlloyTable, labels: FloatArray, train: IntArray) -> Skill:
    """Measure an expert on exchanges of one element among training alloys, by field and element group."""
    return posterior(*record(opinions, table, labels, train))


def answers_behind(
    opinions: Opinions, table: AlloyTable, target: int, hosts: IntArray, most: int = 5
) -> list[tuple[int, int, int]]:
    """Find the opinions that say most about an alloy: on exchanges that lead from its hosts to it.

    Parameters
    ----------
    opinions
        An expert's.
    table
        Alloys.
    target
        Row of the alloy.
    hosts
        Rows of its hosts, −1 where there is none.
    most
        Opinions wanted.

    Returns
    -------
    list of tuple
        (field, element that leaves, element that comes in), by the number of hosts and the mass on `similar`.
    """
    own, theirs = table.present[target], table.present[hosts[hosts >= 0]]
    exchanges = (theirs & ~own).sum(0)[:, None] * own[None, :]
    weight = opinions.similar * exchanges
    order = np.argsort(-weight, axis=None, kind="stable")[:most]
    places = [np.unravel_index(int(i), weight.shape) for i in order if weight.flat[i] > 0]
    return [(int(f), int(leave), int(enter)) for f, leave, enter in places]
