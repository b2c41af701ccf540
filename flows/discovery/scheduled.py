"""The flows that a laboratory leaves running: the whole path, or one part of it.

Each takes one validated parameter model, retries where waiting can help, ends after a set time, and
publishes its findings as Prefect artifacts. They share units of work with `hypograph demo` and `hypograph
run`: what one has done, no other repeats.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from prefect import flow
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from hypograph.flows.discovery.flow import STEPS, DiscoveryParameters, run_discovery
from hypograph.flows.runtime.settings import load_settings
from hypograph.models.campaigns.optimizers.registry import METHODS
from hypograph.models.core.children import die_with_parent
from hypograph.models.core.documents.hypotheses import Searched

# Prefect's runner starts a run's process with our environment: a run must not outlive `flows serve`.
SERVE_PID = "_HYPOGRAPH_SERVE_PID"
if SERVE_PID in os.environ and "PREFECT__FLOW_RUN_ID" in os.environ:
    die_with_parent(int(os.environ[SERVE_PID]))

RETRIES, RETRY_SECONDS = 2, 30
HOUR = 3600.0
LONGEST_NAME = 255


class _Parameters(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    small: bool = Field(default=False, description="A fixed small subset.")
    seed: int = Field(default=0, ge=0, description="Seed of every random choice.")

    @field_validator("papers", "alloys", "table", check_fields=False)
    @classmethod
    def _nameable(cls, path: Path | None) -> Path | None:
        # Told before any server starts; no file system has such a file.
        if path is not None and any(len(os.fsencode(part)) > LONGEST_NAME for part in path.parts):
            raise ValueError(f"a name of more than {LONGEST_NAME} bytes is no file's")
        return path

    def discovery(self) -> DiscoveryParameters:
        """The same wishes as parameters of the whole path."""
        return DiscoveryParameters(**self.model_dump())


class LiteratureParameters(_Parameters):
    """Parameters of `literature-refresh`."""

    papers: Path | None = Field(default=None, description="Publications; none: those that ship with the package.")


class EvidenceParameters(_Parameters):
    """Parameters of `evidence-refresh`."""

    alloys: Path | None = Field(default=None, description="Alloys; none: those that ship with the package.")


class HypothesisParameters(_Parameters):
    """Parameters of `hypothesis-search`: a research question, or what literature and alloy tables give."""

    papers: Path | None = Field(default=None, description="Publications.")
    alloys: Path | None = Field(default=None, description="Alloys; not with a question.")
    question: str = Field(default="", max_length=20_000, description="A research question.")
    coarse: str = Field(default="", max_length=20_000, description="A coarse idea to start from; with a question.")
    survey: str = Field(default="", max_length=200_000, description="What is known, as text; with a question.")
    discipline: str = Field(default="chemistry", description="A shipped discipline, or a TOML file; with a question.")
    calls: int = Field(default=40, ge=1, le=1_000_000, description="Calls of every kind at most; with a question.")

    @model_validator(mode="after")
    def _whole(self) -> HypothesisParameters:
        if self.coarse.strip() and not self.question.strip():
            raise ValueError("a coarse idea needs the question that it answers")
        if self.question and (self.alloys is not None or self.small):
            raise ValueError("a question takes neither alloys nor small")
        if not self.question and {"survey", "discipline", "calls"} & self.model_fields_set - self._defaults():
            raise ValueError("survey, discipline and calls need a question")
        return self

    def _defaults(self) -> set[str]:
        """Fields that were given their default: a deployment stores all of them."""
        fields = type(self).model_fields
        return {name for name in self.model_fields_set if getattr(self, name) == fields[name].default}

    def discovery(self) -> DiscoveryParameters:
        """The same wishes as parameters of the whole path."""
        return DiscoveryParameters(papers=self.papers, alloys=self.alloys, small=self.small, seed=self.seed)


class CampaignParameters(_Parameters):
    """Parameters of `campaign`."""

    table: Path | None = Field(default=None, description="A reaction table; none: those that ship with the package.")
    seeds: int = Field(default=20, ge=1, le=1000, description="Replicates a method.")
    budget: int = Field(default=20, ge=2, le=10_000, description="Experiments a campaign.")


def _known_method(method: str) -> str:
    if method and method not in METHODS:
        raise ValueError(f"no such method; one of {', '.join(METHODS.names())}")
    return method


class CampaignLiveParameters(BaseModel):
    """Parameters of `campaign-live`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path = Field(description="The campaign's folder.")
    space: Path | None = Field(default=None, description="TOML to begin with where the folder has no campaign yet.")
    method: Annotated[str, AfterValidator(_known_method)] = Field(
        default="",
        description="Another method than the campaign's.",
        json_schema_extra={"enum": ["", *METHODS.names()]},
    )
    batch: int = Field(default=1, ge=1, le=1536, description="Points suggested at a time: a plate.")
    ahead: int = Field(
        default=0, ge=0, description="Experiments that may still be awaited when the next are suggested."
    )
    budget: int = Field(default=20, ge=1, le=100_000, description="Experiments, done or failed, that end the campaign.")

    @field_validator("folder", "space")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return None if path is None else path.expanduser().absolute()

    @model_validator(mode="after")
    def _something_to_run(self) -> CampaignLiveParameters:
        # Told before any server starts, and not by a run that fails.
        if self.space is None and not (self.folder / "campaign.json").is_file():
            raise ValueError(f"no campaign in {self.folder}; name a TOML file as space to begin one")
        return self


