"""Backups while another process writes: each is restored, and has the content hash that it names.

python benchmarks/store_backups.py [--quick]
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import arguments, write

WRITER = """
import sys
from pathlib import Path
from hypograph.graph import StoreConfig, open_store
from hypograph.models.core.records import Edge, Node
with open_store(StoreConfig(data_folder=Path(sys.argv[1]))) as store:
    store.ensure_schema()
    print("writing", flush=True)
    n = 0
    while not Path(sys.argv[2]).exists():
        names = [f"word {n + i:07}" for i in range(200)]
        joins = [Edge("CO_OCCURS", ("Keyword", a), ("Keyword", b), {"count": n}) for a, b in zip(names, names[1:])]
        store.merge([Node("Keyword", name, {"df": n}) for name in names], joins)
        n += 100
"""


def main() -> None:
    """Take backups during writes, restore each into another store, and write how it went."""
    given = arguments(__doc__).parse_args()
    from hypograph.graph import StoreConfig, open_store
    from hypograph.graph.files.backup import backup
    from hypograph.graph.files.restore import restore

    count, made, taken = 3 if given.quick else 20, [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, "-c", WRITER, str(folder / "store"), str(folder / "stop")]
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert writer.stdout is not None
            writer.stdout.readline()
            with open_store(StoreConfig(data_folder=folder / "store")) as store:
                for i in range(count):
                    began = time.perf_counter()
                    made.append(backup(store, folder / f"{i}.jsonl.gz"))
                    taken.append(time.perf_counter() - began)
        finally:
            (folder / "stop").touch()
            writer.communicate()
        with open_store(StoreConfig(data_folder=folder / "other")) as other:
            equal = 0
            for document in made:
                restore(other, Path(document["path"]), replace=True)
                equal += other.content_hash() == document["content_hash"]
    result = {
        "backups": len(made),
        "restored_with_equal_hash": equal,
        "different_moments": len({d["content_hash"] for d in made}),
        "records": [d["records"] for d in made],
        "seconds": [round(t, 2) for t in taken],
    }
    print(json.dumps(result))
    write("store_backups", result, quick=given.quick)
    sys.exit(equal != len(made))


if __name__ == "__main__":
    main()
