"""What a run knows from language models: the sources behind the protocols, or none of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypograph.flows.runtime.settings import Settings
from hypograph.flows.runtime.spending import block, noted_spending
from hypograph.models.core.documents.figures import Spending
from hypograph.models.core.protocols import CallSink, Extractor

if TYPE_CHECKING:
    from hypograph.agents import Cascade, Gateway, ModelAnswerer, ModelClaimReader, ModelOptionScorer, ModelPlanner

NO_MODEL = "none configured: this run is knowledge-free (set HYPOGRAPH_LLM_BASE_URL and HYPOGRAPH_LLM_MODEL to use one)"


FETCHED = (
    "none chosen: this run is knowledge-free. The fetched local model {file} is used with HYPOGRAPH_LLM_LOCAL=true; "
    "`hypograph model estimate` says how long a command would take with it"
)


@dataclass(frozen=True)
class Knowledge:
    """The language models of a run, if there are any, as arguments for each step.

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

    @property
    def sentence(self) -> str:
        """One line for the user."""
        if self.gateway is not None:
            return f"{self.gateway.config.model} at {self.gateway.config.address}"
        return NO_MODEL if self.fetched is None else FETCHED.format(file=self.fetched.name)

    def literature(self) -> dict[str, Any]:
        """Arguments of the literature step: extraction by model is a command of its own."""
        return {}

    def extractor(self) -> Extractor:
        """Who extracts keywords and relations: boundaries, lexicons and patterns without a model."""
        if self.gateway is None:
            from hypograph.models.literature.keywords.extraction import PhraseExtractor

            return PhraseExtractor()
        from hypograph.agents import ModelExtractor

        return ModelExtractor(self._of("extractor")[0])

    def manifest(self) -> dict[str, Any]:
        """Who writes concepts and who reads passages; nobody without a model."""
        if self.gateway is None:
            return {}
        from hypograph.agents import ModelPassageReader, ModelWriter

        return {"writer": ModelWriter(self._of("writer")[0]), "reader": ModelPassageReader(self._of("reader")[0])}

    def answerer(self) -> ModelAnswerer | None:
        """Who answers questions from passages, or None."""
        if self.gateway is None:
            return None
        from hypograph.agents import ModelAnswerer

        return ModelAnswerer(self._of("reader")[0])

    def claim_reader(self) -> ModelClaimReader | None:
        """Who reads claims about alloys from papers, measured before it is first asked; None without a model."""
        if self.gateway is None:
            return None
        from hypograph.agents import ModelClaimReader
        from hypograph.agents.roles.claim_reader import claim_battery, measure_claim_reader

        model = self._of("extractor")[0]
        if model.skill(ModelClaimReader.role) is None:
            measure_claim_reader(model, claim_battery())
        return ModelClaimReader(model)

    def evidence(self) -> dict[str, Any]:
        """Arguments of the evidence step."""
        if self.gateway is None:
            return {}
        from hypograph.agents import ModelExpert
        from hypograph.models.evidence.alloys.element_facts import element_facts

        return {"expert": ModelExpert(self._of("expert")[0], facts=element_facts)}

    def hypotheses(self) -> dict[str, Any]:
        """Who writes and who compares hypotheses; nobody without a model."""
        if self.gateway is None:
            return {}
        from hypograph.agents import ModelDocumentProposer, ModelJudge

        judges = [ModelJudge(g) for g in self._of("judge")]
        proposer = ModelDocumentProposer(self._of("proposer")[0])
        if len(judges) == 1:
            return {"judge": judges[0], "proposer": proposer}
        from hypograph.models.hypotheses.search.judges import EnsembleJudge

        # A member that was not assessed weighs as one in between: neither trusted nor silenced.
        skills = [0.5 if j.skill is None else j.skill for j in judges]
        name = "ensemble of " + ", ".join(j.name for j in judges)
        return {"judge": EnsembleJudge(judges, skills, name), "proposer": proposer}

    def scorer(self) -> ModelOptionScorer | None:
        """The model as a source of knowledge about options, or None."""
        if self.gateway is None:
            return None
        from hypograph.agents import ModelOptionScorer

        return ModelOptionScorer(self._of("scorer")[0])

    def planner(self) -> ModelPlanner | None:
        """The model that plans experiments, or None."""
        if self.gateway is None:
            return None
        from hypograph.agents import ModelPlanner

        return ModelPlanner(self._of("proposer")[0])

    def campaigns(self) -> tuple[tuple[str, ...], dict[str, Any]]:
        """Methods and further arguments of the campaign step.

        Planning an experiment takes a model on this machine a minute: `campaign benchmark` does it, a run does not.
        """
        if self.gateway is None:
            return ("random", "bo"), {}
        if self.local:
            return ("random", "bo", "hybrid"), {"scorer": self.scorer()}
        return ("random", "bo", "llm", "hybrid"), {"scorer": self.scorer(), "planner": self.planner()}

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
