"""Documents of the program itself: the doctor, flows, models, the graph, whole runs."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from hypograph.models.core.documents.figures import Reliability, Skill, Spending, Value


class StoreState(TypedDict):
    """The store: which server, whether it answers, which schema it has."""

    kind: str
    uri: str
    reachable: bool
    schema: int | None
    error: str | None
    server: NotRequired[str]


class PrefectState(TypedDict):
    """Prefect's server, where one is set."""

    api: str | None
    reachable: bool
    error: str | None


class DataState(TypedDict):
    """Data sets that are locked, and how many of them are here."""

    folder: str | None
    locked: int
    present: int


# `from` is no name in Python.
SettingRow = TypedDict("SettingRow", {"name": str, "value": object, "from": str})


class Check(TypedDict):
    """One dependency, exercised end to end."""

    name: str
    ok: bool
    seconds: float
    detail: str


class AskedModelState(TypedDict):
    """What a model can do, what is done instead of what it cannot, and how each role is asked."""

    capabilities: dict[str, bool]
    thinks: bool | None
    notes: list[str]
    roles: list[dict[str, object]]


class OtherModel(TypedDict):
    """A named model beside the default one."""

    name: str
    model: str
    error: str | None
    notes: list[str]
    roles: list[dict[str, object]]
    capabilities: NotRequired[dict[str, bool]]
    thinks: NotRequired[bool | None]


class ModelState(TypedDict):
    """The language model: whether it answers (`error` is a sentence with its own reason), and how it is asked."""

    model: str | None
    base_url: str | None
    error: str | None
    notes: list[str]
    capabilities: dict[str, bool] | None
    roles: list[dict[str, object]]
    thinks: NotRequired[bool | None]
    others: NotRequired[list[OtherModel]]


class Doctor(TypedDict):
    """`doctor`: what is installed, configured and reachable."""

    python: str
    packages: dict[str, str | None]
    store: StoreState
    llm: ModelState | None
    prefect: PrefectState
    data: DataState
    settings: list[SettingRow]
    ok: bool
    deep: NotRequired[list[Check]]


class LastRun(TypedDict):
    """The last run of a deployment."""

    run: str
    state: str | None
    started: str | None
    seconds: float


class DeploymentRow(TypedDict):
    """A flow that can be started or scheduled."""

    name: str
    flow: str
    schedule: str | None
    paused: bool
    last_run: LastRun | None
    next_run: str | None
    summary: str


class Deployments(TypedDict):
    """`flows list`: flows with their schedules, last and next runs; `serving` says where `flows serve` runs."""

    deployments: list[DeploymentRow]
    serving: dict[str, object] | None


class FlowRun(TypedDict):
    """`flows run`: the run, its state in lower case, and how long it took."""

    run: str
    state: str
    message: str | None
    seconds: float


class BatteryScore(TypedDict):
    """Answers against the truth; a tie or an unusable answer counts half."""

    n: int
    accuracy: Value
    auc: Value | None
    swap_consistency: float | None
    ece: float
    reliability: list[Reliability]
    invalid_rate: float
    skill: Skill


class BatteryRun(BatteryScore):
    """A battery asked in one way; calls, seconds, cost and tokens are those of questions not yet cached."""

    name: str
    role: str
    method: str
    calls: int
    seconds_per_call: float | None
    cost_per_call: float | None
    tokens_per_call: float | None
    came_back: str


class WayFigures(TypedDict):
    """A battery in one of the ways to ask, in short."""

    accuracy: Value
    auc: Value | None
    skill: Skill
    ece: float
    swap_consistency: float | None
    invalid_rate: float
    calls: int
    seconds_per_call: float | None
    cost_per_call: float | None
    tokens_per_call: float | None


class BatteryWays(BatteryRun):
    """A battery in the way that is used, with all ways in short."""

    way: str
    ways: dict[str, WayFigures]


class AssessedBattery(BatteryWays):
    """One battery of questions with known answers, in the way that is used, and whether its skill is kept."""

    kept: bool
    says: str


class Assessed(TypedDict):
    """`model assess`: what a model can do, and how often it is right."""

    model: str
    fingerprint: str
    capabilities: dict[str, bool]
    instead: object
    notes: list[str]
    batteries: list[AssessedBattery]


class Removed(TypedDict):
    """`graph clear`: how many records were taken out."""

    removed: int


class DemoStep(TypedDict):
    """A step of a run, and its units of work."""

    name: str
    seconds: float
    done: int
    skipped: int


class WholeRun(TypedDict):
    """`demo` and `run`: what each step found; a step that was left out is None."""

    run: str
    seconds: float
    steps: list[DemoStep]
    literature: dict[str, object] | None
    evidence: dict[str, object] | None
    hypotheses: dict[str, object] | None
    campaigns: list[dict[str, object]]
    graph_hash: str
    llm: Spending | None
    page: str | None
