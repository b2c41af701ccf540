"""What a final hypothesis rests on: passages, nearest papers, the experiment that decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hypograph.models.hypotheses.discipline import Discipline, Slot
from hypograph.models.hypotheses.hypothesis import Detail, Hypothesis
from hypograph.models.hypotheses.tasks.corpus import Passages
from hypograph.models.literature.text.doubt import AGAINST

LIKENESS = 0.25  # share of a hypothesis's information that a passage must hold to count


@dataclass(frozen=True)
class Ground:
    """Passages for and against, as (publication, passage, similarity), and the nearest publications."""

    support: tuple[tuple[str, str, float], ...]
    contradict: tuple[tuple[str, str, float], ...]
    nearest: tuple[tuple[str, float], ...]

    @property
    def novelty(self) -> float:
        """One less the similarity of the nearest publication, in [0, 1]."""
        return 1.0 - (self.nearest[0][1] if self.nearest else 0.0)


def ground(statement: str, passages: Passages, n: int = 5, length: int = 400) -> Ground:
    """Find what a corpus says for and against a statement.

    Parameters
    ----------
    statement
        The hypothesis in words.
    passages
        The corpus.
    n
        Passages a side at most.
    length
        Characters kept of a passage.
    """
    if not passages.texts:
        return Ground((), (), ())
    nearest = tuple(passages.nearest_publications(statement, n))
    like = dict(passages.nearest_publications(statement, 10 * n))
    support: list[tuple[str, str, float]] = []
    contradict: list[tuple[str, str, float]] = []
    for place, _ in passages.nearest(statement, 10 * n):
        key, text = passages.publications[place], passages.texts[place]
        similarity = like.get(key, 0.0)
        if similarity < LIKENESS:
            continue
        side = contradict if any(word in text.lower() for word in AGAINST) else support
        if len(side) < n and all(text[:length] != old[1] for old in side):
            side.append((key, text[:length], round(similarity, 6)))
    return Ground(tuple(support), tuple(contradict), nearest)


def deciding_experiment(best: Hypothesis, rival: Hypothesis | None, discipline: Discipline) -> str:
    """Say which experiment would decide: what differs from the rival is varied, the rest is held."""
    direction = "higher" if discipline.goal == "max" else "lower"
    if rival is None or rival.id == best.id:
        return f"Carry out the hypothesis as stated and measure {discipline.objective}."
    other = {d.slot: d.value for d in rival.details}
    differs = [d for d in best.details if other.get(d.slot) != d.value]
    if rival.root != best.root or not differs:
        return (
            f"Carry out both leading hypotheses and measure {discipline.objective}: "
            f"the {direction} one decides. Rival: {discipline.statement(rival)}"
        )
    changes = ", ".join(f"{d.slot} ({d.value} against {other.get(d.slot, 'none')})" for d in differs)
    return (
        f"Vary only {changes} with everything else as stated and measure {discipline.objective}: "
        f"the {direction} value decides between the two leading hypotheses."
    )


def space_of(
    hypothesis: Hypothesis, discipline: Discipline, options: Mapping[str, Sequence[Detail]]
) -> list[dict[str, object]]:
    """Return the parameters of a campaign around a hypothesis.

    Parameters
    ----------
    hypothesis
        What the campaign tests.
    discipline
        Which slots a laboratory can vary.
    options
        Details considered for each slot.

    Returns
    -------
    list of dict
        `name`, then `options` (categorical) or `values` (numbers), the hypothesis's own value among them.
        Slots with one option are left out: there is nothing to vary.
    """
    parameters = []
    for slot in (s for level in discipline.levels for s in level.slots if s.experiment):
        held = hypothesis.get(slot.name)
        if held is None:
            continue
        values = dict.fromkeys([held.value, *(d.value for d in options.get(slot.name, ())), *slot.options])
        if len(values) < 2:
            continue
        parameters.append(_parameter(slot, list(values)))
    return parameters


def _parameter(slot: Slot, values: list[str]) -> dict[str, object]:
    if slot.kind in ("temperature", "time", "number"):
        return {"name": slot.name, "values": sorted({float(v) for v in values}), "unit": slot.unit}
    return {"name": slot.name, "options": values, "unit": ""}
