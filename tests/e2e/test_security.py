"""Credentials stay where they are, nothing listens that others can reach, names are data."""

from __future__ import annotations

import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hypograph.flows.runtime.settings import load_settings
from hypograph.flows.server.prefect_address import child_environment
from hypograph.graph.core.query import REGISTRY
from hypograph.models.core.errors import InputError, SettingError

ROOT = Path(__file__).parents[2]
SECRET = "s3cret-that-must-not-show"
PLAIN = [
    ("NEO4J_URI", "bolt://graph.example.org:7687"),
    ("NEO4J_URI", "neo4j://10.0.0.5:7687"),
    ("HYPOGRAPH_LLM_BASE_URL", "http://models.example.org/v1"),
    ("PREFECT_API_URL", "http://192.168.1.9:4200/api"),
    ("HYPOGRAPH_DASK_ADDRESS", "tcp://192.168.1.9:8786"),
]


@pytest.mark.parametrize(("variable", "address"), PLAIN)
def test_another_machine_is_reached_encrypted_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch, variable: str, address: str
) -> None:
    monkeypatch.setenv(variable, address)
    with pytest.raises(SettingError, match="not encrypted"):
        load_settings()
    monkeypatch.setenv("HYPOGRAPH_PLAIN_NETWORK", "true")
    load_settings()


