"""Embeddings where the user names a source of them: a sentence encoder's files, or a model at an endpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hypograph.models.core.errors import SettingError
from hypograph.models.literature.graph.pair_counts import FloatArray
from hypograph.models.literature.inspiration.passages import Embed

if TYPE_CHECKING:
    from hypograph.agents import Gateway
    from hypograph.flows.runtime.settings import Settings


def embedder(settings: Settings, named: str | None = None) -> Embed | None:
    """Return what maps texts to unit vectors, or None where nothing is named.

    Parameters
    ----------
    settings
        Its ``embeddings`` counts where `named` is None.
    named
        A folder, ZIP file or wheel of a sentence encoder, or the name of a model of the settings file that has an
        ``embedding_model``.

    Raises
    ------
    SettingError
        If a model of that name has no embedding model, or there is neither model nor file.
    MissingFileError, InputError
        If the file is no sentence encoder.
    """
    name = settings.embeddings if named is None else named
    if not name:
        return None
    if name in settings.models:
        return _at_endpoint(settings, name)
    if not Path(name).expanduser().exists():
        raise SettingError(
            f"{name!r} is neither a file nor a model of the settings file",
            where="HYPOGRAPH_EMBEDDINGS or --embeddings",
            expected="a sentence encoder's folder or ZIP file, or a named model with embedding_model",
        )
    from hypograph.agents.local.encoder import load_encoder

    return load_encoder(Path(name).expanduser())


@dataclass(frozen=True)
class EndpointEmbeddings:
    """Unit vectors from a model at an endpoint, each text asked for once."""

    gateway: Gateway

    @property
    def name(self) -> str:
        """What results are keyed by."""
        return f"{self.gateway.config.embedding_model} {self.gateway.config.settings_key}"

    def __call__(self, texts: Sequence[str]) -> FloatArray:
        """Return vectors, shape ``(len(texts), d)``."""
        import numpy as np

        vectors = self.gateway.embed(texts)
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), float)


def _at_endpoint(settings: Settings, name: str) -> Embed:
    from hypograph.agents import connect
    from hypograph.flows.runtime.named_models import named_models

    config = named_models(settings)[name]
    if not config.embedding_model:
        raise SettingError("the model names no embedding model", where=f"models.{name}", expected="embedding_model")
    return EndpointEmbeddings(connect(config, cache_folder=settings.home / "llm-cache"))