def _run(name: str, parameters: DiscoveryParameters, only: Sequence[str]) -> dict[str, object]:
    from hypograph.flows.runtime.publishing import endpoint_slots, publish, published_progress, retried

    settings = load_settings()
    with endpoint_slots(settings), published_progress(STEPS):
        document = retried(lambda: run_discovery(parameters, settings, name=name, only=only))
    publish(name, document)
    return document


@flow(name="discovery", timeout_seconds=12 * HOUR, persist_result=False)
def discovery(parameters: DiscoveryParameters | None = None) -> dict[str, object]:
    """Run the whole path."""
    steps = ("literature", "evidence", "hypotheses", "campaigns")
    return _run("discovery", parameters or DiscoveryParameters(), steps)


@flow(name="literature-refresh", timeout_seconds=6 * HOUR, persist_result=False)
def literature_refresh(parameters: LiteratureParameters | None = None) -> dict[str, object]:
    """Bring the keyword graph up to date with the publications."""
    return _run("literature-refresh", (parameters or LiteratureParameters()).discovery(), ("literature",))


@flow(name="evidence-refresh", timeout_seconds=6 * HOUR, persist_result=False)
def evidence_refresh(parameters: EvidenceParameters | None = None) -> dict[str, object]:
    """Bring substitutability and phase predictions up to date with the alloy tables."""
    return _run("evidence-refresh", (parameters or EvidenceParameters()).discovery(), ("evidence",))


@flow(name="hypothesis-search", timeout_seconds=6 * HOUR, persist_result=False)
def hypothesis_search(parameters: HypothesisParameters | None = None) -> Searched | dict[str, object]:
    """Search hypotheses for a question, or on what literature and tables give now."""
    parameters = parameters or HypothesisParameters()
    if parameters.question:
        from prefect.runtime import flow_run

        from hypograph.flows.hypotheses.question_flow import search_question

        return search_question(parameters, load_settings(), str(flow_run.id))
    return _run("hypothesis-search", parameters.discovery(), ("literature", "evidence", "hypotheses"))


@flow(name="campaign", timeout_seconds=12 * HOUR, persist_result=False)
def campaign(parameters: CampaignParameters | None = None) -> dict[str, object]:
    """Run benchmark campaigns over reaction tables."""
    return _run("campaign", (parameters or CampaignParameters()).discovery(), ("campaigns",))


@flow(name="campaign-live", timeout_seconds=HOUR, persist_result=False)
def campaign_live(parameters: CampaignLiveParameters) -> dict[str, object]:
    """Suggest experiments of a laboratory's campaign, wait suspended for their results, and go on."""
    from prefect.runtime import flow_run

    from hypograph.flows.campaigns.laboratory_flow import advance, publish, wait_for_results
    from hypograph.flows.runtime.publishing import endpoint_slots, retried

    settings = load_settings()
    with endpoint_slots(settings):
        document = retried(lambda: advance(parameters, settings, str(flow_run.id)))
    publish(document)
    wait_for_results(document)
    return document
