"""From alloy records to substitutability and phase predictions, as units of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from hypograph.flows.runtime.unit_kinds import EVIDENCE_CHECK, EVIDENCE_PREDICT, EVIDENCE_SUBSTITUTABILITY
from hypograph.flows.runtime.units import UnitRunner
from hypograph.models.core.errors import InputError
from hypograph.models.core.keys import digest, may_be_absent
from hypograph.models.core.knowledge_free import NO_EXPERT, informed
from hypograph.models.core.protocols import Expert
from hypograph.models.core.records import AlloyPrediction, AlloyRecord

SMALL_ELEMENTS: Final = ("Al", "Co", "Cr", "Cu", "Fe", "Mn", "Mo", "Nb", "Ni", "Ti", "V", "Zr")
SMALL_RECORDS: Final = 600
SMALL_TOP: Final = 40


@dataclass(frozen=True)
class EvidenceOutcome:
    """What the evidence step found.

    Attributes
    ----------
    pairs
        Element pairs with evidence for or against substitutability.
    predictions
        Alloys that are in no table, best first.
    checked
        AUC and Matthews coefficient on a held-out part, whose element sets no training alloy has, for
        `ours`, the knowledge-free `vote` and the `majority` class; `ours-no-expert` too where an expert
        was given.
    held_out
        How much that part holds: `alloys`, element `sets`, and `auc_low` and `auc_high`, the 95% interval of the area
        of `ours` as if each set were one alloy.
    """

    pairs: int
    predictions: tuple[AlloyPrediction, ...]
    checked: dict[str, dict[str, float | None]]
    held_out: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class StepInputs:
    """What the units of the step depend on: a digest of the records, and the name of the expert, if one was asked."""

    records: str
    seed: int
    small: bool
    expert: str | None = may_be_absent()


@dataclass(frozen=True, kw_only=True)
class PredictInputs(StepInputs):
    """What the predictions of one size depend on."""

    size: int
    top: int


def evidence_units(
    runner: UnitRunner,
    records: Sequence[AlloyRecord],
    *,
    expert: Expert = NO_EXPERT,
    sizes: tuple[int, ...] = (4, 5),
    top: int = 200,
    seed: int = 0,
    small: bool = False,
) -> EvidenceOutcome:
    """Measure substitutability, check the predictions on held-out alloys, predict new alloys.

    Parameters
    ----------
    runner
        Runs and keeps the units: sources and substitutability, the check, the predictions of each size.
    records
        Alloys with known outcome.
    expert
        Judges pairs of elements; its skill is measured before it moves a result.
    sizes
        Numbers of elements of the alloys to predict.
    top
        Predictions kept, over all sizes.
    seed
        Seed of all random choices.
    small
        Only a fixed subset of records and elements.

    Returns
    -------
    EvidenceOutcome

    Raises
    ------
    InputError
        If there are no records, or all have one outcome.
    """
    from hypograph.flows.evidence import work
    from hypograph.flows.evidence.predictor import note_graphs_predictor

    chosen = small_part(records) if small else list(records)
    if not chosen:
        raise InputError("no alloys to work on", where="evidence", expected="records with a known phase")
    if len({r.single_phase for r in chosen}) < 2:
        raise InputError(
            "all alloys have the same label", where=chosen[0].source or "evidence", expected="both outcomes"
        )
    if small:
        top = min(top, SMALL_TOP)
    asked = expert.name if informed(expert) else ""
    given = StepInputs(digest(chosen), seed, small, expert=asked or None)
    opinions = work.ask(runner, expert, chosen, small=small) if asked else []
    job = work.Job(chosen, opinions, asked, seed, small, runner.folder)
    pairs = runner.run(EVIDENCE_SUBSTITUTABILITY, given, job.substitutability)
    check = runner.run(EVIDENCE_CHECK, given, job.check)
    jobs = [
        (PredictInputs(**vars(given), size=size, top=top), partial(job.predict, size, top))
        for size in sorted(set(sizes))
    ]
    predicted = runner.run_all(EVIDENCE_PREDICT, jobs, [f"alloys of {n} elements" for n in sorted(set(sizes))])
    found = [_prediction(p) for result in predicted for p in result["alloys"]]
    found.sort(key=lambda p: (-p.pignistic, p.key))
    if not small:
        note_graphs_predictor(chosen, job.spec, runner.folder, job.asked)
    return EvidenceOutcome(pairs["pairs"], tuple(found[:top]), check["checked"], check.get("held_out", {}))


def small_part(records: Sequence[AlloyRecord]) -> list[AlloyRecord]:
    """Keep the first compositions of a few common elements, from each source alike, each once.

    A composition that many papers report teaches a small part no more than once, and takes the place of others.
    """
    kept: dict[str, dict[object, AlloyRecord]] = {}
    for record in records:
        if set(record.elements) <= set(SMALL_ELEMENTS) and len(record.elements) >= 2:
            kept.setdefault(record.source, {}).setdefault((record.elements, record.fractions), record)
    share = SMALL_RECORDS // max(len(kept), 1)
    small = [r for part in kept.values() for r in list(part.values())[:share]]
    return small if len({r.single_phase for r in small}) == 2 else list(records[:SMALL_RECORDS])


def _prediction(row: dict[str, Any]) -> AlloyPrediction:
    return AlloyPrediction(
        tuple(row["elements"]),
        row["belief"],
        row["plausibility"],
        row["pignistic"],
        row["ignorance"],
        row["conflict"],
        tuple(row["because"]),
    )
