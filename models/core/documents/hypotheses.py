"""Documents of hypotheses: searches, their answers, and how strategies fare in simulation."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from hypograph.models.core.documents.figures import Mean, Spending
from hypograph.models.core.documents.literature import Answered


class Detail(TypedDict):
    """A typed detail of a hypothesis, and where it comes from."""

    slot: str
    value: str
    provenance: str


class DetailLevel(TypedDict):
    """The details of one level of the discipline."""

    name: str
    details: list[Detail]


class CitedPassage(TypedDict):
    """A passage of a publication, and how near it is."""

    publication: str
    passage: str
    similarity: float


class Nearest(TypedDict):
    """A publication, and how similar it is."""

    publication: str
    similarity: float


class Direct(TypedDict):
    """The answer of one prompt: its place, and how probably another is better."""

    id: str
    statement: str
    document: dict[str, object]
    place: int
    reported_first: bool
    probability_beaten: float | None


class Finalist(TypedDict):
    """A line of the search as the report lists it."""

    id: str
    statement: str
    operator: str
    beside_parent: bool
    probability_best: float | None
    document: dict[str, object]


class Operator(TypedDict):
    """Calls of an operator and their share; of its children how many were judged, and thought better."""

    operator: str
    children: int
    judged: int
    ahead: int
    calls: int
    share: float
    worth: float


class Leaning(TypedDict):
    """How far the judge leans to what it sees first."""

    mean: float
    sd: float


class JudgeSkill(TypedDict):
    """What was measured of the judge; `n` questions, 0 where none were asked."""

    n: int
    slope: float
    leaning_to_first: Leaning


class Hierarchical(TypedDict):
    """Probabilities and utilities of the finalists by the hierarchical posterior, in their order."""

    probability_best: list[float]
    utility: list[float]
    sd: list[float]
    judge_slope: float


class Costs(TypedDict):
    """What the calls of a search cost so far."""

    calls: int
    cost: float
    tokens: int


class LeadPassage(CitedPassage):
    """A passage that bears on the question, as a statement."""

    statement: str


class Searched(TypedDict):
    """`hypotheses search`: the answer, what supports and contradicts it, what it cost and why the search stopped.

    Without a language model it holds `leads` and claims nothing; then what a search alone can say is missing. A run of
    the flow adds `run` and `seconds`.
    """

    id: str
    question_id: str
    question: str
    statement: str
    document: dict[str, object]
    levels: list[DetailLevel]
    probability_best: float | None
    direct: Direct | None
    lines: int
    comparisons: int
    calls: int
    calls_by_operator: NotRequired[dict[str, int]]
    proposals: int
    hypotheses: NotRequired[int]
    missing: NotRequired[int]
    refused: NotRequired[list[str]]
    cost: float
    tokens: int
    cost_per_hypothesis: NotRequired[float]
    strategy: NotRequired[str]
    judge: str | None
    judge_skill: JudgeSkill | None
    stopped: str
    support: list[CitedPassage]
    contradict: list[CitedPassage]
    novelty: float
    nearest: list[Nearest]
    problems: list[str]
    deciding_experiment: str | None
    space: str | None
    entropy: NotRequired[list[float]]
    operators: NotRequired[list[Operator]]
    exchanged: NotRequired[int]
    readings: NotRequired[list[dict[str, object]]]
    lessons: NotRequired[list[str]]
    hierarchical: NotRequired[Hierarchical | None]
    finalists: list[Finalist]
    leads: NotRequired[list[LeadPassage]]
    from_papers: NotRequired[Answered | None]
    llm: NotRequired[Spending | None]
    run: NotRequired[str]
    seconds: NotRequired[float]


class Reported(TypedDict):
    """`hypotheses report`: the question, and where the report on it was written."""

    question_id: str
    question: str
    markdown: str
    html: str


class CellRow(TypedDict):
    """A strategy in a scenario at a budget: the true utility of its answer, and what it asked."""

    scenario: str
    budget: int
    strategy: str
    score: Mean
    difference_to_ours: Mean | None
    judge_calls: float
    proposals: float


class Gain(TypedDict):
    """One of our strategies minus the best published one."""

    scenario: str
    budget: int
    strategy: str
    best: str
    gain: Mean


class Calibration(TypedDict):
    """Whether stated probabilities of being best hold; `ece_by_chance` is expected of honest ones."""

    strategy: str
    n: int
    stated: float
    true: float
    ece: float
    ece_by_chance: float


class Simulated(TypedDict):
    """`hypotheses simulate`: strategies of search in simulated worlds of known utility."""

    instances: int
    seed: int
    cells: list[CellRow]
    against_best_published: list[Gain]
    calibration: list[Calibration]


class Rule(TypedDict):
    """How often a rule that chooses pairs finds the best of the items."""

    rule: str
    comparisons: int
    top1: Mean
    coverage: float
    ece: float
    ece_by_chance: float


class Ranking(TypedDict):
    """`hypotheses rank`: rules that choose which pair a judge sees."""

    items: int
    instances: int
    seed: int
    rules: list[Rule]
