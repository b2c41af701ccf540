"""What the queries about hypotheses and questions return."""

from __future__ import annotations

from typing_extensions import TypedDict

from hypograph.graph.queries.rows import Props


class KnownHypothesis(TypedDict):
    """All of a hypothesis but its details, which are JSON text in the store."""

    id: str
    statement: str | None
    kind: str | None
    level: int | None
    level_name: str | None
    score: float | None
    probability_best: float | None
    belief: float | None
    plausibility: float | None
    ignorance: float | None
    conflict: float | None
    novelty: float | None
    potential: float | None
    status: str | None
    deciding_experiment: str | None
    space: str | None
    root: str | None
    question: str | None
    document: str | None
    operator: str | None
    state: str | None
    history: str | None
    created_at: str | None


class HypothesisProps(KnownHypothesis):
    """A hypothesis, whole; `details`, `document` and `history` are JSON text."""

    details: str | None


class KnownQuestion(TypedDict):
    """All of a question but its best hypothesis, which is an id in the store."""

    id: str
    text: str | None
    idea: object
    survey: object
    discipline: str | None
    judge: str | None
    strategy: str | None
    budget: int | None
    calls: int | None
    tokens: int | None
    cost: float | None
    stopped: str | None
    direct: str | None
    better_than_direct: object
    search: str | None
    created_at: str | None


class QuestionProps(KnownQuestion):
    """A question, whole."""

    best: str | None


class HypothesisRow(TypedDict):
    """A hypothesis as lists show it."""

    id: str
    statement: str
    level: int
    level_name: str | None
    kind: str | None
    score: float | None
    probability_best: float | None
    belief: float | None
    plausibility: float | None
    ignorance: float | None
    conflict: float | None
    novelty: float | None
    potential: float | None
    status: str | None
    root: str | None
    question: str | None
    state: str | None
    created_at: str | None


class HypothesisNode(TypedDict):
    """A hypothesis, whole."""

    h: HypothesisProps


class TreeRow(TypedDict):
    """A hypothesis, whole, and what it refines by which edit."""

    h: HypothesisProps
    parent: str | None
    edit: str | None


class ComparisonProps(TypedDict, total=False):
    """A comparison, whole: what a judge said of two hypotheses."""

    id: str
    first: str
    second: str
    level: int
    sequence: int
    judge: str
    valid: bool
    probability_first: float
    reasons: str
    answer: str


class ComparisonNode(TypedDict):
    """A comparison of two hypotheses."""

    c: ComparisonProps


class StatementRow(TypedDict):
    """What a hypothesis states."""

    id: str
    statement: str


class InspirationRow(TypedDict):
    """What a hypothesis was inspired by: a node of any label."""

    id: str
    labels: list[str]
    n: Props
    similarity: float | None


class AnswerRow(TypedDict):
    """A hypothesis that answers a question."""

    id: str
    question: str
    statement: str
    probability_best: float | None
    belief: float | None
    plausibility: float | None
    ignorance: float | None
    state: str | None
    status: str | None


class QuestionNode(TypedDict):
    """A question that was asked, whole."""

    q: QuestionProps


class TestingRow(TypedDict):
    """A campaign that tests a hypothesis."""

    group: str
    name: str | None
    method: str | None
    count: int | None
    best: float | None
    created_at: str | None


class BearingRow(TypedDict):
    """A passage of a paper that bears on a question; `quoted` where the answer rests on it."""

    passage: str | None
    quoted: bool | None
    place: str | int | None
    key: str
    title: str | None
    doi: str | None
    year: int | None
