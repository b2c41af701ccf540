"""What the pages ask of language models: which roles they fill and with what skill, and the next experiments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypograph.models.core.errors import HypographError

if TYPE_CHECKING:
    from hypograph.agents import ModelConfig
    from hypograph.flows.runtime.settings import Settings
    from hypograph.graph import GraphStore


class ModelDesk:
    """Asks the configured language models for the pages, as the commands do.

    Parameters
    ----------
    settings
        Of the process that serves the pages.
    opened
        Opens the graph, in which calls are kept; None opens the configured one.
    """

    def __init__(
        self, settings: Settings, opened: Callable[[], AbstractContextManager[GraphStore]] | None = None
    ) -> None:
        self.settings = settings
        self._opened = opened or self._open_store

    @cached_property
    def _config(self) -> ModelConfig | None:
        from hypograph.flows.runtime.named_models import default_model

        try:
            return default_model(self.settings)
        except HypographError:
            return None  # the page of models says what is wrong with the settings

    @property
    def model(self) -> str:
        """Name of the model that plans; empty where none is set up."""
        local = self.settings.llm_local or self.settings.llm_local_path is not None
        return str(self._config.model) if self._config else "the local model" if local else ""

    def state(self) -> Mapping[str, Any] | None:
        """Return the entry `llm` of ``hypograph doctor``; None where no model is set up."""
        from hypograph.flows.server.doctor_model import model_state

        return model_state(self.settings)

    def foreseen(self, count: int) -> str:
        """Say what that many suggestions would ask of the model, and cost."""
        return self.estimated(("campaign", "suggest"), {"count": count})

    def estimated(self, command: Sequence[str], parameters: Mapping[str, Any]) -> str:
        """Say what a command would ask of the model, and cost; empty where no price and no pace is known."""
        from hypograph.flows.assess.estimates import estimate

        if self._config is None:
            return ""
        told: str = estimate(command, parameters, self.settings, self._config)["says"]
        return told

    def opened(self) -> AbstractContextManager[GraphStore]:
        """Open the graph, in which calls are kept."""
        return self._opened()

    def suggest(self, folder: Path, count: int, method: str) -> list[dict[str, Any]]:
        """Suggest experiments of a campaign and append them to its folder, as ``campaign suggest`` does.

        Raises
        ------
        InputError
            If the method needs a model and none is set up.
        UnavailableError
            If the model cannot be reached.
        """
        from hypograph.flows.campaigns.laboratory import suggest
        from hypograph.graph.campaigns import folder as folders

        with folders.changing(folder) as campaign, self._opened() as store:
            return suggest(campaign, count, self.settings, store, method=method)

    def _open_store(self) -> GraphStore:
        from hypograph.graph import open_store

        return open_store(self.settings.store_config())
