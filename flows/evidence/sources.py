"""What the system may use: alloy tables, literature records, an expert's answers, element similarity."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from hypograph.flows.evidence.registry import SCALE, SOURCES, EvidenceSource, Material, split_name
from hypograph.flows.readers.alloys import hea_literature_alloys
from hypograph.flows.readers.element_similarity import element_similarity, near
from hypograph.flows.readers.element_table import element_table
from hypograph.flows.runtime.settings import load_settings
from hypograph.flows.runtime.threads import use_one_thread
from hypograph.models.core.elements import SYMBOL_SET
from hypograph.models.core.errors import InputError, MalformedRowError, MissingFileError, UnknownElementError
from hypograph.models.core.records import AlloyRecord
from hypograph.models.evidence.alloys.folds import Fold
from hypograph.models.evidence.alloys.table import TEACHES_NOTHING, AlloyTable, build_table
from hypograph.models.evidence.fusion.predictor import Extra, System
from hypograph.models.evidence.masses.mass import FloatArray, IntArray
from hypograph.models.evidence.sources.learners import Learners, Settings
from hypograph.models.evidence.sources.opinions import Opinions

ASIDE: Final = -2
# a = 1/(3·5): the authors' mass of one answer with five domains (arXiv 2502.14631).
WEIGHT: Final = 1 / 15
ANSWERS: Final = {"Q2High": (WEIGHT, 0.0), "Q2Medium": (WEIGHT / 2, WEIGHT / 2), "Q2Low": (0.0, WEIGHT)}
# (element, element, field, mass on similar, mass on dissimilar)
OpinionRow = tuple[str, str, str, float, float]
_COLUMNS: Final = ("element_a", "element_b", "domain", "has_knowledge", "substitutability")


@dataclass(frozen=True)
class Knowledge:
    """Everything a system is made of.

    Attributes
    ----------
    table
        Alloys; literature records that stand aside have source −2.
    behind
        Indices of the records behind each row.
    records
        All records.
    sources
        Names of the sources in use.
    opinions
        An expert's, or None.
    skill
        What was measured of whoever read a source of records.
    mute
        Sources of records that teach the learners nothing, because they say nothing.
    """

    table: AlloyTable
    behind: list[list[int]]
    records: list[AlloyRecord]
    sources: tuple[str, ...]
    opinions: Opinions | None
    skill: Mapping[str, float] = field(default_factory=dict)
    mute: tuple[str, ...] = ()

    @property
    def main(self) -> IntArray:
        """Rows of the alloy tables."""
        return np.flatnonzero(self.table.source >= 0)


def gather(
    records: Sequence[AlloyRecord],
    numbers: Sequence[int],
    sources: Sequence[str],
    opinions: Sequence[OpinionRow] | None,
    where: Path | str,
    symbols: Sequence[str] = (),
) -> Knowledge:
    """Collect what the named sources need.

    Parameters
    ----------
    records, numbers
        Alloys, and the number of the file of each.
    sources
        Names of `registry.SOURCES`; those that are always used if empty.
    opinions
        Answers of an expert (`read_answers`), or None.
    where
        Name of the tables, for errors.
    symbols
        Elements that candidates will hold, even where no table does.

    Raises
    ------
    InputError
        If a source is unknown, or `expert` is named without answers; if all alloys have one label.
    """
    named = [split_name(name)[0] for name in sources]
    for source in named:
        if source.when == "answers" and opinions is None:
            raise InputError(
                f"the source {source.name} needs answers", where="--sources", hint="Name a file with --expert-answers."
            )
    there = {"always"} if opinions is None else {"always", "answers"}
    chosen = named or [SOURCES.get(name) for name in SOURCES.own if SOURCES.get(name).when in there]
    used = tuple(sources) or tuple(source.name for source in chosen)
    if len({r.single_phase for r in records}) < 2:
        raise InputError("all alloys have the same label", where=str(where), expected="both outcomes")
    everything, marks = list(records), list(numbers)
    if any(source.aside for source in chosen):
        present = {e for r in records for e in r.elements} | set(symbols)
        aside = [r for r in hea_literature_alloys() if set(r.elements) <= present]
        everything += aside
        marks += [ASIDE] * len(aside)
    table, behind = build_table(everything, element_table(), marks, symbols)
    asked = None
    if opinions is not None and any(source.when == "answers" for source in chosen):
        asked = Opinions.from_rows(opinions, table.elements.symbols)
    return Knowledge(table, behind, everything, used, asked)


def set_aside(knowledge: Knowledge, names: Sequence[str]) -> Knowledge:
    """Let sources of records teach the learners nothing; the same knowledge where nothing could be learned then."""
    table, records = knowledge.table, knowledge.records
    marks = np.zeros(len(records), np.int64)
    for row, members in enumerate(knowledge.behind):
        marks[members] = table.source[row]
    silenced = np.array([r.source in names for r in records]) & (marks >= 0)
    taught = {r.single_phase for r, m, s in zip(records, marks, silenced, strict=True) if m >= 0 and not s}
    if not silenced.any() or len(taught) < 2:
        return knowledge
    marks[silenced] = TEACHES_NOTHING
    table, behind = build_table(records, element_table(), marks.tolist(), table.elements.symbols)
    return replace(knowledge, table=table, behind=behind, mute=tuple(sorted(names)))


def make_system(
    knowledge: Knowledge,
    seed: int,
    *,
    with_expert: bool = True,
    settings: Settings | None = None,
    core: Sequence[str] | None = None,
    inner: int = 6,
    most: int = 400,
) -> System:
    """Build the system of the named sources; `core` keeps some of the learners."""
    table = knowledge.table
    learners = [name for source, _ in _in_order(knowledge.sources) for name in source.learners]
    chosen = [name for name in learners if core is None or name in core] or ["vote"]
    extras = make_extras(knowledge, table, with_expert=with_expert)
    # Two folds at a time use two cores; linear algebra with threads of its own would only be in their way.
    use_one_thread()
    return System(table, settings or Settings(jobs=2), tuple(chosen), extras, inner, most, seed)


def make_extras(knowledge: Knowledge, table: AlloyTable, *, with_expert: bool = True) -> dict[str, Extra]:
    """Make the sources beside the learners."""
    extras: dict[str, Extra] = {}
    for source, name in _in_order(knowledge.sources):
        if source.make is not None and (source.when != "answers" or (with_expert and knowledge.opinions is not None)):
            extras[name] = source.make(Material(table, knowledge.opinions, name.partition(SCALE)[2]))
    return extras


def _in_order(names: Sequence[str]) -> list[tuple[EvidenceSource, str]]:
    """Sources with their whole names, in the order of the registry: the order of evidence columns."""
    places = {name: place for place, name in enumerate(SOURCES.names())}
    found = [(split_name(name)[0], name) for name in names]
    return sorted(found, key=lambda pair: places[pair[0].name])


def similarity_of(scale: str, table: AlloyTable) -> FloatArray:
    """Similarity of a table's elements by a named scale; by their properties where none is named."""
    if not scale:
        return near(table.elements.distance(), table.elements.common)
    return element_similarity(scale, table.elements.symbols, load_settings().data_dir)


