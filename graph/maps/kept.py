"""The map as it is now: read when something changed, kept in memory and, where reading takes long, in a file.

Who opens the pages does not wait for a large store to be read: the map of the last reading is shown at once, and the
store is read behind it. A run that builds the literature writes the file too.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import math
import os
import tempfile
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np

from hypograph.graph import GraphStore
from hypograph.graph.maps.atlas import Atlas, atlas, counts
from hypograph.graph.maps.atlas import read as read_atlas
from hypograph.graph.maps.world import Node, World, read
from hypograph.models.core.errors import DiskError
from hypograph.models.core.keys import digest

# Above so many seconds of reading nobody waits for a change: the map as it was is shown, and read anew behind it.
PATIENCE = 2.0
# From so many nodes on a map is kept in a file: a smaller one is read in less than a second.
WORTH = 2_000
FORMAT = 1


@dataclass(frozen=True, slots=True)
class _Kept:
    token: dict[str, int]
    world: World
    seconds: float


_kept: WeakKeyDictionary[GraphStore, _Kept] = WeakKeyDictionary()
_lock = threading.Lock()
_behind = ThreadPoolExecutor(max_workers=1, thread_name_prefix="map")


def world(store: GraphStore) -> World:
    """Return the map as the store is now; one that takes long to read, as it was a moment ago."""
    kept = _known(store)
    if kept is not None and kept.seconds > PATIENCE:
        if kept.token != counts(store) and not _lock.locked():
            _behind.submit(_renew, store)
        return kept.world
    whole = atlas(store)
    return kept.world if kept is not None and kept.token == whole.token else _renew(store, whole)


def world_soon(store: GraphStore, seconds: float = PATIENCE) -> World | None:
    """Return the map, or None where it is read for the first time and that takes longer than some seconds."""
    if _known(store) is not None:
        return world(store)
    try:
        return _behind.submit(world, store).result(seconds)
    except TimeoutError:
        return None


def keep(store: GraphStore) -> Path | None:
    """Read the map and write its file, for the next start of the pages; None where it is small.

    Raises
    ------
    DiskError
        If it cannot be written.
    """
    found = counts(store)
    if sum(found.get(label, 0) for label in ("Keyword", "Publication", "Alloy", "Hypothesis")) < WORTH:
        return None
    path = place(store)
    write(path, read(store, read_atlas(store)))
    return path


def settle() -> None:
    """Wait until no map is being read behind the scenes: before the store is closed."""
    _behind.submit(lambda: None).result()


def _known(store: GraphStore) -> _Kept | None:
    """Return what is in memory, else what is in the file: as a map that is to be read anew."""
    kept = _kept.get(store)
    if kept is None and (found := opened(place(store))) is not None:
        kept = _kept[store] = _Kept({}, found, math.inf)
    return kept


def _renew(store: GraphStore, whole: Atlas | None = None) -> World:
    with _lock:
        began = time.monotonic()
        whole = whole or atlas(store)
        kept = _kept.get(store)
        if kept and kept.token == whole.token:
            return kept.world
        found = read(store, whole)
        _kept[store] = _Kept(whole.token, found, time.monotonic() - began)
        if len(found.nodes) >= WORTH:
            # Where it cannot be written the next start reads the store again, which is all that is lost.
            with contextlib.suppress(DiskError):
                write(place(store), found)
    return found


def place(store: GraphStore) -> Path:
    """File of a store's map."""
    config = store.config
    return config.data_folder.with_name("maps") / f"{digest(config.uri, config.database, length=12)}.json.gz"


def write(path: Path, found: World) -> None:
    """Write a map to a file that only this user reads.

    Raises
    ------
    DiskError
        If it cannot be written.
    """
    document = {
        "format": FORMAT,
        "nodes": [list(asdict(node).values()) for node in found.nodes],
        "group": found.group,
        "groups": found.groups,
        "xy": found.xy.round(6).ravel().tolist(),
        "drawn": found.drawn,
        "mentions": list(found.mentions.items()),
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            text = json.dumps(document, separators=(",", ":"))
            file.write(gzip.compress(text.encode("ascii"), compresslevel=3, mtime=0))
        os.replace(name, path)
    except OSError as error:
        raise DiskError(f"could not write the map ({error.strerror})", where=str(path.parent)) from error


def opened(path: Path) -> World | None:
    """Read a map from its file; None where there is none that can be used."""
    try:
        document = json.loads(gzip.decompress(path.read_bytes()))
        if document["format"] != FORMAT:
            return None
        nodes = [Node(*row) for row in document["nodes"]]
        xy = np.array(document["xy"], dtype=float).reshape(len(nodes), 2)
        drawn = [(int(a), int(b)) for a, b in document["drawn"]]
        mentions = {int(paper): [int(w) for w in words] for paper, words in document["mentions"]}
        found = World(nodes, list(document["group"]), list(document["groups"]), xy, drawn, mentions)
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError):
        return None
    ends = [end for pair in drawn for end in pair] + [w for words in mentions.values() for w in words]
    inside = len(found.group) == len(nodes) and max([*ends, *mentions], default=-1) < len(nodes)
    return found if inside and max(found.group, default=-1) < len(found.groups) else None
