"""What version 0.1.0 wrote, a store and a backup of it, goes on with this version."""

from __future__ import annotations

import tarfile
from pathlib import Path

from hypograph.graph import GraphStore, StoreConfig, open_store
from hypograph.graph.core.schema import SCHEMA_VERSION
from hypograph.graph.files.import_ import import_jsonl
from hypograph.graph.files.restore import restore

DATA = Path(__file__).parents[1] / "graph" / "data"
# The content hash that 0.1.0 told of both.
HASH = "0c8602365aea803e1f0d18e55d92ca1c915a26eb05d68f8193271d4fa074b592"


def test_an_old_store_is_brought_up_to_date_and_says_the_same(tmp_path: Path) -> None:
    with tarfile.open(DATA / "store-0.1.0.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    with open_store(StoreConfig(data_folder=tmp_path / "store")) as store:
        assert store.schema_version() == 3
        assert store.content_hash() == HASH
        store.ensure_schema()
        assert store.schema_version() == SCHEMA_VERSION
        assert store.content_hash() == HASH


def test_an_old_backup_is_restored_and_imported(graph_store: GraphStore) -> None:
    path = DATA / "backup-0.1.0.jsonl.gz"
    assert restore(graph_store, path)["content_hash"] == HASH
    assert graph_store.content_hash() == HASH
    assert import_jsonl(graph_store, path)["content_hash"] == HASH
    assert graph_store.schema_version() == SCHEMA_VERSION
