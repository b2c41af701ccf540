"""The map over HTTP: the page, what is drawn, one node with what lies near it, names, and a search over everything."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Mapping
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException

from hypograph.graph.maps.atlas import counts as count
from hypograph.graph.maps.atlas import in_memory
from hypograph.graph.maps.kept import world, world_soon
from hypograph.graph.maps.world import KINDS, World
from hypograph.ui.api.routes import ABSENT
from hypograph.ui.rendering import show

router = APIRouter()
GRID = 20_000  # places are sent as whole numbers within it
NEAR = 300
SHOWN = 200
LABEL = 60
NAMED = ("keyword", "alloy", "hypothesis")  # papers get their names where they are looked at
Key = Annotated[str, Query(min_length=3, max_length=500, description="A node, such as k:annealing.")]


@router.get("/map", response_class=HTMLResponse, include_in_schema=False)
def page(request: Request, group: int = -1, text: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """Show the map, and the same as tables."""
    store = request.app.state.store
    found = world_soon(store)
    if found is None:  # the first reading of a large store: the page says so, and comes again when it is there
        return show(request, "map.html", **_reading(count(store)))
    counts = Counter(zip(found.group, (n.kind for n in found.nodes), strict=True))
    groups = [
        {"number": g, "name": name, **{kind: counts[g, kind] for kind in KINDS}} for g, name in enumerate(found.groups)
    ]
    rows: list[int] = []
    if text:
        rows = found.search(text, SHOWN)
    elif 0 <= group < len(found.groups):
        inside = [i for i, g in enumerate(found.group) if g == group]
        rows = sorted(inside, key=lambda i: (KINDS.index(found.nodes[i].kind), -found.nodes[i].use))[:SHOWN]
    years = sorted({n.first for n in found.nodes if n.kind == "publication" and n.first})
    listed = [{**told(found, i), "group": found.groups[found.group[i]]} for i in rows]
    total = Counter(n.kind for n in found.nodes)
    chosen = {"group": group, "text": text, "years": (years[0], years[-1]) if years else None}
    return show(request, "map.html", groups=groups, rows=listed, total=total, size=len(found.nodes), **chosen)


def _reading(found: Mapping[str, int]) -> dict[str, object]:
    """Return what the page shows while nothing but the counts is known."""
    total = {kind: found.get(kind.capitalize(), 0) for kind in KINDS}
    chosen = {"group": -1, "text": "", "years": None, "reading": True}
    return {"groups": [], "rows": [], "total": total, "size": sum(total.values()), **chosen}


@router.get("/api/v1/map", summary="Everything on the map, in columns", response_class=JSONResponse, tags=["map"])
def drawn(request: Request) -> Response:
    """Return places, kinds, communities, sizes, years and names by column; always compressed."""
    found = world(request.app.state.store)
    if "map" not in found.packed:
        found.packed["map"] = _packed(found)
    headers = {"Content-Encoding": "gzip", "ETag": f'"{found.version}"', "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers={"ETag": headers["ETag"]})
    return Response(found.packed["map"], media_type="application/json", headers=headers)


@router.get("/api/v1/map/node", summary="One node of the map with what lies near it", tags=["map"], responses=ABSENT)
def node(request: Request, key: Key) -> dict[str, object]:
    """Return the node, and up to three hundred others that it rests on or that rest on it, or 404."""
    store = request.app.state.store
    found = world(store)
    whole = in_memory(store)
    if key not in found.index:
        raise HTTPException(404, "There is nothing of that name on the map.")
    i = found.index[key]
    beside = list(dict.fromkeys(found.near.get(i, ())))
    beside.sort(key=lambda j: (-KINDS.index(found.nodes[j].kind), -found.nodes[j].use, j))
    facts: Mapping[str, object] = whole.nodes.get(key, {}) if whole else {}
    plain = {name: value for name, value in facts.items() if isinstance(value, str | int | float)}
    return {
        "node": {**plain, **told(found, i), "group": found.groups[found.group[i]]} | _named_whole(facts),
        "count": len(beside),
        "near": [told(found, j) for j in beside[:NEAR]],
    }


@router.get("/api/v1/map/search", summary="Search over everything in the store", tags=["map"])
def search(
    request: Request,
    text: Annotated[str, Query(max_length=200)],
    limit: Annotated[int, Query(ge=1, le=200)] = 15,
) -> list[dict[str, object]]:
    """Return keywords, papers (title, authors, venue, DOI), alloys and hypotheses that hold every word."""
    found = world(request.app.state.store)
    return [told(found, i) for i in found.search(text, limit)]


@router.get("/api/v1/map/names", summary="The names of nodes, by number", tags=["map"], responses=ABSENT)
def names(
    request: Request,
    of: Annotated[str, Query(max_length=2000, pattern=r"^\d{1,7}(,\d{1,7})*$", description="Numbers, with commas.")],
    version: Annotated[str, Query(max_length=40, description="The map that the numbers are of.")],
) -> list[list[object]]:
    """Return number, key and name of each; 404 where the map was drawn anew since."""
    found = world(request.app.state.store)
    numbers = [int(part) for part in of.split(",")]
    if version != found.version or max(numbers) >= len(found.nodes):
        raise HTTPException(404, "The map was drawn anew since. Load the page again.")
    return [[i, found.nodes[i].key, _short(found.nodes[i].label)] for i in numbers]


def told(found: World, i: int) -> dict[str, object]:
    """Return what is said of one node."""
    n = found.nodes[i]
    return {"i": i, "key": n.key, "kind": n.kind, "label": n.label, "about": n.about, "year": n.last or None}


def _named_whole(facts: Mapping[str, object]) -> dict[str, object]:
    """Name a hypothesis by its whole statement where it is the one that is looked at."""
    return {"label": facts["label"], "about": facts["theme"]} if facts.get("kind") == "hypothesis" else {}


def _short(label: str) -> str:
    return label if len(label) <= LABEL else label[: LABEL - 1] + "…"


def _packed(found: World) -> bytes:
    nodes = found.nodes
    placed = found.xy - found.xy.min(0, initial=np.inf) if len(nodes) else found.xy
    xy = (placed * GRID / max(float(placed.max(initial=0.0)), 1e-9)).round().astype(int)
    columns: dict[str, object] = {
        "version": found.version,
        "grid": GRID,
        "kinds": KINDS,
        "groups": found.groups,
        "kind": [KINDS.index(n.kind) for n in nodes],
        "group": found.group,
        "x": xy[:, 0].tolist(),
        "y": xy[:, 1].tolist(),
        "use": [round(n.use) for n in nodes],
        "first": [n.first for n in nodes],
        "last": [n.last for n in nodes],
        "named": {i: [n.key, _short(n.label)] for i, n in enumerate(nodes) if n.kind in NAMED},
        "lines": [end for pair in found.drawn for end in pair],
    }
    text = json.dumps(columns, separators=(",", ":"), ensure_ascii=False)
    return gzip.compress(text.encode("utf-8", "replace"), compresslevel=6, mtime=0)
