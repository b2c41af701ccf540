"""Documents of a laboratory's campaign: what `campaign status` and `campaign insight` print, and the pages show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NotRequired

from typing_extensions import TypedDict

Level = str | float


class Tried(TypedDict):
    """A point that was tried, and its outcomes by name."""

    id: str
    parameters: Mapping[str, Level]
    values: dict[str, float]


class Status(TypedDict):
    """`campaign status`: how many experiments stand where, and the best so far.

    `front` holds what no other point is better than in every outcome (None with one outcome); `noise` the standard
    deviation of a repeated measurement by outcome, None below three degrees of freedom; `entropy` how evenly options
    were tried (`published`, `corrected`, `relative_to_random`). After recording also `problems` (rows that were
    refused) and `already` (outcomes that were there before).
    """

    campaign: str
    name: str
    method: str
    pending: int
    done: int
    failed: int
    withdrawn: int
    awaited: list[str]
    best: Tried | None
    front: list[Tried] | None
    noise: dict[str, float | None]
    entropy: dict[str, float] | None
    events: int
    problems: NotRequired[list[str]]
    already: NotRequired[int]


class Interval(TypedDict):
    """Mean of a prediction with the 95% interval of a measurement."""

    mean: float
    low: float
    high: float


class AtLevel(Interval):
    """A prediction with one parameter at this level."""

    level: Level


class Slice(TypedDict):
    """Predictions along one parameter, the others as in the best experiment."""

    parameter: str
    levels: list[AtLevel]


class Share(TypedDict):
    """Share of the predicted variance that a parameter explains alone (first-order Sobol' index)."""

    parameter: str
    share: float


class Prediction(TypedDict):
    """What the surrogate says of one point."""

    parameters: Mapping[str, Level]
    predicted: Interval


class ObjectiveInsight(TypedDict):
    """What was learned of one outcome."""

    name: str
    importance: list[Share]
    slices: list[Slice]
    predictions: list[Prediction]


class Stopping(TypedDict):
    """Chance that the next experiments gain more than `gain`; None where it cannot be said."""

    experiments: int
    gain: float
    chance: float | None


class Insight(TypedDict):
    """`campaign insight`: which parameters count, slices through the best point, and whether to stop."""

    campaign: str
    results: int
    best: Tried
    objectives: list[ObjectiveInsight]
    stopping: Stopping | None


class PlateRecord(TypedDict):
    """The plate of a campaign: parameters that its wells have alike, and how many wells."""

    shared: list[str]
    wells: NotRequired[int]


class Best(TypedDict):
    """Best of the campaigns of a method, in percent of the table's maximum."""

    mean: float
    sd: float
    median: float
    q25: float
    q75: float


class EntropyFigures(TypedDict):
    """How evenly options were tried; `to_best` up to the best experiment, `by_experiment` cumulative."""

    published: float
    corrected: float
    relative_to_random: float | None
    to_best: float
    by_experiment: list[float]


class UsedDescriptors(TypedDict):
    """Descriptors that were asked for, and the parameters that have them; `exchanged` as a control."""

    asked: str
    parameters: list[str]
    exchanged: bool


class MethodFigures(TypedDict):
    """One method on a table: `reached_95` is the share that reached 95% of the maximum, `time_to_95` after how many."""

    method: str
    best: Best
    auc: float
    reached_95: float
    time_to_95: float
    entropy: EntropyFigures
    seconds_per_campaign: float
    by_seed: list[float]
    descriptors: NotRequired[UsedDescriptors | None]


class PairedMethods(TypedDict):
    """Two methods from the same starts: how probably the first is better, by how much, and how often equivalent."""

    a: str
    b: str
    probability_a_better: float
    difference: Interval
    equivalent: float
    cliffs_delta: float
    p_mann_whitney: float
    tables: int
    pairs_of_runs: int


class MethodSurvival(TypedDict):
    """Share of runs that have not reached the target after each experiment (Kaplan & Meier)."""

    target: float
    not_reached: list[float]
    restricted_mean_time: float


class Lengths(TypedDict):
    """Experiments of a method's shortest and longest run."""

    least: int
    most: int


class ComparedMethods(TypedDict):
    """`campaign compare`: methods in pairs; `budget` is the common one, `region` what counts as equal."""

    methods: list[str]
    region: float
    budget: int
    budgets: dict[str, Lengths]
    pairs: list[PairedMethods]
    survival: dict[str, MethodSurvival]


class Suggested(TypedDict):
    """An experiment that is suggested: what is expected of it, which method chose it, and why."""

    id: str
    parameters: dict[str, Level]
    source: str
    reason: str
    predicted: Interval | None


class Suggestions(TypedDict):
    """`campaign suggest`: the next experiments."""

    campaign: str
    suggestions: list[Suggested]


class UnderstoodParameter(TypedDict):
    """A parameter as it was understood: options of a text, levels or ends of a number."""

    name: str
    type: str
    unit: str | None
    options: NotRequired[list[Level]]
    low: NotRequired[float | None]
    high: NotRequired[float | None]
    scale: NotRequired[str]
    costs: NotRequired[dict[str, float]]
    cost: NotRequired[float]


class LeftOut(TypedDict):
    """A column that is no parameter, and why."""

    column: str
    reason: str


class SkippedRow(TypedDict):
    """A row that was left out, and why."""

    row: int
    reason: str


class ReadRows(TypedDict):
    """How many rows a table has, and which of them were left out."""

    read: int
    skipped: list[SkippedRow]


class Mixture(TypedDict):
    """Parameters whose sum is fixed."""

    names: list[str]
    total: float


class Constraint(TypedDict):
    """A weighted sum of parameters that may not be exceeded."""

    weights: dict[str, float]
    at_most: float


class Limit(TypedDict):
    """Bounds of a parameter where others have certain levels."""

    when: dict[str, list[Level]]
    name: str
    at_least: NotRequired[float]
    at_most: NotRequired[float]


class Selection(TypedDict):
    """How many of some parameters may be other than zero."""

    names: list[str]
    at_most: int
    at_least: NotRequired[int]


class ObjectiveRecord(TypedDict):
    """An outcome: maximised, minimised, or brought to a target."""

    name: str
    direction: NotRequired[str]
    target: NotRequired[float | None]
    noise: NotRequired[float | None]
    unit: NotRequired[str]


SPACE_RULES: Final[
    tuple[Literal["mixtures", "constraints", "exclusions", "limits", "choices", "plate", "cost"], ...]
] = (
    "mixtures",
    "constraints",
    "exclusions",
    "limits",
    "choices",
    "plate",
    "cost",
)


class SpaceDocument(TypedDict):
    """`campaign new --dry-run` and `campaign edit`: the space as it was understood.

    Rules where there are some; `at_levels` names numbers that are tried at a table's values only.
    """

    parameters: list[UnderstoodParameter]
    at_levels: NotRequired[list[str]]
    objectives: list[ObjectiveRecord]
    left_out: list[LeftOut]
    rows: ReadRows
    notes: list[str]
    mixtures: NotRequired[list[Mixture]]
    constraints: NotRequired[list[Constraint]]
    exclusions: NotRequired[list[dict[str, Level]]]
    limits: NotRequired[list[Limit]]
    choices: NotRequired[list[Selection]]
    plate: NotRequired[PlateRecord]
    cost: NotRequired[float]
    edit: NotRequired[str | None]


class Benchmarked(TypedDict):
    """`campaign benchmark`: methods on one table from common starts."""

    table: str
    budget: int
    initial: int
    seeds: int
    expert: str | None
    blind: bool
    exchanged_names: bool
    permuted_outcomes: bool
    objective: str
    goal: str
    methods: list[MethodFigures]