def literature_source(learners: Learners, fold: Fold, targets: IntArray, hosts: IntArray) -> FloatArray:
    """Log-odds learned from literature records alone, those that hold a held-out element left out."""
    table = learners.table
    held = table.present[:, list(fold.held)].any(1) if fold.held else np.zeros(len(table), bool)
    train = np.flatnonzero((table.source == ASIDE) & ~held)
    if len(train) < 20 or np.ptp(learners.labels[train]) == 0:
        return np.zeros(len(targets))
    (base,) = learners.ridge(train, targets, ["kernel"])
    return base - float(base.mean())


def read_answers(path: Path) -> list[OpinionRow]:
    """Read an expert's answers on pairs of elements.

    Parameters
    ----------
    path
        CSV with columns element_a, element_b, domain, has_knowledge (Q1Yes/Q1No) and substitutability
        (Q2High/Q2Medium/Q2Low).

    Returns
    -------
    list of tuple
        (element, element, domain, mass on similar, mass on dissimilar).

    Raises
    ------
    MissingFileError, MalformedRowError, UnknownElementError
        With file, row and column.
    """
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [c for c in _COLUMNS if c not in (reader.fieldnames or ())]
            if missing:
                raise InputError(f"no column {', '.join(missing)}", where=str(path), expected=", ".join(_COLUMNS))
            return [_answer(row, f"{path}: row {number}") for number, row in enumerate(reader, start=2)]
    except (FileNotFoundError, IsADirectoryError):
        raise MissingFileError("there is no such file", where=str(path), hint="Check the path.") from None
    except UnicodeDecodeError as error:
        raise InputError(f"the file is no text ({error})", where=str(path), expected="UTF-8 text") from None


def _answer(row: dict[str, Any], where: str) -> tuple[str, str, str, float, float]:
    a, b = (row["element_a"] or "").strip(), (row["element_b"] or "").strip()
    for symbol, column in ((a, "element_a"), (b, "element_b")):
        if symbol not in SYMBOL_SET:
            raise UnknownElementError(f"{symbol!r} is no chemical element", where=f"{where}, column {column!r}")
    knows, answer = (row["has_knowledge"] or "").strip(), (row["substitutability"] or "").strip()
    if knows not in ("Q1Yes", "Q1No"):
        raise MalformedRowError(
            f"{knows!r} is no answer", where=f"{where}, column 'has_knowledge'", expected="Q1Yes or Q1No"
        )
    if knows == "Q1Yes" and answer not in ANSWERS:
        raise MalformedRowError(
            f"{answer!r} is no answer",
            where=f"{where}, column 'substitutability'",
            expected=", ".join(ANSWERS),
        )
    masses = ANSWERS[answer] if knows == "Q1Yes" else (0.0, 0.0)
    return a, b, (row["domain"] or "").strip(), *masses
