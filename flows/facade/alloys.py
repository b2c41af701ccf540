"""Alloys in Python: tables read strictly, and the predictor that command, flow and pages share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypograph.flows.facade.documents import Document, documented
from hypograph.flows.facade.frames import Rows
from hypograph.models.core.errors import InputError
from hypograph.models.core.records import AlloyRecord

if TYPE_CHECKING:
    import pandas as pd

    from hypograph.flows.evidence.predictor import Fitted
    from hypograph.flows.evidence.registry import EvidenceSource


@dataclass(frozen=True)
class Alloys(Sequence[AlloyRecord]):
    """Alloys with a known outcome that were read.

    Attributes
    ----------
    records
        In the order of the file.
    notes
        What was left out, and why.
    """

    records: tuple[AlloyRecord, ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[AlloyRecord]:
        return iter(self.records)

    def __getitem__(self, key: Any) -> Any:
        return self.records[key]

    def to_dataframe(self) -> pd.DataFrame:
        """Return composition, outcome and source of each."""
        import pandas as pd

        rows = [{"alloy": r.key, "single_phase": r.single_phase, "source": r.source} for r in self.records]
        return pd.DataFrame(rows, columns=["alloy", "single_phase", "source"])

    def _repr_html_(self) -> str:
        from html import escape

        notes = "".join(f"<li>{escape(n)}</li>" for n in self.notes)
        return f"{self.to_dataframe().to_html(escape=True, max_rows=20)}<ul>{notes}</ul>"


def read_alloys(path: Path | str, *, columns: dict[str, str] | None = None) -> Alloys:
    r"""Read a table of alloys with a known outcome: CSV, TSV or a workbook, formulas or columns of elements.

    Parameters
    ----------
    path
        The file.
    columns
        Role → column, where the header does not tell: ``composition``, ``phase``, ``label``, ``state``.

    Returns
    -------
    Alloys
        Rows that have one reading; what was left out stands in `notes`.

    Raises
    ------
    MissingFileError
        If there is no such file.
    InputError
        If the table as a whole cannot be understood.

    Examples
    --------
    >>> import hypograph as hg, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "mine.csv"
    >>> _ = path.write_text("alloy,phase\nCoCrFeNi,FCC\nAlCoCrFeNi,BCC+B2\nAlxCoCr,BCC\n")
    >>> alloys = hg.read_alloys(path)
    >>> [a.single_phase for a in alloys], len(alloys.notes) > 0
    ([True, False], True)
    """
    from hypograph.flows.readers.alloys import read_alloys as read

    told: list[str] = []
    return Alloys(tuple(read(path, columns=columns, tell=told.append)), tuple(told))


class AlloyPredictor:
    r"""Predicts whether an alloy is one solid solution, and says how much is not known.

    Parameters
    ----------
    sources
        Sources of evidence; all by default. A name (``hypograph evidence predict --help`` lists them), or a source of
        your own, such as `classifier_source` makes.
    small
        The quick preset: seconds, with figures less sharp.
    seed
        Seed of every random choice.

    Notes
    -----
    What was learned once from the same records is kept, and found again at once.

    Examples
    --------
    >>> import hypograph as hg, itertools, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "mine.csv"
    >>> threes = itertools.combinations(["Co", "Cr", "Cu", "Fe", "Mn", "Ni"], 3)
    >>> rows = ["".join(t) + (",FCC" if "Ni" in t else ",FCC+BCC") for t in threes]
    >>> _ = path.write_text("\n".join(["alloy,phase", *rows]))
    >>> model = hg.AlloyPredictor(small=True).fit(hg.read_alloys(path))
    >>> found = model.predict(["CoFeNi", "CoCrCu"])
    >>> found[0]["records"]["single"], found[0]["pignistic"] > found[1]["pignistic"]
    (1, True)
    """

    def __init__(self, sources: Sequence[str | EvidenceSource] = (), *, small: bool = False, seed: int = 0) -> None:
        self.sources, self.small, self.seed = tuple(map(_known, sources)), small, seed
        self._fitted: Fitted | None = None

    def fit(self, alloys: Sequence[AlloyRecord] | None = None) -> AlloyPredictor:
        """Learn from alloys with a known outcome; without any, from the tables and records that ship.

        Raises
        ------
        InputError
            If nothing can be learned: no alloy, or one outcome only.
        """
        from hypograph.flows.evidence.inputs import EvidenceInputs, open_predictor
        from hypograph.flows.evidence.predictor import predictor_of_records
        from hypograph.flows.runtime.settings import load_settings

        inputs = EvidenceInputs(sources=self.sources, small=self.small, seed=self.seed)
        if alloys is None:
            self._fitted = open_predictor(inputs)
        else:
            self._fitted = predictor_of_records(list(alloys), inputs.spec, load_settings().home / "units")
        return self

    def predict(self, alloys: str | Sequence[str], size: int | None = None, *, state: str = "") -> Rows[dict[str, Any]]:
        """Predict alloys by their formulas, or all equimolar alloys of so many of some elements.

        Parameters
        ----------
        alloys
            A formula such as ``Al0.5CoCrFeNi``, or several; with `size`, symbols of elements.
        size
            Elements in an alloy.
        state
            Condition on the alloys' records, such as ``as-cast`` or ``annealed at 1000 °C``; `condition` of a row says
            whether its records allowed it.

        Returns
        -------
        Rows
            Records as of ``hypograph evidence predict --json``: `belief`, `plausibility`, `pignistic`, `ignorance`,
            `conflict`, `records`, best first where elements were given.

        Raises
        ------
        InputError
            If nothing was learned yet, a formula has no single reading, or `state` is no state.
        """
        from hypograph.flows.evidence.predict import answers
        from hypograph.flows.evidence.questions import Asked
        from hypograph.models.evidence.alloys.composition import read_composition
        from hypograph.models.evidence.alloys.state import asked_state

        fitted = self._learned()
        alloys = [alloys] if isinstance(alloys, str) else alloys
        if size is not None:
            asked = [Asked("".join(c), dict.fromkeys(c, 1.0 / size)) for c in _combinations(alloys, size)]
        else:
            read = [(text, read_composition(text, "alloys")) for text in alloys]
            asked = [Asked(text, dict(zip(c.elements, c.fractions, strict=True))) for text, c in read]
        rows = answers(fitted, asked, asked_state(state, "state"))
        if size is not None:
            rows.sort(key=lambda row: -row["pignistic"])
        keys = ("alloy", "belief", "plausibility", "pignistic", "ignorance", "conflict")
        shown = [{**{k: r[k] for k in keys}, "records": _count(r)} for r in rows]
        return Rows(rows, shown, index="alloy")

    def explain(self, alloy: str, top: int = 10, *, state: str = "") -> Document:
        """Say what a prediction rests on: the document of ``hypograph evidence explain --json``.

        Parameters
        ----------
        state
            As for `predict`.

        Raises
        ------
        InputError
            If nothing was learned yet, or the text is no alloy.
        """
        from hypograph.flows.evidence.explain import explained
        from hypograph.models.evidence.alloys.composition import read_composition
        from hypograph.models.evidence.alloys.state import asked_state

        found, wish = read_composition(alloy, "alloy"), asked_state(state, "state")
        asked = dict(zip(found.elements, found.fractions, strict=True))
        return Document(documented(explained(self._learned(), asked, top, wish)))

    def _learned(self) -> Fitted:
        if self._fitted is None:
            raise InputError("nothing was learned yet", where="AlloyPredictor", expected="`fit` first")
        return self._fitted


def _known(source: str | EvidenceSource) -> str:
    """Return a source's name; one that is given as an object is made known in this process."""
    if isinstance(source, str):
        return source
    from hypograph.flows.evidence.registry import SOURCES

    return SOURCES.register(source).name


def _combinations(elements: Sequence[str], size: int) -> list[tuple[str, ...]]:
    from itertools import combinations

    symbols = sorted(set(elements))
    if not 1 <= size <= len(symbols):
        raise InputError(f"{len(symbols)} elements cannot make an alloy of {size}", where="size")
    return list(combinations(symbols, size))


def _count(row: dict[str, Any]) -> int:
    records = row.get("records") or {}
    return int(records.get("single", 0)) + int(records.get("multi", 0))
