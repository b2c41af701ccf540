"""Rows that the pages' statements return.

A node comes as its properties by name: which there are says `graph.core.schema`, and `whole` adds those without a
value. A column is None where a node has no such property.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from typing_extensions import TypedDict

from hypograph.graph.core.schema import LABELS

Props = dict[str, object]
Node = TypeVar("Node", bound=Mapping[str, object])


def whole(label: str, props: Node) -> Node:
    """Give a node every property of its label, None where it has no value."""
    found: Any = dict.fromkeys(LABELS[label].props) | dict(props)
    node: Node = found
    return node


class KnownRun(TypedDict):
    """What a run is read with everywhere: all but its summary, which is JSON text in the store."""

    id: str
    flow: str | None
    state: str | None
    started_at: str | None
    finished_at: str | None
    seconds: float | None
    settings: str | None
    llm: str | None
    units_done: int | None
    units_skipped: int | None
    error: str | None


class RunProps(KnownRun):
    """A run of a flow, whole; `summary`, `settings` and `llm` are JSON text."""

    summary: str | None


class AlloyProps(TypedDict):
    """An alloy, whole."""

    key: str
    formula: str | None
    elements: list[str] | None
    size: int | None
    label: str | None
    predicted: bool | None
    belief: float | None
    plausibility: float | None
    pignistic: float | None
    ignorance: float | None
    conflict: float | None
    route: str | None
    phases: list[str] | None
    phase_belief: list[float] | None
    phase_plausibility: list[float] | None
    records: object


class PaperRow(TypedDict):
    """A paper as the list shows it."""

    key: str
    title: str | None
    authors: list[str] | str | None
    year: int | None
    venue: str | None
    doi: str | None
    citations: int | None
    retracted: bool | None
    source: str | None


class PaperProps(PaperRow):
    """A paper, whole."""

    abstract: str | None


class RunRow(TypedDict):
    """A run of a flow."""

    run: RunProps


class EvidenceRow(TypedDict):
    """Evidence for or against a hypothesis or an alloy."""

    about: str
    kind: str
    share: float | None
    e: Props


class KeywordNode(TypedDict):
    """A keyword, whole."""

    k: Props


class SubstituteRow(TypedDict):
    """How far an element can stand for another, by one source or all together."""

    symbol: str
    belief: float | None
    plausibility: float | None
    ignorance: float | None
    conflict: float | None
    count: int | None
    source: str | None


class PartnersRow(TypedDict):
    """With how many elements one is compared."""

    symbol: str
    n: int


class PairRow(TypedDict):
    """Belief that two elements stand for each other."""

    a: str
    b: str
    belief: float | None


class ReasonRow(TypedDict):
    """Evidence about an alloy, in short."""

    key: str
    kind: str
    substitution: str | None
    from_alloy: str | None
    source: str | None
    share: float | None


class AlloyNode(TypedDict):
    """An alloy, whole."""

    a: AlloyProps


class SourceNode(TypedDict):
    """A source of evidence, whole."""

    s: Props


class KnownGroup(TypedDict):
    """Replicates of a campaign, joined, but for whether one of them is live: a number in the store."""

    group: str
    replicates: int
    table: str | None
    name: str | None
    method: str
    count: int
    experiments: int
    best: float | None
    best_percent: float | None
    auc: float | None
    entropy_published: float | None
    entropy_corrected: float | None
    entropy_relative: float | None
    highest: float | None
    lowest: float | None
    goal: str | None
    objectives: str | None
    updated_at: str | None
    seconds: float | None


class GroupRow(KnownGroup):
    """Replicates of a campaign, joined."""

    live: int


class TrajectoryRow(TypedDict):
    """A replicate with its experiments: number, outcome, best so far and entropy of each."""

    group: str
    id: str
    seed: int | None
    steps: list[tuple[int, float | None, float | None, float | None]]


class PicksRow(TypedDict):
    """The points of a replicate, each as JSON text."""

    group: str
    id: str
    points: list[str]


class ReplicateRow(TypedDict):
    """One experiment of a replicate."""

    id: str
    index: int
    value: float | None
    best_so_far: float | None
    parameters: str | None
    source: str | None
    reason: str | None
    status: str | None


class CitedRow(TypedDict):
    """A paper that is cited, or cites."""

    key: str
    title: str | None
    year: int | None


class ExchangeRow(TypedDict):
    """Evidence of one exchange of elements, from whatever alloy."""

    substitution: str
    from_alloy: str | None
    source: str | None
    doi: str | None
    row: int | None
    d_for: float | None
    d_against: float | None
    kind: str
    key: str
    formula: str | None


class PaperNode(TypedDict):
    """A paper, whole."""

    p: PaperProps


class PassageRow(TypedDict):
    """A passage of a paper for or against a hypothesis."""

    about: str
    kind: str
    passage: str | None
    share: float | None
    key: str
    title: str | None
    doi: str | None
    year: int | None


class KeywordRow(TypedDict):
    """A keyword as the map shows it."""

    name: str
    kind: str | None
    df: int | None
    community: int | None
