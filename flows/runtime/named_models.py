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
from hypograph.flows.runtime.settings import Settings, refuse_plain
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
    "context": int,
}
_TEXTS = ("base_url", "model", "embedding_model", "api_key_env", "reasoning_effort", "prompts", "ways")
_TABLES = ("headers", "query", "extra_body", "decoding")
_OTHERS = ("omit", "verify", "stream", *_TABLES)
_CHOICES = {"prompts": ("auto", "compact", "full"), "ways": ("auto", "letters", "reasoned")}
ROLES = ("expert", "judge", "proposer", "extractor", "scorer", "writer", "reader")


def named_models(settings: Settings) -> dict[str, ModelConfig]:
    """Return the models of the tables ``[models.NAME]``, with the one of HYPOGRAPH_LLM_* as `default`.

    A table has `base_url` and `model`; `api_key_env` names the environment variable that holds the key, so
    that no key stands in the file. Further keys are those of `ModelConfig`: texts, numbers, `omit` (a list), `verify`
    (true, false or a file), `stream`, and the tables `headers`, `query`, `extra_body` and `decoding`. In `headers` and
    `query` a value such as ``$NAME`` is taken from the environment. A table named `default` serves where
    HYPOGRAPH_LLM_* names no model.

    Raises
    ------
    SettingError
        For an unknown key, a missing one or a value of the wrong kind.
    """
    default = settings.model_config_or_none()
    found = {} if default is None else {"default": default}
    rows = {name: row for name, row in sorted(settings.models.items()) if name != "default" or default is None}
    return found | {name: _model(name, row, plain_network=settings.plain_network) for name, row in rows.items()}


def default_model(settings: Settings) -> ModelConfig | None:
    """Return the model that serves where nothing else is said, None for a knowledge-free run.

    Raises
    ------
    SettingError
        As `named_models`.
    """
    return named_models(settings).get("default")


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


def model_to_ask(settings: Settings, name: str | None = None, path: Path | None = None) -> ModelConfig:
    """Return the model that a command would use, without serving it; for estimates.

    Raises
    ------
    SettingError, DataAbsentError
        As `chosen_model`.
    """
    from hypograph.agents.local.server import fetched_model

    known = named_models(settings)
    if name is not None and name not in known:
        raise SettingError(f"no model is named {name!r}", where="models", expected=", ".join(known))
    if path is None and (name or "default") in known:
        return known[name or "default"]
    file = path or settings.llm_local_path or fetched_model(settings.home)
    if file is None and known and name is None:
        return next(iter(known.values()))
    if file is None:
        raise DataAbsentError(
            "there is no language model",
            hint="Run `hypograph model fetch`, or set HYPOGRAPH_LLM_BASE_URL and HYPOGRAPH_LLM_MODEL.",
        )
    return ModelConfig("local", "http://127.0.0.1/v1", file.stem, weights=file.name)


def _model(name: str, row: dict[str, Any], *, plain_network: bool) -> ModelConfig:
    where = f"models.{name}"
    unknown = sorted(set(row) - set(_NUMBERS) - set(_TEXTS) - set(_OTHERS))
    if unknown:
        raise SettingError(
            f"no such key: {unknown[0]}", where=where, expected=", ".join([*_TEXTS, *_NUMBERS, *_OTHERS])
        )
    for key in ("base_url", "model"):
        if not isinstance(row.get(key), str):
            raise SettingError(f"{key} is missing", where=where, expected="base_url and model, as text")
    variable = row.get("api_key_env")
    refuse_plain(row["base_url"], f"{where}.base_url", allowed=plain_network)
    return ModelConfig(
        name=name,
        base_url=row["base_url"],
        model=row["model"],
        api_key=SecretStr(_environment(str(variable), f"{where}.api_key_env")) if variable else None,
        embedding_model=str(row.get("embedding_model", "")),
        reasoning_effort=str(row.get("reasoning_effort", "")),
        prompts=_chosen(row, "prompts", where),
        ways=_chosen(row, "ways", where),
        omit=_names(row.get("omit", []), f"{where}.omit"),
        verify=_verify(row.get("verify", True), f"{where}.verify"),
        stream=_yes_or_no(row.get("stream"), f"{where}.stream"),
        headers=_strings(row.get("headers", {}), f"{where}.headers"),
        query=_strings(row.get("query", {}), f"{where}.query"),
        extra_body=_table(row.get("extra_body", {}), f"{where}.extra_body"),
        decoding=_decoding(row.get("decoding", {}), where),
        **_checked(row, _NUMBERS, where),
    )


def _environment(variable: str, where: str) -> str:
    value = os.environ.get(variable, "").strip()
    if not value:
        raise SettingError(f"the variable {variable} is not set", where=where)
    return value


def _chosen(row: dict[str, Any], key: str, where: str) -> str:
    value = row.get(key, "auto")
    if value not in _CHOICES[key]:
        raise SettingError(f"{value!r} is not known", where=f"{where}.{key}", expected=", ".join(_CHOICES[key]))
    return str(value)


def _names(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise SettingError("no list of names", where=where, expected='names of parameters, as in ["seed", "top_p"]')
    return tuple(value)


def _verify(value: object, where: str) -> bool | str:
    if isinstance(value, bool):
        return value
    path = Path(str(value)).expanduser()
    if not path.is_file():
        raise SettingError(f"no such file: {value}", where=where, expected="true, false or a certificate file")
    return str(path)


def _yes_or_no(value: object, where: str) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise SettingError(f"{value!r} is neither true nor false", where=where)
    return value


def _table(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SettingError("no table", where=where, expected="keys with values")
    return value


def _strings(value: object, where: str) -> dict[str, str]:
    """Read a table of texts; ``$NAME`` stands for a variable of the environment."""
    found = {k: str(v) for k, v in _table(value, where).items()}
    return {k: _environment(v[1:], f"{where}.{k}") if v[:1] == "$" else v for k, v in found.items()}


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
