"""What the figures of the campaign pages draw: groups side by side, and a laboratory's campaign."""

from __future__ import annotations

from collections.abc import Mapping

from typing_extensions import TypedDict

from hypograph.graph.queries.rows import KnownGroup
from hypograph.models.core.documents.campaigns import Interval, Level, PlateRecord, Status


class Group(KnownGroup):
    """Replicates of one table and method, as the store joins them."""

    mark: str
    live: bool
    best_value: float | None


class Coursed(Group):
    """A group with the course of its best value and of its entropy, as the `d` of SVG paths."""

    best_course: str
    entropy_course: str


class Survival(TypedDict):
    """How long the replicates of a line take to the threshold (Kaplan & Meier)."""

    threshold: float
    reached: float
    not_reached: list[float]
    restricted_mean_time: float


class Difference(TypedDict):
    """A line's final bests beside those of the line it is compared with; 95% interval of the mean."""

    superiority: float
    pairs: int
    mean: float | None
    low: float | None
    high: float | None


class Final(TypedDict):
    """Best of each replicate at its end."""

    mean: float
    sd: float | None


class Series(TypedDict):
    """One line of a comparison."""

    kind: int
    key: str
    label: str
    groups: list[str]
    replicates: int
    left_out: int
    experiments: int
    seconds: float | None
    index: list[int]
    median: list[float]
    q25: list[float]
    q75: list[float]
    entropy: list[float | None]
    regret: list[float]
    final: Final
    entropy_forms: dict[str, float | None]
    survival: Survival | None
    difference: Difference | None


class Compared(TypedDict):
    """Groups side by side, as the page and its JSON tell it."""

    unit: str
    axis: str
    outcome: str
    percent: bool
    goal: str
    threshold: float | None
    against: str
    missing: list[str]
    series: list[Series]


class Shares(TypedDict):
    """Which share of a line's experiments used each option of a parameter; `shares` by the line's `kind`."""

    name: str
    options: list[str]
    shares: dict[int, dict[str, float]]


class Coverage(TypedDict):
    """Options tried on one table."""

    table: str
    parameters: list[Shares]


class Step(TypedDict):
    """One experiment of a replicate that is shown step by step."""

    id: str
    index: int
    value: float | None
    best_so_far: float | None
    source: str | None
    reason: str | None
    status: str | None
    kind: int
    label: str
    seed: int | None
    table: str
    parameters: dict[str, str | float]


class Experiment(TypedDict):
    """One experiment of a laboratory's campaign."""

    id: str
    index: int
    parameters: Mapping[str, Level]
    values: dict[str, float]
    status: str
    source: str
    reason: str
    note: str
    predicted: Interval | None
    best_so_far: float | None
    entropy: dict[str, float] | None
    begun_at: str
    recorded_at: str


class Goal(TypedDict):
    """An outcome and its direction."""

    name: str
    direction: str
    target: float | None


class Dimension(TypedDict):
    """A parameter with its range in words."""

    name: str
    range: str
    unit: str
    options: list[str]


class Happened(TypedDict):
    """One event of a campaign's history, in words."""

    number: int
    id: str
    event: str
    says: str
    what: str
    note: str
    at: str


class Laboratory(Status):
    """A laboratory's campaign as its page shows it; `problem` says why nothing can be changed."""

    objectives: list[Goal]
    parameters: list[Dimension]
    methods: list[str]
    plate: PlateRecord | None
    structures: dict[str, dict[str, str]]
    experiments: list[Experiment]
    history: list[Happened]
    started: str
    updated: str
    problem: str | None
    notices: list[str]
