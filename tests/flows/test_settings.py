"""Settings: precedence, provenance, refusals."""

from __future__ import annotations

from pathlib import Path

import pytest

from hypograph.flows.runtime.settings import Settings, load_settings
from hypograph.models.core.errors import SettingError


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("NEO4J_URI", "NEO4J_USERNAME", "NEO4J_PASSWORD", "PREFECT_API_URL", "HYPOGRAPH_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)


def origin(settings: Settings, name: str) -> str:
    return next(row["from"] for row in settings.provenance() if row["name"] == name)


def test_environment_wins_over_file_and_file_over_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hypograph.toml").write_text('ui_port = 9001\nui_host = "localhost"\n')
    monkeypatch.setenv("HYPOGRAPH_UI_PORT", "9002")
    settings = load_settings()
    assert (settings.ui_port, settings.ui_host) == (9002, "localhost")
    assert origin(settings, "ui_port") == "environment HYPOGRAPH_UI_PORT"
    assert origin(settings, "ui_host").endswith("hypograph.toml")
    assert origin(settings, "log_json") == "default"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("HYPOGRAPH_LLM_MODLE", "x", "Did you mean HYPOGRAPH_LLM_MODEL"),
        ("HYPOGRAPH_UI_PORT", "banana", "HYPOGRAPH_UI_PORT"),
        ("HYPOGRAPH_UI_PORT", "0", "HYPOGRAPH_UI_PORT"),
        ("HYPOGRAPH_CONFIG", "nowhere.toml", "nowhere.toml"),
    ],
)
def test_wrong_variables_are_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=says):
        load_settings()


@pytest.mark.parametrize("text", ["ui_port = ", "no_such_key = 1\n"])
def test_wrong_files_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "hypograph.toml").write_text(text)
    with pytest.raises(SettingError, match=r"hypograph\.toml|no_such_key"):
        load_settings()


def test_secrets_never_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYPOGRAPH_LLM_API_KEY", "s3cret-key")
    monkeypatch.setenv("NEO4J_PASSWORD", "s3cret-word")
    settings = load_settings()
    assert "s3cret" not in repr(settings) + str(settings.provenance()) + repr(settings.store_config())


def test_half_configured_services_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_URI", "bolt://127.0.0.1:1")
    with pytest.raises(SettingError, match="NEO4J_PASSWORD"):
        load_settings().store_config()
    monkeypatch.setenv("HYPOGRAPH_LLM_MODEL", "m")
    with pytest.raises(SettingError, match="HYPOGRAPH_LLM_BASE_URL"):
        load_settings().model_config_or_none()
