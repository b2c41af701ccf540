"""Backups of one moment while others write; restores that are whole or nothing, also when they are killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hypograph.graph import GraphStore, StoreConfig, open_store
from hypograph.graph.core.schema import SCHEMA_VERSION
from hypograph.graph.files.backup import backup
from hypograph.graph.files.import_ import import_jsonl
from hypograph.graph.files.restore import checked_backup, clear, recover, restore
from hypograph.graph.queries import core
from hypograph.models.core.errors import InputError, StoreError
from hypograph.models.core.records import Edge, Node
from tests.conformance.test_graph_store import sample

KILLED = """
import os, signal, sys
from pathlib import Path
from hypograph.graph import StoreConfig, open_store
from hypograph.graph.files import backup, restore
half = backup.load
def load(store, found):
    found = list(found)
    half(store, found[: len(found) // 2])
    os.kill(os.getpid(), signal.SIGKILL)
restore.load = load
with open_store(StoreConfig(data_folder=Path(sys.argv[1]))) as store:
    restore.restore(store, Path(sys.argv[2]), replace=sys.argv[3] == "replace")
"""


def test_a_backup_during_writes_is_of_one_moment(graph_store: GraphStore, tmp_path: Path) -> None:
    stopped = threading.Event()

    def write() -> None:
        n = 0
        while not stopped.is_set():
            names = [f"word {n + i}" for i in range(20)]
            joins = [Edge("CO_OCCURS", ("Keyword", a), ("Keyword", names[0]), {"count": n}) for a in names[1:]]
            graph_store.merge([Node("Keyword", name, {"df": n}) for name in names], joins)
            n += 10

    writers = [threading.Thread(target=write) for _ in range(2)]
    for thread in writers:
        thread.start()
    try:
        made = [backup(graph_store, tmp_path / f"{i}.jsonl.gz") for i in range(5)]
    finally:
        stopped.set()
        for thread in writers:
            thread.join()
    for document in made:
        checked = checked_backup(Path(document["path"]))
        assert (checked.count, checked.head.content_hash) == (document["records"], document["content_hash"])
    assert clear(graph_store) > 0
    last = made[-1]
    assert restore(graph_store, Path(last["path"]))["content_hash"] == last["content_hash"]
    assert graph_store.content_hash() == last["content_hash"]


def test_a_restore_replaces_only_when_it_is_told_to(graph_store: GraphStore, tmp_path: Path) -> None:
    graph_store.commit(sample())
    path = tmp_path / "b.jsonl.gz"
    made = backup(graph_store, path)
    graph_store.merge([Node("Keyword", "more", {"df": 1})], [])
    more = graph_store.content_hash()
    with pytest.raises(InputError, match="not empty"):
        restore(graph_store, path)
    assert graph_store.content_hash() == more
    document = restore(graph_store, path, replace=True)
    assert graph_store.content_hash() == made["content_hash"]
    assert checked_backup(Path(document["before"])).head.content_hash == more
    assert graph_store.schema_version() == SCHEMA_VERSION
    assert graph_store.read(core.RESTORE_BEGUN) == []


def test_a_restore_that_fails_in_the_middle_changes_nothing(
    graph_store: GraphStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph_store.commit(sample())
    path = tmp_path / "b.jsonl.gz"
    backup(graph_store, path)
    graph_store.merge([Node("Keyword", "more", {"df": 1})], [])
    more = graph_store.content_hash()
    merge, calls = graph_store.merge, [0]

    def failing(nodes: list[Node], edges: list[Edge]) -> None:
        calls[0] += 1
        if calls[0] == 1:
            merge(nodes[:1], [])
            raise StoreError("the disk is full")
        merge(nodes, edges)

    monkeypatch.setattr(graph_store, "merge", failing)
    with pytest.raises(StoreError, match="full"):
        restore(graph_store, path, replace=True)
    assert graph_store.content_hash() == more
    calls[0] = 0
    clear(graph_store)
    with pytest.raises(StoreError, match="full"):
        restore(graph_store, path)
    assert not any(n for name, n in graph_store.counts().items() if name != "Migration")
    recover(graph_store)


@pytest.mark.parametrize("how", ["empty", "replace"])
def test_a_killed_restore_is_taken_back_by_whoever_comes_next(tmp_path: Path, how: str) -> None:
    config = StoreConfig(data_folder=tmp_path / "store")
    path = tmp_path / "b.jsonl.gz"
    with open_store(config) as store:
        store.ensure_schema()
        store.commit(sample())
        made = backup(store, path)
        clear(store)
        if how == "replace":
            store.merge([Node("Keyword", "mine", {"df": 1})], [])
        before = store.content_hash()
        killed = [sys.executable, "-c", KILLED, str(config.data_folder), str(path), how]
        assert subprocess.run(killed, check=False).returncode == -signal.SIGKILL
        with open_store(config) as again:
            assert again.content_hash() == before
            assert restore(again, path, replace=how == "replace")["content_hash"] == made["content_hash"]


def test_an_edited_or_newer_backup_is_not_imported(graph_store: GraphStore, tmp_path: Path) -> None:
    import gzip

    graph_store.commit(sample())
    path = tmp_path / "b.jsonl.gz"
    backup(graph_store, path)
    before = graph_store.content_hash()
    text = gzip.decompress(path.read_bytes()).decode()
    assert import_jsonl(graph_store, path)["content_hash"] == before
    for wrong in (
        text.replace(f'"schema":{SCHEMA_VERSION}', '"schema":99'),
        text.replace("Cr", "Xx"),
        text.rsplit("\n", 2)[0],
    ):
        path.write_bytes(gzip.compress(wrong.encode()))
        with pytest.raises(InputError):
            import_jsonl(graph_store, path)
    assert graph_store.content_hash() == before


def test_every_damaged_file_of_the_cases_is_refused(graph_store: GraphStore, cases_dir: Path) -> None:
    import json

    folder = cases_dir / "robust"
    cases = json.loads((folder / "expected.json").read_text())["cases"]
    before = graph_store.content_hash()
    damaged = [c for c in cases if c["kind"].startswith("damaged") and c["exit"] == [2]]
    assert len(damaged) > 20
    for case in damaged:
        path = Path(case["run"][2].format(cases=folder))
        with pytest.raises(InputError):
            (restore if case["run"][1] == "restore" else import_jsonl)(graph_store, path)
        assert graph_store.content_hash() == before, case["id"]
    assert restore(graph_store, folder / "whole.jsonl.gz")["content_hash"].startswith("a5797c74")
