"""A laboratory's campaign in Python: suggest, record, look; in memory or as the folder that pages and commands use."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from hypograph.flows.facade.documents import Document, documented
from hypograph.flows.facade.frames import Rows
from hypograph.models.campaigns.core.trials import Objective
from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.campaigns.laboratory import progress
from hypograph.models.campaigns.laboratory.definition import Definition, Experiment, definition_from
from hypograph.models.campaigns.laboratory.edits import edit, edited, nearly_same_options, undo_edit
from hypograph.models.campaigns.optimizers.registry import Method
from hypograph.models.campaigns.space.space import Space
from hypograph.models.core.errors import InputError
from hypograph.models.core.protocols import OptionScorer, Planner

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from hypograph.flows.readers.reaction_tables import ReactionTable
    from hypograph.models.hypotheses.document import HypothesisDocument


class Campaign:
    """A campaign of experiments: it suggests the next ones and learns from their outcomes.

    Parameters
    ----------
    space
        What can be varied.
    objectives
        What is wanted; several are weighed by the hypervolume they reach.
    method
        ``bo``, ``random``, ``sobol``, ``llm``, ``hybrid``, or that of another package by its name. Or a `Method`, such
        as `acquisition_method` makes: it belongs to this object, and the folder says ``bo``, which commands and pages
        go on with.
    initial
        Different points to try before the surrogate is believed.
    seed
        Seed of every random choice.
    replicates
        Experiments of each suggested point.
    name
        Its name in the pages.
    folder
        Keep the campaign there, as the command line and the pages do; None keeps it in memory.
    descriptors
        What is known of options by their structures: ``auto`` (where they are SMILES or elements), ``none``,
        ``mordred``, ``fingerprints``, or a file.
    scorer, planner
        What knows something of options (for ``hybrid``) or plans experiments (for ``llm``): any object with the
        methods of `OptionScorer` or `Planner`.

    Raises
    ------
    InputError, SpaceError
        If the space or the objectives cannot be used, or the folder holds a campaign already.

    Examples
    --------
    >>> import hypograph as hg
    >>> space = hg.Space.of(solvent=["DMF", "MeCN", "toluene"], temperature=[60, 80, 100])
    >>> campaign = hg.Campaign(space, hg.maximize("yield"), initial=2)
    >>> for outcome in (41.0, 63.5, 58.0):
    ...     suggestion = campaign.suggest()[0]
    ...     campaign.record(suggestion.id, outcome)
    >>> campaign.best.values["yield"]
    63.5
    """

    _tests: HypothesisDocument | None = None

    def __init__(
        self,
        space: Space,
        objectives: Objective | Sequence[Objective],
        *,
        method: str | Method = "bo",
        initial: int = 5,
        seed: int = 0,
        replicates: int = 1,
        name: str = "campaign",
        folder: Path | str | None = None,
        descriptors: str = "auto",
        scorer: OptionScorer | None = None,
        planner: Planner | None = None,
    ) -> None:
        goals = [objectives] if isinstance(objectives, Objective) else list(objectives)
        record = {
            "name": name,
            "method": method if isinstance(method, str) else "bo",
            "initial": initial,
            "seed": seed,
            "replicates": replicates,
            "objectives": [{k: v for k, v in asdict(o).items() if v not in (None, "")} for o in goals],
            **space.record(),
        }
        self.scorer, self.planner = scorer, planner
        self.method: str | Method = "" if isinstance(method, str) else method
        self._base = definition_from(_described(record, descriptors))
        self._events: list[dict[str, Any]] = []
        self.folder: Path | None = None
        if folder is not None:
            self.save(folder)

    @classmethod
    def open(cls, folder: Path | str) -> Campaign:
        """Open a campaign that the command line, the pages or `save` keep in a folder.

        Raises
        ------
        MissingFileError, MalformedRowError, InputError
            If there is none, or it cannot be read.
        """
        from hypograph.graph.campaigns.folder import load

        kept = load(Path(folder))
        return cls._of(kept.base, kept.events, kept.folder)

    @classmethod
    def _of(cls, base: Definition, events: Sequence[live.Event] = (), folder: Path | None = None) -> Campaign:
        """Make a campaign of what is kept of one."""
        made = cls.__new__(cls)
        made.scorer = made.planner = None
        made.method = ""
        made._base, made._events, made.folder = base, [dict(e) for e in events], folder
        return made

    @classmethod
    def from_table(
        cls,
        table: Path | str,
        objective: str | Sequence[str] = (),
        *,
        results: bool = False,
        types: Mapping[str, str] = MappingProxyType({}),
        folder: Path | str | None = None,
        **settings: Any,
    ) -> Campaign:
        """Begin a campaign whose parameters are the columns of a table (CSV or workbook).

        Parameters
        ----------
        table
            Its columns are the parameters, their values the levels: other numbers are not suggested (see `types`).
        objective
            ``max:COLUMN``, ``min:COLUMN`` or ``target=NUMBER:COLUMN``, one or several.
        results
            Take the table's rows as results, too.
        types
            ``range`` for columns that may be any number from the lowest to the highest of the table; ``number`` or
            ``text`` where a column is taken wrongly.
        folder
            Where to keep it; None: in memory.
        **settings
            `method`, `initial`, `seed`, `replicates`, `name`.

        Raises
        ------
        MissingFileError, InputError, SpaceError
            If the table cannot be read, or a row of it cannot be taken as a result; the row is named.
        """
        from hypograph.flows.campaigns.laboratory import definition_of
        from hypograph.flows.facade.campaign_parts import outcomes_of
        from hypograph.models.campaigns.laboratory.table_definition import Reading

        wanted = (objective,) if isinstance(objective, str) else tuple(objective)
        record, _, rows = definition_of(Path(table), Reading(objectives=tuple(o for o in wanted if o), types=types))
        made = cls._of(definition_from({**record, **settings}))
        if results and rows is not None:
            made._append(outcomes_of(made._base, (), rows))
        if folder is not None:
            made.save(folder)
        return made

    @classmethod
    def testing(
        cls, hypothesis: Mapping[str, Any] | HypothesisDocument, *, noise: float | None = None, **settings: Any
    ) -> Campaign:
        """Begin a campaign that tests a hypothesis; `standing` says what its results make of it.

        The campaign varies what the hypothesis leaves open: stated ranges, alternatives, and its controls (`arm`).

        Parameters
        ----------
        hypothesis
            The document of `search_hypothesis`, its ``document`` alone, or a `HypothesisDocument`.
        noise
            Standard deviation of a repeated measurement, in the unit of the prediction; None takes that of the results.
        **settings
            `method`, `initial`, `seed`, `replicates`, `name`, `folder`.

        Raises
        ------
        InputError
            If the hypothesis predicts no quantity, or leaves nothing for an experiment to vary.
        """
        from hypograph.flows.facade.tested import definition_testing, document_of

        document = document_of(hypothesis)
        folder = settings.pop("folder", None)
        made = cls._of(definition_from({**definition_testing(document, noise), **settings}))
        made._tests = document
        if folder is not None:
            made.save(folder)
        return made

    def standing(self) -> Document:
        """Say what the results make of the hypothesis that this campaign was begun to test.

        Returns
        -------
        Document
            `prediction`, `observed`, `belief` and `plausibility` of the prediction, and `state` (``supported``,
            ``refuted`` or ``open``).

        Raises
        ------
        InputError
            If the campaign was not begun by `testing`.
        """
        from hypograph.flows.facade.tested import standing

        if self._tests is None:
            raise InputError("the campaign tests no hypothesis", where=self.name, expected="Campaign.testing(…)")
        self._reload()
        return Document(documented(standing(self._tests, self._definition, self._events)))

    @property
    def _definition(self) -> Definition:
        """The definition as it stands after all edits."""
        return edited(self._base, self._events)

    @property
    def name(self) -> str:
        """The campaign's name."""
        return self._definition.name

    @property
    def space(self) -> Space:
        """What can be varied."""
        return self._definition.space

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """What is wanted."""
        return self._definition.objectives

    @property
    def experiments(self) -> Rows[Experiment]:
        """All experiments as they stand, withdrawn ones left out."""
        self._reload()
        found = [e for e in live.fold(self._definition, self._events) if e.status != "withdrawn"]
        return Rows(found, [self._row(e) for e in found], index="id")

    @property
    def best(self) -> Experiment | None:
        """The best experiment by the first objective; None before the first outcome."""
        first = self.objectives[0]
        done = [e for e in self.experiments if e.status == "done"]
        return max(done, key=lambda e: first.utility(e.values[first.name]), default=None)

    def suggest(self, n: int = 1, *, method: str | Method = "") -> Rows[Experiment]:
        """Suggest the next experiments; they wait under their ids until an outcome is recorded.

        Parameters
        ----------
        n
            How many points, a plate in one call.
        method
            Another method, for this once.

        Raises
        ------
        InputError
            If the method needs knowledge that the campaign has not.
        SpaceError
            If nothing is left to try.
        """
        with self._changing():
            awaited = [e.id for e in live.fold(self._definition, self._events) if e.status == "pending"]
            made = live.suggest(
                self._definition,
                self._events,
                n,
                method=method or self.method,
                scorer=self.scorer,
                planner=self.planner,
            )
            self._append(made)
        wanted = {e["id"] for e in made}
        found = [e for e in live.fold(self._definition, self._events) if e.id in wanted]
        note = f"awaited already, without a result: {', '.join(awaited)}" if awaited else ""
        return Rows(found, [self._row(e) for e in found], index="id", note=note)

    def record(self, id: str, value: float | None = None, *, note: str = "", **values: float) -> None:
        """Record the outcome of a suggested experiment.

        Parameters
        ----------
        id
            The experiment's id.
        value
            The outcome where there is one objective.
        note
            A remark to keep.
        **values
            Outcomes by name where there are several, some or all.

        Raises
        ------
        InputError
            If there is no such experiment, it has an outcome already, or a value is no finite number.
        """
        given: dict[str, float] = dict(values)
        if value is not None:
            given[self.objectives[0].name] = value
        with self._changing():
            self._append([live.record(self._definition, self._events, id, given, note)])

    def fail(self, id: str, note: str = "") -> None:
        """Mark a suggested experiment as failed: it is not suggested again."""
        with self._changing():
            self._append([live.fail(self._definition, self._events, id, note)])

    def undo(self, id: str, note: str = "") -> None:
        """Take an outcome back, withdraw a suggestion, or take back a change of the space by its id."""
        with self._changing():
            if any(e["event"] == "edit" and e["id"] == id for e in self._events):
                self._append([undo_edit(self._base, self._events, id, note)])
            else:
                self._append([live.undo(self._definition, self._events, id, note)])

    def tell(self, results: pd.DataFrame | Sequence[Mapping[str, Any]], *, again: bool = False) -> int:
        """Record many outcomes: rows with an `id` column, or with a column for each parameter.

        Parameters
        ----------
        results
            A data frame, or records. Rows without an outcome, and rows that are recorded already, are left out.
        again
            Take rows that are recorded already as new experiments.

        Returns
        -------
        int
            How many outcomes were recorded.

        Raises
        ------
        InputError
            Naming the row; then nothing is recorded.
        """
        from hypograph.flows.facade.campaign_parts import recorded

        with self._changing():
            made = recorded(self._definition, self._events, results, again=again)
            self._append(made)
        return len(made)

    def edit(self, *changes: Mapping[str, Any], note: str = "") -> str:
        """Change the space while the campaign runs, and return the id of the change, which `undo` takes back.

        Parameters
        ----------
        *changes
            ``{"add": "ligand", "levels": ["SPhos"]}``, ``{"drop": "base", "levels": ["DBU"]}``,
            ``{"range": "T", "low": 20, "high": 120}``, ``{"fix": "solvent", "level": "THF"}``,
            ``{"never": {"ligand": "XPhos", "T": 80}}``, ``{"allow": {…}}`` or
            ``{"parameter": {"name": "water", "low": 0, "high": 5, "had": 0}}``: one more, and what was had before.
        note
            A remark to keep.

        Raises
        ------
        InputError, SpaceError
            If a change cannot be made; then nothing is.
        """
        with self._changing():
            event = edit(self._base, self._events, changes, note)
            self._append([event])
        for text in nearly_same_options(self._definition, changes):
            warnings.warn(text, stacklevel=2)
        return str(event["id"])

    def insight(self, at: Sequence[Mapping[str, Any]] = (), *, ahead: int = 5) -> Document:
        """Say what the surrogate learned: importance of parameters, slices, predictions, and whether to stop.

        Parameters
        ----------
        at
            Points to predict, tried or not.
        ahead
            Experiments that the stopping hint looks ahead.

        Returns
        -------
        Document
            That of ``hypograph campaign insight --json``.

        Raises
        ------
        InputError
            With fewer than two finished experiments.
        """
        from hypograph.models.campaigns.laboratory.insight import insight

        self._reload()
        return Document(documented(insight(self._definition, self._events, at=at, ahead=ahead)))

    def status(self) -> Document:
        """Return the document of ``hypograph campaign status --json``."""
        self._reload()
        return Document(documented(progress.status(self._definition, self._events)))

    def to_dataframe(self) -> pd.DataFrame:
        """Return the experiments as a data frame, indexed by their ids."""
        return self.experiments.to_dataframe()

    def plot(self) -> Figure:
        """Draw outcomes in order with the best so far, for the first objective."""
        from hypograph.flows.facade.campaign_parts import outcomes_figure

        self._reload()
        return outcomes_figure(self._definition, self._events)

    def save(self, folder: Path | str) -> Path:
        """Keep the campaign in a folder from now on, where the command line and the pages open it too.

        Raises
        ------
        InputError
            If the folder holds a campaign already.
        DiskError
            If it cannot be written.
        """
        from hypograph.graph.campaigns.folder import create

        record = self._base.record()
        made = create(Path(folder), {k: v for k, v in record.items() if k != "id"})
        made.append([{k: v for k, v in e.items() if k != "at"} for e in self._events])
        self._base, self._events, self.folder = made.base, list(made.events), made.folder
        return made.folder

    def benchmark(
        self,
        table: ReactionTable | Path | str,
        methods: Sequence[str] = ("random", "bo"),
        *,
        budget: int = 20,
        seeds: int = 20,
    ) -> Document:
        """Run methods on a table where all outcomes are known, from the same starts.

        Returns
        -------
        Document
            That of ``hypograph campaign benchmark --json``.
        """
        from hypograph.flows.campaigns.benchmark import Plan, benchmark
        from hypograph.flows.readers.reaction_tables import find_table

        known = find_table(str(table)) if isinstance(table, Path | str) else table
        plan = Plan(budget=budget, initial=self._definition.initial, seeds=seeds, seed=self._definition.seed)
        return Document(documented(benchmark(known, methods, plan, self.scorer, self.planner)[0]))

    def __repr__(self) -> str:
        told = self.status()
        best = "none yet" if told["best"] is None else str(told["best"]["values"])
        return f"Campaign({self.name!r}, {told['done']} done, {told['pending']} pending, best {best})"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(repr(self))}</p>{self.experiments._repr_html_()}"

    def _row(self, e: Experiment) -> dict[str, Any]:
        values = {o.name: e.values.get(o.name) for o in self.objectives}
        predicted = {"predicted": e.mean, "sd": e.sd}
        return {"id": e.id, **e.parameters, **values, "status": e.status, **predicted, "reason": e.reason}

    def _reload(self) -> None:
        if self.folder is not None:
            from hypograph.graph.campaigns.folder import load

            kept = load(self.folder)
            self._base, self._events = kept.base, list(kept.events)

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """Hold the folder, where there is one, so that nobody else changes it meanwhile."""
        if self.folder is None:
            yield
            return
        from hypograph.graph.campaigns.folder import changing

        with changing(self.folder) as kept:
            self._base, self._events, self._kept = kept.base, list(kept.events), kept
            yield

    def _append(self, made: Sequence[Mapping[str, Any]]) -> None:
        if self.folder is None:
            live.fold(edited(self._base, [*self._events, *made]), [*self._events, *made])
        else:
            self._kept.append(made)
        self._events += [dict(e) for e in made]

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k != "_kept"}


def _described(record: dict[str, Any], descriptors: str) -> dict[str, Any]:
    """Give options descriptors where their structures are known."""
    if descriptors == "none":
        return record
    from hypograph.flows.campaigns.descriptors import described

    return described(record, descriptors)
