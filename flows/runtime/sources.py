"""What a run knows from language models: the sources behind the protocols, or none of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from hypograph.flows.runtime.settings import Settings
from hypograph.flows.runtime.spending import block, noted_spending
from hypograph.models.core.documents.figures import Spending
from hypograph.models.core.protocols import CallSink, Expert, Extractor, Judge, OptionScorer, Planner

if TYPE_CHECKING:
    from hypograph.agents import Cascade, Gateway, ModelAnswerer, ModelClaimReader
    from hypograph.models.hypotheses.search.operators import DocumentProposer
    from hypograph.models.literature.inspiration.concept import PassageReader, Writer

NO_MODEL = "none configured: this run is knowledge-free (set HYPOGRAPH_LLM_BASE_URL and HYPOGRAPH_LLM_MODEL to use one)"


FETCHED = (
    "none chosen: this run is knowledge-free. The fetched local model {file} is used with HYPOGRAPH_LLM_LOCAL=true; "
    "`hypograph model estimate` says how long a command would take with it"
)


@dataclass(frozen=True)
class Sources:
    """Who answers in each role of a run: a language model, or the implementation that knows nothing of the field."""

    extractor: Extractor
    expert: Expert
    proposer: DocumentProposer
    judge: Judge
    scorer: OptionScorer
    planner: Planner
    writer: Writer
    reader: PassageReader


def knowledge_free() -> Sources:
    """Return the sources of a run without a language model."""
    from hypograph.models.core.knowledge_free import NO_EXPERT, NO_JUDGE, NO_PLANNER, NO_SCORER
    from hypograph.models.hypotheses.search.operators import NO_PROPOSER
    from hypograph.models.literature.inspiration.concept import TemplateWriter, WordReader
    from hypograph.models.literature.keywords.extraction import PhraseExtractor

    return Sources(
        PhraseExtractor(), NO_EXPERT, NO_PROPOSER, NO_JUDGE, NO_SCORER, NO_PLANNER, TemplateWriter(), WordReader()
    )


@dataclass(frozen=True)
class Knowledge:
    """The language models of a run, if there are any, and who answers in each role.

    Attributes
    ----------
    gateway
        The default model.
    roles
        Models that serve in a role instead of the default one; all share its budget.
    local
        Whether the default model runs on this machine for the run alone: a call then takes seconds.
    fetched
        A local model that is there but was not chosen.
    """

    gateway: Gateway | None = None
    roles: Mapping[str, Sequence[Gateway | Cascade]] = field(default_factory=dict)
    local: bool = False
    fetched: Path | None = None

    def _of(self, role: str) -> Sequence[Gateway | Cascade]:
        """Models of a role; the caller has made sure that there is a default one."""
        return self.roles.get(role) or [self.gateway]  # type: ignore[list-item]

    def model(self, role: str) -> Gateway | Cascade:
        """The model of a role, where there is one."""
        return self._of(role)[0]

    @property
    def sentence(self) -> str:
        """One line for the user."""
        if self.gateway is not None:
            return f"{self.gateway.config.model} at {self.gateway.config.address}"
        return NO_MODEL if self.fetched is None else FETCHED.format(file=self.fetched.name)

    @cached_property
    def sources(self) -> Sources:
        """Who answers in each role: the model, or nobody."""
        if self.gateway is None:
            return knowledge_free()
        from hypograph.agents import (
            ModelDocumentProposer,
            ModelExpert,
            ModelExtractor,
            ModelOptionScorer,
            ModelPassageReader,
            ModelPlanner,
            ModelWriter,
        )
        from hypograph.models.evidence.alloys.element_facts import element_facts

        return Sources(
            extractor=ModelExtractor(self.model("extractor")),
            expert=ModelExpert(self.model("expert"), facts=element_facts),
            proposer=ModelDocumentProposer(self.model("proposer")),
            judge=self._judge(),
            scorer=ModelOptionScorer(self.model("scorer")),
            planner=ModelPlanner(self.model("proposer")),
            writer=ModelWriter(self.model("writer")),
            reader=ModelPassageReader(self.model("reader")),
        )

    def _judge(self) -> Judge:
        from hypograph.agents import ModelJudge

        judges = [ModelJudge(g) for g in self._of("judge")]
        if len(judges) == 1:
            return judges[0]
        from hypograph.models.hypotheses.search.judges import EnsembleJudge

        # A member that was not assessed weighs as one in between: neither trusted nor silenced.
        skills = [0.5 if j.skill is None else j.skill for j in judges]
        return EnsembleJudge(judges, skills, "ensemble of " + ", ".join(j.name for j in judges))

    @property
    def methods(self) -> tuple[str, ...]:
        """Methods of the campaign step.

        Planning an experiment takes a model on this machine a minute: `campaign benchmark` does it, a run does not.
        """
        if self.gateway is None:
            return ("random", "bo")
        return ("random", "bo", "hybrid") if self.local else ("random", "bo", "llm", "hybrid")

    def answerer(self) -> ModelAnswerer | None:
        """Who answers questions from passages, or None."""
        if self.gateway is None:
            return None
        from hypograph.agents import ModelAnswerer

        return ModelAnswerer(self.model("reader"))

    def claim_reader(self) -> ModelClaimReader | None:
        """Who reads claims about alloys from papers, measured before it is first asked; None without a model."""
        if self.gateway is None:
            return None
        from hypograph.agents import ModelClaimReader
        from hypograph.agents.roles.claim_reader import claim_battery, measure_claim_reader

        model = self.model("extractor")
        if model.skill(ModelClaimReader.role) is None:
            measure_claim_reader(model, claim_battery())
        return ModelClaimReader(model)

    def document(self) -> Spending | None:
        """The `llm` entry of the run's document."""
        if self.gateway is None:
            return None
        return block(self.gateway, self.roles)