@pytest.mark.parametrize(
    ("variable", "address"),
    [
        ("NEO4J_URI", "bolt://127.0.0.1:7687"),
        ("NEO4J_URI", "bolt://[::1]:7687"),
        ("NEO4J_URI", "neo4j+s://graph.example.org"),
        ("HYPOGRAPH_LLM_BASE_URL", "http://localhost:8000/v1"),
        ("PREFECT_API_URL", "https://prefect.example.org/api"),
    ],
)
def test_loopback_and_encrypted_addresses_are_taken(
    monkeypatch: pytest.MonkeyPatch, variable: str, address: str
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv(variable, address)
    assert address in load_settings().model_dump(mode="json").values()


def test_secrets_show_nowhere(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("NEO4J_PASSWORD", "HYPOGRAPH_LLM_API_KEY", "HYPOGRAPH_UI_TOKEN"):
        monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv("NEO4J_URI", "bolt://127.0.0.1:7687")
    settings = load_settings()
    shown = repr(settings) + str(settings.provenance()) + repr(settings.store_config())
    assert SECRET not in shown
    assert SECRET not in settings.model_dump_json()


HOSTILE = [
    "x'}) DETACH DELETE n //",
    'x"}) MATCH (m) DELETE m RETURN ("',
    "`) MATCH (n) DETACH DELETE n //",
    "$nobody",
    "{key: r.key}",
    "Ti\u0000Zr",
    "\\u0027 OR 1=1",
    "<script>alert(1)</script>",
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from hypograph.graph import StoreConfig, open_store

    with open_store(StoreConfig(tmp_path_factory.mktemp("store"))) as opened:
        opened.ensure_schema()
        yield opened


def test_hostile_names_are_stored_as_they_are_and_do_nothing(store: Any) -> None:
    from hypograph.models.core.records import Edge, Node, Outcome, Unit

    names = [name for name in HOSTILE if "\u0000" not in name]
    nodes = [Node("Keyword", name, {"name": name, "kind": name}) for name in names]
    nodes += [Node("Publication", name, {"key": name, "title": name, "venue": name}) for name in names]
    edges = [Edge("MENTIONS", ("Publication", name), ("Keyword", name), {"passage": name}, key=name) for name in names]
    assert store.commit(Unit("hostile'unit", "kind`", Outcome({}, nodes, edges)))
    before = store.content_hash()
    for query in REGISTRY.values():
        if not query.writes:
            texts = {k: _hostile(v, names[0]) for k, v in query.example.items()}
            store.read(query, **texts)
    assert store.content_hash() == before
    assert sorted(row["key"] for row in store.nodes("Keyword")) == sorted(names)
    assert {row["props"]["kind"] for row in store.nodes("Keyword")} == set(names)


def test_a_name_that_spells_a_parameter_is_kept_whole_or_refused_whole(store: Any) -> None:
    """The embedded server takes the text ``$rows`` for the parameter of that name when it looks a node up."""
    from hypograph.models.core.records import Edge, Node, Outcome, Unit

    nodes = [Node("Keyword", "$rows", {"name": "$rows"}), Node("Publication", "$rows", {"key": "$rows"})]
    edges = [Edge("MENTIONS", ("Publication", "$rows"), ("Keyword", "$rows"), {})]
    before = store.content_hash()
    try:
        store.commit(Unit("parameter", "kind", Outcome({}, nodes, edges)))
    except InputError:
        assert store.content_hash() == before
        assert not store.has_unit("parameter")
    else:
        assert "$rows" in {row["key"] for row in store.nodes("Keyword")}


def _hostile(value: Any, name: str) -> Any:
    if isinstance(value, str):
        return name
    return [_hostile(v, name) for v in value] if isinstance(value, list) else value


def test_no_statement_is_built_from_input() -> None:
    """Every statement is a registered constant: its text holds no value, only parameters."""
    for query in REGISTRY.values():
        for name in query.example:
            assert f"${name}" in query.text, query.name


def test_the_store_keeps_its_passwords_to_its_owner(store: Any) -> None:
    folder = store.config.data_folder
    for path in [*folder.glob("*.password"), folder / "address.json"]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE((folder / "databases").stat().st_mode) == 0o700


def _compose() -> dict[str, Any]:
    import yaml

    found: dict[str, Any] = yaml.safe_load((ROOT / "infra" / "compose.yaml").read_text("utf-8"))
    return found


def test_compose_pins_checks_and_publishes_on_loopback_only() -> None:
    for name, service in _compose()["services"].items():
        assert re.search(r":\d+\.\d+|:local$", service["image"]), f"{name} is not pinned"
        assert service["healthcheck"]["test"], name
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), f"{name} publishes {port}"
        secrets = [k for k, v in service["environment"].items() if re.search("PASSWORD|TOKEN|AUTH", k)]
        assert all(k.endswith("_FILE") for k in secrets), f"{name} holds a secret in its environment"


def test_containers_have_no_rights_and_tell_nobody() -> None:
    compose = (ROOT / "infra" / "compose.yaml").read_text("utf-8")
    ours = [service for service in _compose()["services"].values() if service["image"] == "hypograph:local"]
    assert len(ours) == 2
    for service in ours:
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert "prefect" in service["secrets"]
    assert "PREFECT_SERVER_API_AUTH_STRING" in "".join(_compose()["services"]["prefect"]["command"])
    assert 'NEO4J_dbms_usage__report_enabled: "false"' in compose
    assert "USER hypograph" in (ROOT / "infra" / "Dockerfile").read_text("utf-8")
    asked = child_environment(Path("home"), 4200, "admin:secret")
    assert (asked["PREFECT_SERVER_ANALYTICS_ENABLED"], asked["DO_NOT_TRACK"]) == ("false", "1")


def test_every_test_that_the_security_page_names_is_there() -> None:
    """And one that is gone takes its sentence with it."""
    named, file = 0, ""
    for path, name in re.findall(r"`([\w/]*\.py)?(?:::(test_\w+))?`", (ROOT / "SECURITY.md").read_text("utf-8")):
        file = path or file
        if file:
            text = (ROOT / "tests" / file).read_text("utf-8")
            assert not name or f"def {name}(" in text, f"{file}::{name}"
            named += 1
    assert named > 30


def test_the_command_shows_no_secret_to_a_list_of_processes() -> None:
    """None can be given as an option."""
    import typer.main

    from hypograph.flows.cli.main import app

    waiting, options = [typer.main.get_command(app)], set()
    while waiting:
        command = waiting.pop()
        waiting.extend(getattr(command, "commands", {}).values())
        options |= {name for parameter in command.params for name in parameter.opts}
    assert not [name for name in options if re.search("password|secret|api-key|auth-string", name)]


def test_secrets_come_from_files(tmp_path: Path) -> None:
    secret = tmp_path / "neo4j"
    secret.write_text(SECRET + "\n")
    done = subprocess.run(
        ["sh", ROOT / "infra" / "with-secrets", "sh", "-c", 'echo "$NEO4J_PASSWORD"; env | grep -c _FILE'],
        env={"NEO4J_PASSWORD_FILE": str(secret), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == [SECRET, "0"]


def test_work_pool_deployments_are_those_that_are_served() -> None:
    import yaml

    from hypograph.flows.server.deployments import DEPLOYABLES

    listed = yaml.safe_load((ROOT / "infra" / "prefect.yaml").read_text("utf-8"))["deployments"]
    assert [d["entrypoint"] for d in listed] == [d.entrypoint for d in DEPLOYABLES]
