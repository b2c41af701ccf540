"""The parent flow: from literature and tables to hypotheses and campaigns, all of it in the graph."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.utilities.annotations import quote
from pydantic import BaseModel, ConfigDict, Field, model_validator

from hypograph.flows.discovery.next_steps import next_steps
from hypograph.flows.hypotheses.search import spent
from hypograph.flows.hypotheses.units import Asked
from hypograph.flows.readers.inputs import read_inputs
from hypograph.flows.runtime.observe import configure, observed_run
from hypograph.flows.runtime.settings import Settings, load_settings
from hypograph.flows.runtime.sources import Knowledge, open_knowledge
from hypograph.flows.runtime.units import UnitRunner
from hypograph.flows.runtime.workers import workers_of
from hypograph.graph import FlowRun, GraphStore, open_store
from hypograph.models.core.documents.system import DemoStep
from hypograph.models.core.errors import HypographError
from hypograph.models.core.keys import digest
from hypograph.models.core.progress import progress

if TYPE_CHECKING:
    from hypograph.agents import ModelConfig
    from hypograph.flows.campaigns.units import CampaignOutcome
    from hypograph.flows.evidence.units import EvidenceOutcome
    from hypograph.flows.hypotheses.units import HypothesisOutcome
    from hypograph.flows.literature.units import LiteratureOutcome
    from hypograph.flows.readers.reaction_tables import ReactionTable
    from hypograph.models.core.records import AlloyRecord, Publication

STEPS = ("literature", "evidence", "hypotheses", "campaigns")
# Calls of the hypothesis step for a question. A model on this machine takes a minute for a document.
QUESTION_CALLS, LOCAL_QUESTION_CALLS = 40, 8


class DiscoveryParameters(BaseModel):
    """What a discovery run works on; with no file named it is the data that ships with the package.

    Attributes
    ----------
    question, idea, survey, discipline
        A research question in any discipline, a coarse idea, what is known around it, and the levels of detail. A
        question is answered by documents where a language model is configured; without one the run lists leads.
    papers
        Publications: any format that `literature add` reads.
    alloys
        Alloys with a composition and a label column.
    table
        A reaction table: parameters and an outcome.
    small
        A fixed small subset, for a first look and for tests.
    seeds
        Replicate campaigns a method.
    fetched_model
        Use the model that `hypograph model fetch` brought, where it is there and no other is configured.
    minutes
        Minutes that the language model may be asked for; the rest of the run is then knowledge-free.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str = Field(default="", max_length=20_000)
    idea: str = Field(default="", max_length=20_000)
    survey: str = Field(default="", max_length=200_000)
    discipline: str = "chemistry"
    papers: Path | None = None
    alloys: Path | None = None
    table: Path | None = None
    small: bool = False
    seed: int = Field(default=0, ge=0)
    seeds: int = Field(default=20, ge=1, le=1000)
    budget: int = Field(default=20, ge=2, le=10_000)
    fetched_model: bool = False
    minutes: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _absolute(self) -> DiscoveryParameters:
        for name in ("papers", "alloys", "table"):
            path = getattr(self, name)
            if path is not None:
                object.__setattr__(self, name, Path(path).expanduser().absolute())
        return self

    @property
    def own_input(self) -> bool:
        """Whether the user named a file or asked a question."""
        return any((self.question, self.papers, self.alloys, self.table))


class Outcomes(NamedTuple):
    """What the steps of a run found; None where a step was left out."""

    literature: LiteratureOutcome | None
    evidence: EvidenceOutcome | None
    hypotheses: HypothesisOutcome | None
    campaigns: CampaignOutcome | None


