"""The blocks of docs/endpoints.md: each is read, and works with a server that has that provider's ways."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hypograph.agents import ModelConfig, connect
from hypograph.flows.runtime.named_models import default_model
from hypograph.flows.runtime.settings import load_settings
from tests.agents.model_server import Ask, ModelServer, Sent, plain, refused
from tests.agents.test_servers import CLOSED, QUESTION, ignoring_schema, thinking

PAGE = (Path(__file__).parents[2] / "docs" / "endpoints.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"(?m)^## (.+)\n\n```toml\n([^`]+)```", PAGE))
KEY = "sk-test-0123456789abcdef"


def openai(ask: Ask) -> Sent:
    if ask.body.get("temperature") not in (None, 1):
        return refused("Unsupported value: 'temperature' does not support 0 with this model.", param="temperature")
    if "max_tokens" in ask.body:
        return refused("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
    if "logprobs" in ask.body:
        return refused("You are not allowed to request logprobs from this model", 403)
    assert ask.body["reasoning_effort"] == "low"
    return thinking(ask, "hidden", 600)


def azure(ask: Ask) -> Sent:
    if ask.query.get("api-version") != ["2024-10-21"]:
        return refused("Resource not found", 404)
    if ask.headers.get("api-key") != KEY:
        return refused("Access denied due to invalid subscription key.", 401)
    return plain(ask)


def openrouter(ask: Ask) -> Sent:
    assert ask.headers["x-title"] == "hypograph"
    assert ask.body["provider"] == {"require_parameters": True}
    return thinking(ask, "reasoning", 700)


def litellm(ask: Ask) -> Sent:
    if "seed" in ask.body:
        told = "litellm.UnsupportedParamsError: bedrock does not support parameters: ['seed'], for model=m."
        return Sent(status=400, body={"error": {"message": told, "type": "None", "param": "None", "code": "400"}})
    return plain(ask)


def ollama(ask: Ask) -> Sent:
    return replace(thinking(ask, "reasoning", 300), logprobs=None)


def lm_studio(ask: Ask) -> Sent:
    if (ask.body.get("response_format") or {}).get("type") == "json_object":
        return Sent(status=400, body={"error": "'response_format.type' must be 'json_schema' or 'text'"})
    return thinking(replace(ask, body={k: v for k, v in ask.body.items() if k != "logprobs"}), "tag", 200)


def gemini(ask: Ask) -> Sent:
    for name in ("seed", "logprobs"):
        if name in ask.body:
            told = f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.'
            return Sent(status=400, body=[{"error": {"code": 400, "message": told, "status": "INVALID_ARGUMENT"}}])
    return plain(ask)


def mistral(ask: Ask) -> Sent:
    for name in ("seed", "logprobs", "top_logprobs"):
        if name in ask.body:
            detail = [{"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs are not permitted"}]
            return Sent(
                status=422, body={"object": "error", "message": {"detail": detail}, "type": "invalid_request_error"}
            )
    return thinking(ask, "parts", 900)


WAYS: dict[str, Callable[[Ask], Sent]] = {
    "OpenAI": openai,
    "Azure": azure,
    "OpenRouter": openrouter,
    "LiteLLM": litellm,
    "Ollama": ollama,
    "vLLM": plain,
    "LM Studio": lm_studio,
    "Gemini": gemini,
    "Mistral": mistral,
    "Anthropic": ignoring_schema("Here is the answer:\n\n{}"),
}


def configured(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelConfig:
    for variable in re.findall(r'api_key_env = "(\w+)"', block):
        monkeypatch.setenv(variable, f"{KEY}\n")
    config = default_model(load_settings(home=tmp_path, **tomllib.loads(block)))
    assert config is not None
    return config


def test_every_block_has_a_server() -> None:
    assert list(BLOCKS) == list(WAYS)


@pytest.mark.parametrize("name", WAYS)
def test_a_block_works(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = configured(BLOCKS[name], tmp_path, monkeypatch)
    with ModelServer(WAYS[name]) as server:
        here = replace(config, base_url=server.url)
        gateway = connect(here, cache_folder=tmp_path, sleep=lambda _: None)
        gateway.capabilities()
        assert gateway.ask(QUESTION).value is not None
        found = gateway.choose(CLOSED)
        assert (found.valid, found.labels) == (True, (0, 0))
        assert not [n for n in gateway.notes if KEY in n]
        assert all(not set(here.omit) & set(body) for body in server.sent)


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"omit": "seed"}, "no list of names"),
        ({"verify": "/no/such/file.pem"}, "no such file"),
        ({"stream": "yes"}, "neither true nor false"),
        ({"headers": {"a": "$NOT_THERE"}}, "NOT_THERE is not set"),
        ({"prompts": "long"}, "compact"),
        ({"extra": 1}, "no such key: extra"),
    ],
)
def test_a_wrong_value_is_named(more: dict[str, Any], fault: str, tmp_path: Path) -> None:
    from hypograph.models.core.errors import SettingError

    row = {"base_url": "https://h/v1", "model": "m", **more}
    with pytest.raises(SettingError, match=re.escape(fault)):
        default_model(load_settings(home=tmp_path, models={"default": row}))


def test_the_page_names_every_key_of_a_model(tmp_path: Path) -> None:
    keys = set(
        re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")))
    )
    row = {"base_url": "https://h/v1", "model": "m", "omit": ["seed"], "stream": True, "context": 4096}
    config = default_model(load_settings(home=tmp_path, models={"default": row}))
    assert config is not None
    assert (config.size, config.stream) == ("compact", True)
    assert keys <= set(ModelConfig.__dataclass_fields__)