@contextlib.contextmanager
def open_knowledge(
    settings: Settings,
    sink: CallSink | None,
    *,
    fetched: bool = False,
    share_prefix: bool = False,
    minutes: float | None = None,
) -> Iterator[Knowledge]:
    """Connect to the configured language model, starting the local one if that was chosen.

    Parameters
    ----------
    settings
        Settings in force.
    sink
        Takes the ledger's rows.
    fetched
        Choose the local model where it was fetched and nothing else is configured; prompts then share their start,
        without which a run would take an hour.
    share_prefix
        For the local model, see `ModelConfig`.
    minutes
        Minutes that the model may be asked for; what is not asked by then is knowledge-free.

    Raises
    ------
    SettingError
        If the configuration is incomplete.
    UnavailableError
        If the endpoint does not answer.
    """
    from hypograph.flows.runtime.named_models import default_model

    config = default_model(settings)
    with contextlib.ExitStack() as stack:
        local = False
        if config is None and (found := _local_file(settings, fetched and not settings.roles)):
            from hypograph.agents.local.server import serving

            share = share_prefix or settings.llm_share_prefix or fetched
            config, local = stack.enter_context(serving(found, share_prefix=share)), True
        from hypograph.flows.runtime.named_models import models_of_role

        named = {role: models_of_role(settings, role) for role in settings.roles}
        if config is None:
            config = next((found[0][-1] for found in named.values() if found), None)
        if config is None:
            yield Knowledge(fetched=_local_file(settings, fetched=True))
            return
        from hypograph.agents import Budget, ModelConfig, connect
        from hypograph.agents.gateway.cascade import measured_cascade

        budget = Budget(settings.llm_max_calls, settings.llm_max_tokens, settings.llm_max_cost)
        budget.minutes = settings.llm_max_minutes if minutes is None else minutes

        def joined(model: ModelConfig) -> Gateway:
            return connect(model, cache_folder=settings.home / "llm-cache", sink=sink, budget=budget)

        def door(role: str, models: tuple[ModelConfig, ...]) -> Gateway | Cascade:
            gates = [joined(m) for m in models]
            return gates[0] if len(gates) == 1 else measured_cascade(gates[0], gates[1], role)

        gateway, doors = joined(config), {role: [door(role, m) for m in found] for role, found in named.items()}
        with noted_spending(gateway, doors):
            yield Knowledge(gateway, doors, local)


def _local_file(settings: Settings, fetched: bool) -> Path | None:
    """Return the file of the local model, where it was chosen or is there and wanted."""
    chosen = settings.llm_local or settings.llm_local_path is not None
    if not chosen and not fetched:
        return None
    from hypograph.agents.local.server import fetched_model
    from hypograph.models.core.errors import DataAbsentError

    path = settings.llm_local_path or fetched_model(settings.home)
    if path is None and chosen:
        raise DataAbsentError("the local model was chosen but is not there", hint="Run `hypograph model fetch`.")
    return path
