"""Labels of a row: phases beat a class of alloy, columns that contradict each other are said to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from hypograph.flows.readers.alloy_tables.columns import CLASSES, COUNT, Columns, cell_text
from hypograph.flows.readers.tabular import Row, number
from hypograph.models.evidence.alloys.notation import is_missing, plain
from hypograph.models.evidence.alloys.phase_names import DISORDERED
from hypograph.models.evidence.alloys.phases import Label, PhaseError, PhaseReading, read_phases

# High and Low are the labels of the tables of Ha et al. (Nat. Comput. Sci. 1, 470, 2021): a single phase or not.
_SINGLE: Final = frozenset({"high", "single", "single-phase", "singlephase", "ss", "solid-solution", "stable"})
_MULTI: Final = frozenset(
    {"low", "multi", "multi-phase", "multiphase", "multiple", "not-single", "not-single-phase", "unstable", "not-hea"}
    | {"non-hea", "nohea", "no-hea"}
)
# Numbers of space groups in a column that is named so; 221 (Pm-3m) may be ordered or a compound.
_SPACE_GROUPS: Final = {"225": "FCC", "229": "BCC", "194": "HCP", "221": "Pm-3m"}
_NUMBERS: Final = re.compile(r"(?:(?:no\.?|#|sg)?\s*\d{1,3}(?:\.0)?\s*[+,;/&]?\s*)+", re.IGNORECASE)
_YES: Final = frozenset({"1", "1.0", "true", "yes", "y", "t", "pos", "positive", "ja"})
_NO: Final = frozenset({"0", "0.0", "-1", "false", "no", "n", "f", "neg", "negative", "nein"})
# A choice of lattices, ``BCC/FCC/other``: the last of them is no name of a phase, and may be one phase or many.
_OTHER: Final = re.compile(r"others?|andere", re.IGNORECASE)
_CHOICES: Final = re.compile(r"\b(?:FCC|BCC|HCP)\b")
# A class of alloy says how many elements it has, and nothing of its phases.
_CLASSES: Final = re.compile(r"(?:r|l|hs)?(?:hea|mea|lea|cca|mpea|ccs|hec|bmg-?hea)s?|(?:high|medium|low)[- ]entropy.*")
CLASS: Final = re.compile(CLASSES)
_QUESTION: Final = re.compile(r".*(?:single|solid[- _]?solution|stable|\bss\b|is[- _]?hea|^hea\??$).*", re.IGNORECASE)


class LabelError(ValueError):
    """Columns contradict each other, or a label says nothing."""


def read_labels(columns: Columns, header: Sequence[str], row: Row) -> tuple[tuple[str, ...], Label | None]:
    """Read the phases and the label of a row.

    Raises
    ------
    LabelError
        If columns contradict each other, or something is written that is not understood.
    """
    phases, by_phases = _from_flags(columns, row) if columns.flags else _from_phases(columns.phases, header, row)
    named, by_label, asked = _from_labels(columns, header, row)
    if by_label and by_phases and by_label != by_phases and not (asked and by_label == "multi"):
        raise LabelError(f"the label says {by_label}-phase, the phases say otherwise")
    # A label that answers the question and says no may know of a phase that is not named: it stands.
    return phases or named, by_label or by_phases


def _from_flags(columns: Columns, row: Row) -> tuple[tuple[str, ...], Label | None]:
    """Phases of columns that say for one phase each whether it is there: 1, yes, x, or a share above 0."""
    there: list[str] = []
    for i, phase in columns.flags.items():
        text = plain(cell_text(row.cells[i])).lower().rstrip("% ")
        amount = number(text) if text else 0.0
        if text in _YES | {"x", "✓", "+"} or (amount or 0.0) > 0:
            there.append(phase)
        elif amount is None and text not in _NO and not is_missing(text):
            raise LabelError(f"{text!r} under {phase} does not say whether it is there")
    if not there:
        return (), None
    if len(there) > 1 or there[0] not in DISORDERED:
        return tuple(there), "multi"
    return tuple(there), "single"


def _from_phases(
    tiers: Sequence[Sequence[int]], header: Sequence[str], row: Row
) -> tuple[tuple[str, ...], Label | None]:
    """The first tier of columns that says something; *other* under ``BCC/FCC/other`` says only which it is not."""
    neither: dict[str, str] = {}
    for tier in tiers:
        found: list[tuple[int, PhaseReading]] = []
        for i in tier:
            text = cell_text(row.cells[i])
            if _OTHER.fullmatch(plain(text)):
                neither |= dict.fromkeys(_CHOICES.findall(header[i].upper()), header[i])
            elif not is_missing(plain(text)):
                found.append((i, _phases(text, header[i])))
        said = [(i, r) for i, r in found if r.phases or r.label]
        if not said:
            continue
        first = said[0][1]
        for i, other in said[1:]:
            both = first.phases and other.phases and sorted(first.phases) != sorted(other.phases)
            if both or (first.label and other.label and first.label != other.label):
                raise LabelError(f"the columns {header[said[0][0]]} and {header[i]} contradict each other")
        phases = next((r.phases for _, r in said if r.phases), ())
        if len(phases) == 1 and phases[0] in neither:
            raise LabelError(f"the columns {neither[phases[0]]} and {header[said[0][0]]} contradict each other")
        return phases, next((r.label for _, r in said if r.label), None)
    return (), None


def _phases(text: str, name: str) -> PhaseReading:
    label = _word(text, name)
    if label is not None:
        return PhaseReading((), label)
    if re.search(r"space ?-?_?group|raumgruppe|\bsg\b", name, re.IGNORECASE) and _NUMBERS.fullmatch(text):
        text = re.sub(r"(?:194|22[159])(?:\.0)?(?!\d)", lambda m: _SPACE_GROUPS[m[0][:3]], text)
    try:
        return read_phases(text)
    except PhaseError as error:
        if _CLASSES.fullmatch(plain(text).lower()):
            return PhaseReading((), None)
        raise LabelError(_why(text, name, str(error))) from None


def _from_labels(columns: Columns, header: Sequence[str], row: Row) -> tuple[tuple[str, ...], Label | None, bool]:
    """Phases that the label names, the label, and whether it stands in a column for labels, not for classes."""
    phases: tuple[str, ...] = ()
    said: list[tuple[int, Label]] = []
    unclear = ""
    for i in (i for tier in columns.labels for i in tier):
        text = cell_text(row.cells[i])
        if is_missing(plain(text)) or _CLASSES.fullmatch(plain(text).lower()):
            continue
        label = _word(text, header[i]) if not columns.single else _told(text, columns.single)
        if label is None:
            try:
                reading = read_phases(text)
                label, phases = reading.label, phases or reading.phases
            except PhaseError as error:
                unclear = unclear or _why(text, header[i], str(error))
                continue
        if label:
            said.append((i, label))
    if len({label for _, label in said}) > 1:
        names = " and ".join(header[i] for i, _ in said[:2])
        raise LabelError(f"the columns {names} contradict each other")
    if unclear and not said:
        raise LabelError(unclear)
    if not said:
        return phases, None, False
    place, found = said[0]
    return phases, found, not CLASS.fullmatch(header[place].strip().lower())


def _word(text: str, name: str) -> Label | None:
    """The label that a word alone says; yes and no only where the header asks the question."""
    low = re.sub(r"[\s_]+", "-", plain(text).lower())
    if low in _SINGLE:
        return "single"
    if low in _MULTI:
        return "multi"
    if re.fullmatch(COUNT, plain(name).lower().replace("_", " ").strip()) and re.fullmatch(r"[1-9](?:\.0)?", low):
        return "single" if low[0] == "1" else "multi"
    if _QUESTION.fullmatch(plain(name).strip()):
        against = re.search(r"\b(?:not|non|multi)\b|multi", name, re.IGNORECASE)
        if low in _YES:
            return "multi" if against else "single"
        if low in _NO:
            return "single" if against else "multi"
    return None


def _told(text: str, single: str) -> Label:
    """The label of a value where the user said which one means one phase: any other value does not."""
    mine, theirs = number(text), number(single)
    same = mine == theirs if mine is not None and theirs is not None else text.strip().lower() == single.lower()
    return "single" if same else "multi"


def asks(name: str, texts: Sequence[str]) -> str:
    """How yes and no under a header are read; empty where the cells say something else."""
    codes = {plain(t).lower() for t in texts if not is_missing(plain(t))}
    if not codes or not codes <= _YES | _NO or not _QUESTION.fullmatch(plain(name).strip()):
        return ""
    yes = next((c for c in sorted(codes) if c in _YES), "")
    return (
        f"{yes} under {name!r} is read as {'single' if _word(yes, name) == 'single' else 'multi'}-phase" if yes else ""
    )


def _why(text: str, name: str, reason: str) -> str:
    low = plain(text).lower()
    if low in _YES | _NO or re.fullmatch(r"-?\d+(?:\.\d+)?", low):
        return (
            f"what {text} means in the column {name!r} is not said. Write single-phase or multi-phase, or the phases; "
            f'or say which value means one phase: --columns "label={name},single={text}".'
        )
    return f"column {name!r}: {reason}"
