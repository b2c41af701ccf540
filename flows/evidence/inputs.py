"""What a predictor learns from, as a person names it: tables, own measurements, an expert's answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from hypograph.flows.evidence.predictor import EvidenceSpec, Fitted, predictor_of_inputs, predictor_of_records
from hypograph.flows.evidence.sources import read_answers
from hypograph.flows.runtime.settings import load_settings
from hypograph.models.core.errors import MissingFileError
from hypograph.models.core.records import AlloyRecord
from hypograph.models.literature.claims.claim import PAPERS

EXPERIMENTS: Final = "experiments.csv"
Tell = Callable[[str], None]


def silent(text: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class EvidenceInputs:
    """What a question about alloys is answered from.

    Attributes
    ----------
    files
        Alloy tables to learn from; the tables and records that ship with the package if empty.
    sources
        Names of sources (`hypograph.flows.evidence.sources`); the default ones if empty.
    expert_answers
        Answers of an expert on pairs of elements.
    laboratory
        Tables of own measurements or folders of campaigns on alloys, a source of their own beside the others.
    papers
        Publications, or claims saved from them, as a source of their own.
    columns, skip_bad
        As for `read_alloys`.
    seed
        Seed of all random choices.
    small
        The quick preset.
    """

    files: tuple[Path, ...] = ()
    sources: tuple[str, ...] = ()
    expert_answers: Path | None = None
    laboratory: tuple[Path, ...] = ()
    papers: tuple[Path, ...] = ()
    columns: Mapping[str, str] | None = None
    skip_bad: bool = True
    seed: int = 0
    small: bool = False

    @property
    def spec(self) -> EvidenceSpec:
        """What the predictor is made from."""
        return EvidenceSpec(self.sources, self.small, self.seed)

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file that is named."""
        return (
            *self.files,
            *self.laboratory,
            *self.papers,
            *((self.expert_answers,) if self.expert_answers is not None else ()),
        )


SHIPPED = EvidenceInputs()


def open_predictor(inputs: EvidenceInputs = SHIPPED, tell: Tell = silent) -> Fitted:
    """Return the predictor of some inputs: kept from an earlier question, or made now and kept.

    Parameters
    ----------
    tell
        Takes progress, and rows that were left out.

    Raises
    ------
    MissingFileError, InputError
        If a file is not there, or nothing can be learned from it.
    """
    inputs = replace(inputs, laboratory=tuple(_table(path) for path in inputs.laboratory))
    for path in inputs.paths:
        if not path.is_file():
            raise MissingFileError("there is no such file", where=str(path), hint="Check the path.")
    named = {
        "files": list(inputs.files),
        "laboratory": list(inputs.laboratory),
        "papers": list(inputs.papers),
        "names": [path.name for path in (*inputs.files, *inputs.laboratory, *inputs.papers)],
        "answers": inputs.expert_answers,
        "columns": inputs.columns,
        "skip_bad": inputs.skip_bad,
    }

    def read() -> Fitted:
        opinions = read_answers(inputs.expert_answers) if inputs.expert_answers is not None else None
        where = str(inputs.files[-1]) if inputs.files else "packaged tables"
        folder = load_settings().home / "units"
        records, spec = records_of(inputs, tell), inputs.spec
        if inputs.papers:
            from hypograph.flows.evidence.claims import paper_records

            claimed, skill = paper_records(inputs.papers, records, tell)
            records, spec = [*records, *claimed], replace(spec, skill=((PAPERS, round(skill, 6)),))
        return predictor_of_records(records, spec, folder, opinions=opinions, where=where)

    return predictor_of_inputs(named, inputs.spec, read)


def records_of(inputs: EvidenceInputs, tell: Tell = silent) -> list[AlloyRecord]:
    """Read the records of tables and of the laboratory."""
    from hypograph.flows.readers.alloys import hea_literature_alloys, hea_tables, read_alloys

    records: list[AlloyRecord] = []
    for path in inputs.files:
        records += read_alloys(path, columns=inputs.columns, skip_bad=inputs.skip_bad, tell=tell)
    if not inputs.files:
        records = [*hea_tables(), *hea_literature_alloys()]
        tell(f"learning from {len(records):,} records that ship with the package: about a minute, once")
    for path in inputs.laboratory:
        measured = read_alloys(path, columns=inputs.columns, skip_bad=inputs.skip_bad, tell=tell)
        records += [replace(r, source="laboratory") for r in measured]
    return records


def _table(path: Path) -> Path:
    """The table of a laboratory source: a campaign's folder keeps its experiments as one."""
    if not path.is_dir():
        return path
    if not (path / EXPERIMENTS).is_file():
        raise MissingFileError("this folder is no campaign's", where=str(path), expected=f"a table, or {EXPERIMENTS}")
    return path / EXPERIMENTS
