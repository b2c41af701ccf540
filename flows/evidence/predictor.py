"""The fitted predictor: made once from records and sources, kept as a file, the same for every question.

Flow, pages, commands and Python ask this one object. It is kept beside the results of units under a key of everything
it depends on; a small second file says which predictor belongs to which input files, so that the next question neither
reads records nor learns.
"""

from __future__ import annotations

import functools
import os
import pickle
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np

from hypograph.flows.evidence.registry import versions
from hypograph.flows.evidence.sources import Knowledge, gather, make_extras, make_system, set_aside
from hypograph.flows.runtime.settings import load_settings
from hypograph.flows.runtime.unit_kinds import EVIDENCE_PREDICTOR
from hypograph.graph.records.evidence import skill_of_sources
from hypograph.models.core.errors import DiskError
from hypograph.models.core.keys import digest
from hypograph.models.core.locks import file_lock
from hypograph.models.core.records import AlloyRecord
from hypograph.models.evidence.alloys.formula_tree import KNOWN
from hypograph.models.evidence.alloys.table import TEACHES_NOTHING
from hypograph.models.evidence.fusion.alloy_predictor import AlloyPredictor
from hypograph.models.evidence.fusion.predictor import System
from hypograph.models.evidence.sources.learners import Learners, Settings
from hypograph.models.literature.claims.claim import PAPERS

FULL: Final = Settings(jobs=2)
QUICK: Final = Settings(reference=120, pairs=120, trees=10, context_targets=150, context_steps=8, hosts=16)
# A source that says something with less than this probability teaches the learners nothing.
MUTE: Final = 0.5
MOST_KEPT: Final = 8
_GRAPHS: Final = "graph.of"
QUICK_CORE: Final = ("kernel", "context")


@dataclass(frozen=True)
class EvidenceSpec:
    """What a predictor is made from.

    Attributes
    ----------
    sources
        Names of sources (`hypograph.flows.evidence.sources`); the default ones if empty.
    small
        The quick preset: fewer and smaller learners, for the demonstration.
    seed
        Seed of all random choices.
    skill
        What was measured of whoever read a source of records.
    """

    sources: tuple[str, ...] = ()
    small: bool = False
    seed: int = 0
    skill: tuple[tuple[str, float], ...] = ()


@dataclass
class Fitted:
    """A fitted predictor, with what its sources were made of.

    Attributes
    ----------
    predictor
        Answers questions.
    knowledge
        Records, table and sources it learned from.
    spec
        What it was made from.
    skills
        How often each source of records agrees with the others.
    """

    predictor: AlloyPredictor
    knowledge: Knowledge
    spec: EvidenceSpec = field(default_factory=EvidenceSpec)
    skills: dict[str, dict[str, float]] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, object]:
        """Leave out what can be made again, and the sources that are functions."""
        system = self.predictor.system
        slim = replace(system, extras={}, fitted=system.learners.without_sums())
        bare = replace(self.predictor, system=slim, records=[])
        return {"predictor": bare, "knowledge": self.knowledge, "spec": self.spec, "skills": self.skills}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        predictor = self.predictor
        learners: Learners = predictor.system.learners
        extras = make_extras(self.knowledge, learners.table)
        predictor.system = replace(predictor.system, extras=extras, fitted=learners)
        predictor.records = self.knowledge.records


def system_of(knowledge: Knowledge, spec: EvidenceSpec, *, with_expert: bool = True) -> System:
    """Build the system of learners and sources."""
    if spec.small:
        return make_system(
            knowledge, spec.seed, with_expert=with_expert, settings=QUICK, core=QUICK_CORE, inner=3, most=500
        )
    return make_system(knowledge, spec.seed, with_expert=with_expert, settings=FULL)


def fit(knowledge: Knowledge, spec: EvidenceSpec) -> Fitted:
    """Fit a predictor to what was gathered.

    Notes
    -----
    A table whose reports more likely than not say nothing (`informative`, from where it overlaps with the other sources
    and with what learners expect that never saw its element sets) teaches the learners nothing: they are fitted once
    more without it. Its records stay evidence of their alloys, discounted as any.
    """
    fitted = taught_by_all(knowledge, spec)
    mute = [t.name for t in fitted.predictor.trusts if t.informative < MUTE]
    quieter = set_aside(knowledge, mute)
    if quieter is knowledge:
        return fitted
    found, before = taught_by_all(quieter, spec), {t.name: t.informative for t in fitted.predictor.trusts}
    found.predictor.trusts = [
        replace(t, informative=min(t.informative, before[t.name])) for t in found.predictor.trusts
    ]
    return found


def taught_by_all(knowledge: Knowledge, spec: EvidenceSpec) -> Fitted:
    """Fit a predictor whose learners learn from every table, useless or not: what `fit` begins with."""
    predictor = AlloyPredictor.fit(system_of(knowledge, spec), knowledge.behind, knowledge.records, knowledge.skill)
    return Fitted(predictor, knowledge, spec, skill_of_sources(knowledge.records, knowledge.behind))


