"""What a run knows from language models: the sources behind the protocols, or none of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypograph.flows.settings import Settings
from hypograph.models.protocols import CallSink

if TYPE_CHECKING:
    from hypograph.agents import Gateway, ModelOptionScorer

NO_MODEL = (
    "none configured: this run is knowledge-free "
    "(set HYPOGRAPH_LLM_BASE_URL and HYPOGRAPH_LLM_MODEL to use one)"
)


@dataclass(frozen=True)
class Knowledge:
    """The language model of a run, if there is one, as arguments for each step."""

    gateway: Gateway | None = None

    @property
    def sentence(self) -> str:
        """One line for the user."""
        return (
            NO_MODEL
            if self.gateway is None
            else f"{self.gateway.config.model} at {self.gateway.config.base_url}"
        )

    def literature(self) -> dict[str, Any]:
        """Arguments of the literature step: extraction by model is a command of its own."""
        return {}

    def evidence(self) -> dict[str, Any]:
        """Arguments of the evidence step."""
        if self.gateway is None:
            return {}
        from hypograph.agents import ModelExpert

        return {"expert": ModelExpert(self.gateway)}

    def hypotheses(self) -> dict[str, Any]:
        """Arguments of the hypothesis step."""
        if self.gateway is None:
            return {}
        from hypograph.agents import ModelJudge, ModelProposer

        return {"judge": ModelJudge(self.gateway), "proposer": ModelProposer(self.gateway)}

    def scorer(self) -> ModelOptionScorer | None:
        """The model as a source of knowledge about options, or None."""
        if self.gateway is None:
            return None
        from hypograph.agents import ModelOptionScorer

        return ModelOptionScorer(self.gateway)

    def campaigns(self) -> tuple[tuple[str, ...], dict[str, Any]]:
        """Methods and further arguments of the campaign step."""
        if self.gateway is None:
            return ("random", "bo"), {}
        from hypograph.agents import ModelOptionScorer

        return ("random", "bo", "llm", "hybrid"), {"scorer": ModelOptionScorer(self.gateway)}

    def document(self) -> dict[str, Any] | None:
        """The `llm` entry of the run's document."""
        if self.gateway is None:
            return None
        spent = self.gateway.spent()
        return {
            "model": self.gateway.config.model,
            "calls": spent.calls,
            "tokens": spent.tokens,
            "cost": spent.cost,
        }


@contextlib.contextmanager
def open_knowledge(settings: Settings, sink: CallSink | None) -> Iterator[Knowledge]:
    """Connect to the configured language model, starting the local one if that was chosen.

    Raises
    ------
    SettingError
        If the configuration is incomplete.
    UnavailableError
        If the endpoint does not answer.
    """
    config = settings.model_config_or_none()
    with contextlib.ExitStack() as stack:
        if config is None and (settings.llm_local or settings.llm_local_path):
            from hypograph.agents.gateway.local import fetched_model, serving
            from hypograph.models.errors import DataAbsentError

            path = settings.llm_local_path or fetched_model(settings.home)
            if path is None:
                raise DataAbsentError(
                    "the local model was chosen but is not there", hint="Run `hypograph model fetch`."
                )
            config = stack.enter_context(serving(path))
        if config is None:
            yield Knowledge()
            return
        from hypograph.agents import Budget, connect

        budget = Budget(calls=settings.llm_max_calls, cost=settings.llm_max_cost)
        yield Knowledge(connect(config, cache_folder=settings.home / "llm-cache", sink=sink, budget=budget))
