"""All settings in one class: from the environment, then one TOML file, then defaults."""

from __future__ import annotations

import difflib
import ipaddress
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

import platformdirs
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from hypograph.models.core.documents.system import SettingRow
from hypograph.models.core.errors import SettingError

if TYPE_CHECKING:
    from hypograph.agents.gateway.config import ModelConfig
    from hypograph.graph.store.config import StoreConfig

# Variables that belong to other programs but that we read.
FOREIGN = {
    "neo4j_uri": "NEO4J_URI",
    "neo4j_username": "NEO4J_USERNAME",
    "neo4j_password": "NEO4J_PASSWORD",
    "prefect_api_url": "PREFECT_API_URL",
}


def _foreign(name: str) -> Any:
    return AliasChoices(FOREIGN[name], name)


class Settings(BaseSettings):
    """Everything a user can set.

    A field `x` is the variable ``HYPOGRAPH_X`` (those of Neo4j and Prefect keep their own names) or the key
    ``x`` of the TOML file, which is ``hypograph.toml`` in the working folder, else ``config.toml`` in the
    user's configuration folder, else the file that ``HYPOGRAPH_CONFIG`` names.
    """

    model_config = SettingsConfigDict(env_prefix="HYPOGRAPH_", extra="forbid", frozen=True, populate_by_name=True)
    toml_path: ClassVar[Path | None] = None

    home: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("hypograph", appauthor=False)),
        description="Folder of the embedded store, unit results, models and campaigns.",
    )
    data_dir: Path | None = Field(None, description="Folder of supplied data sets (never fetched, never shipped).")
    neo4j_uri: str | None = Field(
        None,
        validation_alias=_foreign("neo4j_uri"),
        description="Bolt address of a Neo4j server; unset: the embedded server.",
    )
    neo4j_username: str = Field(
        "neo4j", validation_alias=_foreign("neo4j_username"), description="User of the Neo4j server."
    )
    neo4j_password: SecretStr | None = Field(
        None, validation_alias=_foreign("neo4j_password"), description="Password of the Neo4j server."
    )
    neo4j_reader_username: str | None = Field(
        None, description="User that the pages read with, where the server has roles."
    )
    neo4j_reader_password: SecretStr | None = Field(None, description="Password of that user.")
    prefect_api_url: str | None = Field(
        None,
        validation_alias=_foreign("prefect_api_url"),
        description="API of a Prefect server; unset: a temporary one.",
    )
    llm_base_url: str | None = Field(None, description="Address of an OpenAI-compatible endpoint (ends in /v1).")
    llm_model: str | None = Field(None, description="Model name at that endpoint.")
    llm_api_key: SecretStr | None = Field(None, description="Key of that endpoint.")
    llm_local: bool = Field(False, description="Use the fetched local model (see `hypograph model fetch`).")
    llm_local_path: Path | None = Field(None, description="A GGUF file to serve instead of the fetched model.")
    llm_price_in: float = Field(0.0, ge=0, description="Price of 1,000 prompt tokens, in any currency.")
    llm_price_out: float = Field(0.0, ge=0, description="Price of 1,000 answer tokens, in the same currency.")
    llm_max_calls: int | None = Field(None, ge=0, description="Calls that one run may make; unset: no limit.")
    llm_max_tokens: int | None = Field(None, ge=0, description="Tokens that one run may use; unset: no limit.")
    llm_max_cost: float | None = Field(None, ge=0, description="Money that one run may spend; unset: no limit.")
    llm_max_minutes: float | None = Field(
        None,
        ge=0,
        description="Minutes that one run may ask for; the rest of it is then knowledge-free. Unset: no limit.",
    )
    llm_share_prefix: bool = Field(
        False, description="Local model: keep the start that prompts share. Faster; third digits may then differ."
    )
    llm_max_concurrency: int = Field(4, ge=1, le=256, description="Requests at once to one endpoint.")
    llm_timeout: float = Field(300.0, gt=0, description="Seconds to wait for one answer.")
    embeddings: str | None = Field(
        None,
        description="Sentence encoder: its folder or ZIP file, or a named model with embedding_model; unset: none.",
    )
    ui_host: str = Field("127.0.0.1", description="Address the pages are served on.")
    ui_port: int = Field(8347, ge=1, le=65535, description="Port the pages are served on.")
    ui_token: SecretStr | None = Field(None, description="Token that opens the pages; needed off loopback.")
    contact: str | None = Field(None, description="E-mail address given to literature services (polite pools).")
    openalex_api_key: SecretStr | None = Field(None, description="Key of OpenAlex, where one is needed.")
    semantic_scholar_api_key: SecretStr | None = Field(None, description="Key of Semantic Scholar.")
    grobid_url: str | None = Field(
        None, description="Address of a GROBID that reads PDFs, such as http://127.0.0.1:8070; unset: read here."
    )
    log_json: bool = Field(False, description="Write logs as JSON lines.")
    workers: int = Field(0, ge=0, le=1024, description="Dask workers for wide steps here; 0: none.")
    dask_address: str | None = Field(None, description="Dask scheduler for wide steps, tcp://host:port.")
    plain_network: bool = Field(
        False, description="Allow unencrypted connections to other machines: a network that is yours alone."
    )
    otel_endpoint: str | None = Field(None, description="OTLP address that traces are sent to; unset: none are made.")
    models: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="Named models (tables in the TOML file): base_url, model, api_key_env, prices.",
    )
    roles: dict[str, str | list[str]] = Field(
        default_factory=dict, description="Which named model serves as expert, judge, proposer, extractor."
    )
    cascades: dict[str, dict[str, str]] = Field(
        default_factory=dict,
        description="Pairs of named models for roles: `large` is asked where `small` is in doubt.",
    )

    @field_validator("home", "data_dir", "llm_local_path")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value is not None else None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order of precedence: arguments, environment, TOML file."""
        sources: tuple[PydanticBaseSettingsSource, ...] = (init_settings, env_settings)
        if cls.toml_path is not None:
            sources += (TomlConfigSettingsSource(settings_cls, toml_file=cls.toml_path),)
        return sources

    def store_config(self) -> StoreConfig:
        """Where the graph is kept."""
        from hypograph.graph.store.config import StoreConfig

        if self.neo4j_uri is not None and self.neo4j_password is None:
            raise SettingError(
                "a Neo4j address is set without a password",
                where="NEO4J_URI",
                hint="Set NEO4J_PASSWORD, or unset NEO4J_URI.",
            )
        return StoreConfig(
            uri=self.neo4j_uri,
            username=self.neo4j_username,
            password=self.neo4j_password.get_secret_value() if self.neo4j_password else None,
            data_folder=self.home / "store",
            reader_username=self.neo4j_reader_username,
            reader_password=self.neo4j_reader_password.get_secret_value() if self.neo4j_reader_password else None,
        )

    def model_config_or_none(self) -> ModelConfig | None:
        """Return the configured endpoint (HYPOGRAPH_LLM_*), or None for a knowledge-free run.

        Raises
        ------
        SettingError
            If only one of address and model is set.
        """
        if self.llm_base_url is None and self.llm_model is None:
            return None
        if self.llm_base_url is None or self.llm_model is None:
            missing = "HYPOGRAPH_LLM_BASE_URL" if self.llm_base_url is None else "HYPOGRAPH_LLM_MODEL"
            raise SettingError(
                "a language model is half configured", where=missing, expected="both address and model name"
            )
        from hypograph.agents.gateway.config import ModelConfig

        return ModelConfig(
            name="default",
            base_url=self.llm_base_url,
            model=self.llm_model,
            api_key=self.llm_api_key,
            price_in=self.llm_price_in,
            price_out=self.llm_price_out,
            max_concurrency=self.llm_max_concurrency,
            timeout=self.llm_timeout,
        )

    def provenance(self) -> list[SettingRow]:
        """List every setting with its value (secrets masked) and where it came from."""
        in_file = _toml_keys(self.toml_path)
        rows: list[SettingRow] = []
        for name in type(self).model_fields:
            variable = FOREIGN.get(name, f"HYPOGRAPH_{name.upper()}")
            value = getattr(self, name)
            origin = "default"
            if _in_environment(variable):
                origin = f"environment {variable}"
            elif name in in_file:
                origin = str(self.toml_path)
            shown = "set" if isinstance(value, SecretStr) else str(value) if isinstance(value, Path) else value
            rows.append({"name": name, "value": shown, "from": origin})
        return rows


def _in_environment(variable: str) -> bool:
    return any(name.upper() == variable for name in os.environ)


def _toml_keys(path: Path | None) -> set[str]:
    return set() if path is None else set(tomllib.loads(path.read_text("utf-8")))


def _toml_file(environment: Mapping[str, str]) -> Path | None:
    if named := environment.get("HYPOGRAPH_CONFIG"):
        path = Path(named).expanduser().absolute()
        if not path.is_file():
            raise SettingError("no such file", where=f"HYPOGRAPH_CONFIG={named}", expected="a TOML file")
        return path
    for path in (
        Path("hypograph.toml").absolute(),
        Path(platformdirs.user_config_dir("hypograph", appauthor=False)) / "config.toml",
    ):
        if path.is_file():
            return path
    return None


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    known = {f"HYPOGRAPH_{name.upper()}" for name in Settings.model_fields} | {"HYPOGRAPH_CONFIG"}
    for name in sorted(environment):
        if name.upper().startswith("HYPOGRAPH_") and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), sorted(known), n=1)
            raise SettingError(
                "no such setting",
                where=name,
                hint=f"Did you mean {near[0]}?" if near else "`hypograph doctor` lists all settings.",
            )


def _refuse_plain(settings: Settings) -> None:
    """Refuse to send credentials and findings unencrypted to another machine."""
    if settings.plain_network:
        return
    for field, secure in (
        ("neo4j_uri", "bolt+s:// or neo4j+s://"),
        ("llm_base_url", "https://"),
        ("prefect_api_url", "https://"),
        ("otel_endpoint", "https://"),
        ("grobid_url", "https://"),
        ("dask_address", "tls://"),
    ):
        where = FOREIGN.get(field, f"HYPOGRAPH_{field.upper()}")
        refuse_plain(getattr(settings, field), where, secure=secure)


def refuse_plain(address: str | None, where: str, *, secure: str = "https://", allowed: bool = False) -> None:
    """Refuse an address on another machine that is not encrypted.

    Raises
    ------
    SettingError
        If it is one; what stands behind ``?`` is not shown.
    """
    try:
        parts = urlsplit((address or "").strip())
        here = _is_here(parts.hostname)
    except ValueError as error:
        raise SettingError("not an address", where=where, expected=f"{secure}, then a host's name") from error
    if not allowed and parts.scheme.lower() in {"bolt", "neo4j", "http", "tcp"} and not here:
        raise SettingError(
            f"{parts.scheme}:// to another machine is not encrypted",
            where=f"{where}={(address or '').split('?', 1)[0]}",
            expected=secure,
            hint="On a network that is yours alone, set HYPOGRAPH_PLAIN_NETWORK=true.",
        )


def _is_here(host: str | None) -> bool:
    if host is None or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load_settings(**overrides: Any) -> Settings:
    """Read the settings in force.

    Parameters
    ----------
    **overrides
        Values that win over environment and file (command-line options).

    Raises
    ------
    SettingError
        For an unknown ``HYPOGRAPH_*`` variable, an unreadable file or a value out of range.
    """
    _refuse_unknown(os.environ)
    path = _toml_file(os.environ)

    class FromHere(Settings):
        toml_path = path

    try:
        settings = FromHere(**{k: v for k, v in overrides.items() if v is not None})
        _refuse_plain(settings)
        return settings
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"not a TOML file ({error})", where=str(path)) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(p) for p in first["loc"])
        variable = name if name.isupper() else f"HYPOGRAPH_{name.upper()}"
        raise SettingError(
            first["msg"][0].lower() + first["msg"][1:], where=f"{variable} (or {name} in the settings file)"
        ) from error