def gathered(
    records: Sequence[AlloyRecord],
    spec: EvidenceSpec,
    opinions: Sequence[tuple[str, str, str, float, float]] | None,
    where: str,
) -> Knowledge:
    """Collect what a predictor learns from; every element has a place, so that any alloy can be asked about."""
    # Claims read from papers are evidence of their alloys, and teach the learners nothing.
    marks = [TEACHES_NOTHING if r.source == PAPERS else 0 for r in records]
    return replace(gather(records, marks, spec.sources, opinions, where, sorted(KNOWN)), skill=dict(spec.skill))


def predictor_of_records(
    records: Sequence[AlloyRecord],
    spec: EvidenceSpec,
    folder: Path,
    *,
    opinions: Sequence[tuple[str, str, str, float, float]] | None = None,
    where: str = "evidence",
) -> Fitted:
    """Return the predictor of some records: found in a folder, or fitted and kept there.

    Parameters
    ----------
    folder
        Where the results of units are kept.
    opinions
        An expert's: (element, element, field, mass on similar, mass on dissimilar).

    Raises
    ------
    InputError
        If nothing can be learned from the records.
    DiskError
        If it cannot be kept.
    """
    key = _key(records, spec, opinions)
    return _kept(folder, key, lambda: fit(gathered(records, spec, opinions, where), spec))


def note_graphs_predictor(
    records: Sequence[AlloyRecord],
    spec: EvidenceSpec,
    folder: Path,
    opinions: Sequence[tuple[str, str, str, float, float]] | None = None,
) -> None:
    """Note that the graph was filled from these records, so that the pages ask the same predictor."""
    _write(folder / "predictors" / _GRAPHS, _key(records, spec, opinions).encode("ascii"))


def open_graphs_predictor(folder: Path) -> Fitted | None:
    """Return the predictor that filled the graph; None where no run kept one."""
    try:
        key = (folder / "predictors" / _GRAPHS).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return open_kept(folder / "predictors" / f"{key}.pickle")


def _key(
    records: Sequence[AlloyRecord], spec: EvidenceSpec, opinions: Sequence[tuple[str, str, str, float, float]] | None
) -> str:
    asked = {"records": digest(list(records)), "spec": spec, "opinions": opinions}
    return EVIDENCE_PREDICTOR.key(asked | _foreign(spec))


def predictor_of_inputs(
    inputs: object, spec: EvidenceSpec, read: Callable[[], Fitted], folder: Path | None = None
) -> Fitted:
    """Return the predictor that belongs to input files; `read` reads them and makes it where none is known.

    Parameters
    ----------
    inputs
        What identifies the files: their paths stand for their contents.
    """
    folder = folder or load_settings().home / "units"
    alias = folder / "predictors" / f"{EVIDENCE_PREDICTOR.key({'inputs': inputs, 'spec': spec} | _foreign(spec))}.of"
    if alias.is_file() and (found := open_kept(folder / "predictors" / f"{alias.read_text('ascii').strip()}.pickle")):
        return found
    fitted = read()
    key = getattr(fitted, "key", "")
    if key:
        _write(alias, key.encode("ascii"))
    return fitted


def _foreign(spec: EvidenceSpec) -> dict[str, object]:
    """What tells sources of other packages apart; nothing where there are none, so that keys stay what they were."""
    found = versions(spec.sources)
    return {"versions": found} if found else {}


def _kept(folder: Path, key: str, make: Callable[[], Fitted]) -> Fitted:
    path = folder / "predictors" / f"{key}.pickle"
    found = open_kept(path)
    if found is None:
        # A second process that asks for the same predictor waits here, then finds it.
        with file_lock(folder / "locks" / key):
            found = open_kept(path)
            if found is None:
                found = make()
                _write(path, pickle.dumps(found, protocol=pickle.HIGHEST_PROTOCOL))
                open_kept.cache_clear()
                _prune(path.parent)
    found.__dict__["key"] = key
    return found


@functools.lru_cache(maxsize=4)
def open_kept(path: Path) -> Fitted | None:
    """Read a kept predictor: only files that this user alone may write are trusted."""
    try:
        if path.stat().st_uid != os.getuid() or path.stat().st_mode & 0o022:
            return None
        with path.open("rb") as file:
            found = pickle.load(file)  # noqa: S301 - our own file, in a folder of our own
    except (OSError, pickle.UnpicklingError, EOFError, AttributeError, ImportError, TypeError):
        return None
    return found if isinstance(found, Fitted) else None


def _prune(folder: Path) -> None:
    """Remove the predictors that were made longest ago: each is some tens of megabytes, and can be made again."""
    found = sorted(folder.glob("*.pickle"), key=lambda path: path.stat().st_mtime)
    for path in found[:-MOST_KEPT]:
        path.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise DiskError(
            f"could not write ({error.strerror})", where=str(path.parent), hint="Free some space, then run again."
        ) from error


def weights_of(fitted: Fitted, fractions: Sequence[dict[str, float]]) -> np.ndarray:
    """Atomic fractions over the predictor's elements, shape ``(alloys, elements)``."""
    elements = fitted.predictor.table.elements
    place = {s: i for i, s in enumerate(elements.symbols)}
    weights = np.zeros((len(fractions), len(place)))
    for row, alloy in enumerate(fractions):
        for symbol, share in alloy.items():
            weights[row, place[symbol]] = share
    return np.asarray(weights / weights.sum(1, keepdims=True), float)
