"""Named models of the settings file, and which of them serves in which role."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from hypograph.agents.gateway.config import Decoding, ModelConfig
from hypograph.flows.runtime.settings import Settings
from hypograph.models.core.errors import DataAbsentError, SettingError

_NUMBERS = {
    "price_in": float,
    "price_out": float,
    "max_concurrency": int,
    "per_minute": float,
    "timeout": float,
    "temperature": float,
    "seed": int,
    "max_tokens": int,
    "max_asks": int,
    "max_tries": int,
}
_TEXTS = ("base_url", "model", "embedding_model", "api_key_env")
ROLES = ("expert", "judge", "proposer", "extractor", "scorer", "writer", "reader")


def named_models(settings: Settings) -> dict[str, ModelConfig]:
    """Return the models of the tables ``[models.NAME]``, with the one of HYPOGRAPH_LLM_* as `default`.

    A table has `base_url` and `model`; `api_key_env` names the environment variable that holds the key, so
    that no key stands in the file. Further keys: `embedding_model`, the numbers of `ModelConfig` and a table
    `decoding`.

    Raises
    ------
    SettingError
        For an unknown key, a missing one or a value of the wrong kind.
    """
    default = settings.model_config_or_none()
    found = {} if default is None else {"default": default}
    return found | {name: _model(name, row) for name, row in sorted(settings.models.items())}


def models_of_role(settings: Settings, role: str) -> list[tuple[ModelConfig, ...]]:
    """Return the models that serve in a role: those that ``[roles]`` names, else `default` if there is one.

    One model is a tuple of one, a cascade one of two (small, large).

    Raises
    ------
    SettingError
        If a role or a model is not known.
    """
    known = {name: (model,) for name, model in named_models(settings).items()} | cascades(settings)
    for given, names in settings.roles.items():
        if given not in ROLES:
            raise SettingError("no such role", where=f"roles.{given}", expected=", ".join(ROLES))
        for name in [names] if isinstance(names, str) else names:
            if name not in known:
                raise SettingError(f"no model is named {name!r}", where=f"roles.{given}", expected=", ".join(known))
    names = settings.roles.get(role, ["default"] if "default" in known else [])
    return [known[name] for name in ([names] if isinstance(names, str) else names)]


def cascades(settings: Settings) -> dict[str, tuple[ModelConfig, ModelConfig]]:
    """Return the pairs (small, large) of the tables ``[cascades.NAME]``.

    Raises
    ------
    SettingError
        For a key that is not `small` or `large`, a model that is not named, or a name that a model has.
    """
    known = named_models(settings)
    found = {}
    for name, row in sorted(settings.cascades.items()):
        where = f"cascades.{name}"
        if set(row) != {"small", "large"} or name in known:
            raise SettingError(
                "a cascade needs two models and a name of its own", where=where, expected='small = "…", large = "…"'
            )
        for part in row.values():
            if part not in known:
                raise SettingError(f"no model is named {part!r}", where=where, expected=", ".join(known))
        found[name] = (known[row["small"]], known[row["large"]])
    return found


@contextlib.contextmanager
def chosen_model(
    settings: Settings, name: str | None = None, path: Path | None = None, *, share_prefix: bool = False
) -> Iterator[ModelConfig]:
    """Give the model that a command shall use, serving it while the context is open if it is local.

    Parameters
    ----------
    settings
        Settings in force.
    name
        A named model; None takes the default endpoint, else the local model.
    path
        A GGUF file, which wins.
    share_prefix
        See `ModelConfig`.

    Raises
    ------
    SettingError
        If there is no model of that name.
    DataAbsentError
        If there is neither an endpoint nor a fetched model.
    """
    from hypograph.agents.local.server import fetched_model, serving

    known = named_models(settings)
    if name is not None and name not in known:
        raise SettingError(
            f"no model is named {name!r}",
            where="models",
            expected=", ".join(known) or "a table [models.NAME]",
        )
    if path is None and (name or "default") in known:
        yield known[name or "default"]
        return
    path = path or settings.llm_local_path or fetched_model(settings.home)
    if path is None:
        raise DataAbsentError(
            "there is no language model",
            hint="Run `hypograph model fetch`, or set HYPOGRAPH_LLM_BASE_URL and HYPOGRAPH_LLM_MODEL.",
        )
    with serving(path, share_prefix=share_prefix) as config:
        yield config


def _model(name: str, row: dict[str, Any]) -> ModelConfig:
    where = f"models.{name}"
    unknown = sorted(set(row) - set(_NUMBERS) - set(_TEXTS) - {"decoding"})
    if unknown:
        raise SettingError(
            f"no such key: {unknown[0]}", where=where, expected=", ".join([*_TEXTS, *_NUMBERS, "decoding"])
        )
    for key in ("base_url", "model"):
        if not isinstance(row.get(key), str):
            raise SettingError(f"{key} is missing", where=where, expected="base_url and model, as text")
    secret = None
    if variable := row.get("api_key_env"):
        if not os.environ.get(str(variable)):
            raise SettingError(f"the variable {variable} is not set", where=f"{where}.api_key_env")
        secret = SecretStr(os.environ[str(variable)])
    return ModelConfig(
        name=name,
        base_url=row["base_url"],
        model=row["model"],
        api_key=secret,
        embedding_model=str(row.get("embedding_model", "")),
        decoding=_decoding(row.get("decoding", {}), where),
        **_checked(row, _NUMBERS, where),
    )


def _decoding(row: dict[str, Any], where: str) -> Decoding:
    kinds = {f.name: int if f.name == "mirostat" else float for f in fields(Decoding)}
    if not isinstance(row, dict) or set(row) - set(kinds):
        raise SettingError("no such decoding", where=f"{where}.decoding", expected=", ".join(kinds))
    return Decoding(**_checked(row, kinds, f"{where}.decoding"))


def _checked(row: dict[str, Any], kinds: Mapping[str, type], where: str) -> dict[str, Any]:
    found = {}
    for key, kind in kinds.items():
        if key not in row:
            continue
        value = row[key]
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise SettingError(f"{value!r} is no number", where=f"{where}.{key}", expected="0 or more")
        found[key] = kind(value)
    return found
