"""Documents of alloys: what `evidence predict`, `explain` and `read` print, and the pages show."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from hypograph.models.core.documents.figures import Mean, Risk


class Bounds(TypedDict):
    """Belief and plausibility, in [0, 1]."""

    belief: float
    plausibility: float


class Counted(TypedDict):
    """How many records say that the alloy is a single phase, and how many that it is not."""

    single: int
    multi: int


class SourceCounts(Counted):
    """Records of one source, and how far it is trusted: shares of cases that it tells rightly."""

    source: str
    sensitivity: float
    specificity: float
    reliability: float


class Records(Counted):
    """Records of an alloy itself: by outcome, phase, state and source; `disagree` where a third say otherwise."""

    disagree: bool
    phases: dict[str, int]
    states: dict[str, Counted]
    sources: list[SourceCounts]


class NearAlloy(Counted):
    """A known alloy, and the percent of atoms to exchange to get there."""

    alloy: str
    exchanged_percent: float


class CompetingPair(TypedDict):
    """The pair of elements that attracts most: its compound competes with the solution (kJ/mol)."""

    pair: str
    mixing_enthalpy: float


class Descriptors(TypedDict):
    """Descriptors of a solid solution; None where an element lacks the data.

    Size mismatch in percent, mixing enthalpy in kJ/mol and entropy in J/(mol·K), Ω, valence electrons an atom.
    """

    size_mismatch: float | None
    mixing_enthalpy: float | None
    mixing_entropy: float | None
    omega: float | None
    valence_electrons: float | None
    competing_pair: CompetingPair | None


class Exchanged(Bounds):
    """How often exchanging two elements left the outcome as it was, and changed it."""

    same: int
    changed: int


class ConditionFound(TypedDict):
    """The state asked about, the state whose records were used, whether all were pooled, and how many were left out."""

    asked: str
    used: str
    pooled: bool
    left_out: int


class AlloyNumbers(Bounds):
    """How likely a single phase is: bounds, the probability for bets, what is unknown, how far sources conflict."""

    pignistic: float
    ignorance: float
    conflict: float


class AlloyAnswer(AlloyNumbers):
    """What the predictor says of an alloy whose name is known from elsewhere."""

    atomic_percent: dict[str, float]
    phases: dict[str, Bounds]
    records: Records
    in_a_table: bool
    nearest: list[NearAlloy]
    condition: NotRequired[ConditionFound]


class PredictedAlloy(AlloyAnswer):
    """One row of `evidence predict`: `alloy` as it was written.

    `exchange` and `substitutability` come with `--exchange`, `descriptors` where the pages draw a scan.
    """

    alloy: str
    exchange: NotRequired[str]
    substitutability: NotRequired[Exchanged]
    descriptors: NotRequired[Descriptors]


class RefusedAlloy(TypedDict):
    """An alloy that could not be read, and why."""

    alloy: str
    reason: str


class Predicted(TypedDict):
    """`evidence predict`: alloys with belief, plausibility and what stands behind them.

    `scored` to `fidelity` come where all alloys of some elements were scored: how many, how fast, and the correlation
    of the quick scores with the full prediction. `learned_from` counts the compositions that the predictor learned
    from; `sources` and `tables` name where they stand.
    """

    alloys: list[PredictedAlloy]
    skipped: NotRequired[list[RefusedAlloy]]
    scored: NotRequired[int]
    seconds_scoring: NotRequired[float]
    alloys_per_second: NotRequired[int]
    fidelity: NotRequired[float]
    learned_from: int
    sources: list[str]
    note: str
    tables: NotRequired[list[str]]
    taught_nothing: NotRequired[list[str]]


class AskedPair(TypedDict):
    """What an expert answered on a pair of elements, by domain."""

    pair: str
    domain: str
    similar: float
    dissimilar: float


class Because(TypedDict):
    """A piece of evidence behind a prediction.

    `belief_share` and `conflict_share` are what of the belief and of the conflict it carries; `answers` come with an
    expert, `measured` (how many records) and `quotes` with records.
    """

    substitution: str
    from_alloy: str
    source: str
    provenance: str
    supports: str
    belief_share: float
    conflict_share: float
    answers: NotRequired[list[AskedPair]]
    measured: NotRequired[int]
    quotes: NotRequired[list[str]]


class Further(TypedDict):
    """What one more careful measurement would make of the verdict."""

    outcome: str
    pignistic: float
    ignorance: float
    changes_verdict: bool


class OwnRecords(Counted):
    """How far a person's own records of the alloy move the verdict."""

    pignistic_without: float
    pignistic: float


class Explained(AlloyAnswer):
    """`evidence explain`: an alloy's prediction, its descriptors, and the evidence behind it, the weightiest first.

    `own_records` come with a laboratory source that measured the alloy; `taught_nothing` names sources of records
    that the learners did not learn from.
    """

    alloy: str
    own_records: NotRequired[OwnRecords]
    taught_nothing: NotRequired[list[str]]
    descriptors: Descriptors
    further_measurement: list[Further]
    because: list[Because]
    learned_from: int


class FoldFigures(TypedDict):
    """One fold; None where it holds one class only."""

    name: str
    auc: float | None
    mcc: float | None
    n: int


class EvidenceMethod(TypedDict):
    """A method on all folds.

    `share_saturated` has an ignorance below 1e-6; `ignorance_predicts_error` is an AUROC; `risk_coverage` the share of
    errors among the most certain; `sources` those that ours used.
    """

    method: str
    accuracy: float | None
    accuracy_likelier: float | None
    auc: float | None
    mcc: float | None
    ece: float | None
    ece_fold: float | None
    accuracy_certain_half: float | None
    risk_coverage: list[Risk]
    share_saturated: float | None
    ignorance_predicts_error: float | None
    seconds: float
    skipped_folds: list[str]
    folds: list[FoldFigures]
    sources: NotRequired[list[str]]


class PairedFolds(TypedDict):
    """Difference of two methods over the folds that both have; None where there is none."""

    a: str
    b: str
    auc: Mean | None
    mcc: Mean | None


class TestedAlloys(TypedDict):
    """Where the alloys came from, and how many."""

    files: list[str]
    train: int
    tested: int
    share_single_phase: float
    elements: list[str]


class ExpertSkill(TypedDict):
    """How often an expert is right about exchanges of elements, by domain and group (95%)."""

    domain: str
    group: str
    asked: int
    mean: float
    low: float
    high: float


class EvidenceEvaluation(TypedDict):
    """`evidence evaluate`: methods on held-out alloys, and ours against each other one."""

    alloys: TestedAlloys
    protocol: str
    sources: list[str]
    seed: int
    expert_skill: list[ExpertSkill]
    methods: list[EvidenceMethod]
    comparisons: list[PairedFolds]