@dataclass
class _Run:
    """What the steps of one run share."""

    parameters: DiscoveryParameters
    runner: UnitRunner
    knowledge: Knowledge
    settings: Settings
    steps: list[DemoStep] = field(default_factory=list)
    manifests: list[dict[str, Any]] = field(default_factory=list)

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step and count its units."""
        began, done, skipped = time.monotonic(), self.runner.done, self.runner.skipped
        progress().step(name, "started")
        yield
        row: DemoStep = {
            "name": name,
            "seconds": round(time.monotonic() - began, 3),
            "done": self.runner.done - done,
            "skipped": self.runner.skipped - skipped,
        }
        self.steps.append(row)
        progress().step(name, f"{row['done']} units done, {row['skipped']} found done, {row['seconds']:.1f} s")


@task(name="literature", cache_policy=NO_CACHE, persist_result=False)
def literature_task(run: _Run, publications: Sequence[Publication]) -> LiteratureOutcome:
    """Publications to keyword graph and keyword sets."""
    from hypograph.flows.literature.build import stands_beside
    from hypograph.flows.literature.units import literature_units

    if note := stands_beside(run.runner.folder, publications):
        progress().say(note)
    with run.step("literature"):
        return literature_units(
            run.runner,
            publications,
            seed=run.parameters.seed,
            small=run.parameters.small,
        )


@task(name="evidence", cache_policy=NO_CACHE, persist_result=False)
def evidence_task(run: _Run, records: Sequence[AlloyRecord]) -> EvidenceOutcome:
    """Alloy records to substitutability and phase predictions."""
    from hypograph.flows.evidence.units import evidence_units

    with run.step("evidence"):
        return evidence_units(
            run.runner,
            records,
            expert=run.knowledge.sources.expert,
            seed=run.parameters.seed,
            small=run.parameters.small,
        )


@task(name="hypotheses", cache_policy=NO_CACHE, persist_result=False)
def hypotheses_task(
    run: _Run,
    literature: LiteratureOutcome | None,
    evidence: EvidenceOutcome | None,
    publications: Sequence[Publication],
) -> HypothesisOutcome:
    """Keyword sets and predicted alloys to refined hypotheses."""
    from hypograph.flows.hypotheses.units import hypothesis_units

    sources = run.knowledge.sources
    with run.step("hypotheses"):
        return hypothesis_units(
            run.runner,
            literature.sets if literature else (),
            evidence.predictions if evidence else (),
            publications=publications,
            judge=sources.judge,
            proposer=sources.proposer,
            budget=LOCAL_QUESTION_CALLS if run.knowledge.local else QUESTION_CALLS,
            asked=_asked(run.parameters),
            costs=partial(spent, run.knowledge),
            seed=run.parameters.seed,
            small=run.parameters.small,
        )


def _asked(parameters: DiscoveryParameters) -> Asked | None:
    p = parameters
    return Asked(p.question, p.idea, p.survey, p.discipline) if p.question else None


@task(name="campaigns", cache_policy=NO_CACHE, persist_result=False)
def campaigns_task(run: _Run, tables: Sequence[ReactionTable]) -> CampaignOutcome:
    """Reaction tables to campaigns, each method beside random."""
    from hypograph.flows.campaigns.units import campaign_units

    sources = run.knowledge.sources
    with run.step("campaigns"):
        return campaign_units(
            run.runner,
            tables,
            run.knowledge.methods,
            scorer=sources.scorer,
            planner=sources.planner,
            seeds=run.parameters.seeds,
            budget=run.parameters.budget,
            seed=run.parameters.seed,
            small=run.parameters.small,
        )


@task(name="manifest", cache_policy=NO_CACHE, persist_result=False)
def manifest_task(run: _Run, literature: LiteratureOutcome, publications: Sequence[Publication]) -> None:
    """The best keyword sets to stated concepts: last, so that the budget serves the other steps first."""
    from hypograph.flows.literature.concepts_command import manifest_sets
    from hypograph.flows.literature.units import SMALL
    from hypograph.flows.runtime.embeddings import embedder

    small = run.parameters.small
    with run.step("manifest"):
        run.manifests = manifest_sets(
            run.runner,
            literature.sets,
            publications[: SMALL if small else None],
            run.knowledge,
            1 if small else 3,
            embedder(run.settings),
            partial(progress().step, "manifest"),
        )


@flow(name="discovery", validate_parameters=True, persist_result=False, retries=0)
def discovery(parameters: DiscoveryParameters | None = None) -> dict[str, Any]:
    """Run the whole path and return the document that `hypograph demo --json` prints."""
    return run_discovery(parameters or DiscoveryParameters(), load_settings())


def run_discovery(
    parameters: DiscoveryParameters,
    settings: Settings,
    *,
    name: str = "discovery",
    only: Collection[str] = STEPS,
) -> dict[str, Any]:
    """Do the work of the flow; call it inside a flow run, so that its steps are tasks.

    Parameters
    ----------
    parameters
        What to work on.
    settings
        Store, language model, folders.
    name
        Name of the flow, for its node in the graph.
    only
        Steps to take; what another step needs must be among them.

    Returns
    -------
    dict
        The document of `hypograph demo --json`.

    Raises
    ------
    InputError
        If a file the user named cannot be used.
    UnavailableError
        If store, disk or language model fail.
    """
    from hypograph.flows.literature.build import keep_map

    began, started = time.monotonic(), datetime.now(UTC)
    run_id = _flow_run_id(started)
    inputs = _inputs(parameters, only)
    configure(log_json=settings.log_json, otel_endpoint=settings.otel_endpoint)
    with observed_run(name, run_id), open_store(settings.store_config()) as store:
        store.ensure_schema()
        with (
            open_knowledge(settings, store, fetched=parameters.fetched_model, minutes=parameters.minutes) as knowledge,
            workers_of(settings) as workers,
        ):
            progress().step("language model", knowledge.sentence)
            if knowledge.gateway is not None:
                progress().step("language model", _foreseen(parameters, settings, knowledge.gateway.config))
            runner = UnitRunner(store, settings.home / "units", workers=workers, run_id=run_id)
            run = _Run(parameters, runner, knowledge, settings)
            store.start_run(FlowRun(run_id, name, started, parameters.model_dump(mode="json")))
            try:
                found = _steps(run, *inputs, only)
            except BaseException as error:
                _abort(store, run_id, run, began, error)
                raise
            document = {
                "run": run_id,
                "seconds": round(time.monotonic() - began, 3),
                "steps": run.steps,
                **_results(found),
                **_manifested(run),
                "graph_hash": store.content_hash(),
                "llm": knowledge.document(),
                "page": f"http://{settings.ui_host}:{settings.ui_port}/",
            }
            document["next"] = next_steps(document, parameters.alloys)
            store.finish_run(
                run_id,
                "completed",
                seconds=document["seconds"],
                summary=document,
                units_done=run.runner.done,
                units_skipped=run.runner.skipped,
            )
            keep_map(store)
    return document


def _foreseen(parameters: DiscoveryParameters, settings: Settings, config: ModelConfig) -> str:
    """Say before anything is asked what the run would ask of the model."""
    from hypograph.flows.assess.estimates import estimate

    told: str = estimate(("run",), {"small": parameters.small}, settings, config)["says"]
    limit = settings.llm_max_minutes if parameters.minutes is None else parameters.minutes
    return f"{told}; after {limit:g} minutes the rest is knowledge-free" if limit is not None else told


def _inputs(
    parameters: DiscoveryParameters, only: Collection[str]
) -> tuple[Sequence[Publication], Sequence[AlloyRecord], Sequence[ReactionTable]]:
    if parameters.question and not any((parameters.papers, parameters.alloys, parameters.table)):
        return (), (), ()
    publications, records, tables = read_inputs(
        parameters.papers, parameters.alloys, parameters.table, small=parameters.small
    )
    return (
        publications if "literature" in only else (),
        records if "evidence" in only else (),
        tables if "campaigns" in only else (),
    )


def _steps(
    run: _Run,
    publications: Sequence[Publication],
    records: Sequence[AlloyRecord],
    tables: Sequence[ReactionTable],
    only: Collection[str],
) -> Outcomes:
    mine, papers = _whole(run), _whole(publications)
    literature = literature_task(mine, papers) if publications else None
    evidence = evidence_task(mine, _whole(records)) if records else None
    hypotheses = None
    if "hypotheses" in only and (literature or evidence or run.parameters.question):
        hypotheses = hypotheses_task(mine, _whole(literature), _whole(evidence), papers)
    campaigns = campaigns_task(mine, _whole(tables)) if tables else None
    if literature and run.knowledge.gateway is not None and set(STEPS) <= set(only):
        manifest_task(mine, _whole(literature), papers)
    return Outcomes(literature, evidence, hypotheses, campaigns)


def _whole(argument: object) -> Any:
    """Hand an argument to a task as it is; Prefect looks through any other, piece by piece, for results of tasks."""
    return quote(argument)


def _results(found: Outcomes) -> dict[str, Any]:
    return {
        "literature": _literature_document(found.literature),
        "evidence": _evidence_document(found.evidence),
        "hypotheses": _hypotheses_document(found.hypotheses),
        "campaigns": list(found.campaigns.campaigns) if found.campaigns else [],
    }


def _manifested(run: _Run) -> dict[str, Any]:
    """What was manifested, in short; nothing where no language model is configured."""
    if run.knowledge.gateway is None:
        return {}
    names = ("id", "keywords", "statement", "plausibility")
    return {"manifests": [{name: m[name] for name in names} for m in run.manifests]}


def _literature_document(outcome: LiteratureOutcome | None) -> dict[str, int] | None:
    if outcome is None:
        return None
    return {"publications": outcome.publications, "keywords": outcome.keywords, "edges": outcome.edges}


def _hypotheses_document(outcome: HypothesisOutcome | None) -> dict[str, object] | None:
    if outcome is None:
        return None
    found: dict[str, object] = {"count": outcome.count, "best": outcome.best, "note": outcome.note}
    if (asked := outcome.question) is None:
        return found
    return {
        **found,
        "question_id": asked["question_id"],
        "document": asked["document"],
        "direct": asked["direct"],
        "space": asked["space"],
        "stopped": asked["stopped"],
    }


def _evidence_document(outcome: EvidenceOutcome | None) -> dict[str, object] | None:
    if outcome is None:
        return None
    return {
        "pairs": outcome.pairs,
        "predictions": len(outcome.predictions),
        "checked": outcome.checked,
        "held_out": outcome.held_out,
    }


def _flow_run_id(started: datetime) -> str:
    from prefect.runtime import flow_run

    return str(flow_run.id or digest("run", started.isoformat()))


def _abort(store: GraphStore, run_id: str, run: _Run, began: float, error: BaseException) -> None:
    """Say in the graph how the run ended; a store that is gone must not hide the first error."""
    state = "failed" if isinstance(error, Exception) else "interrupted"
    text = str(error) if isinstance(error, HypographError) else type(error).__name__
    with contextlib.suppress(HypographError):
        store.finish_run(
            run_id,
            state,
            seconds=round(time.monotonic() - began, 3),
            error=text,
            units_done=run.runner.done,
            units_skipped=run.runner.skipped,
        )
