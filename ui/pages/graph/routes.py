"""The hypothesis graph over HTTP: views, neighbourhoods, paths, files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse

from hypograph.graph import GraphStore
from hypograph.graph.maps.atlas import Atlas, NodeRow, atlas
from hypograph.graph.queries import pages
from hypograph.models.literature.bibliography import bibtex
from hypograph.ui.api.routes import ABSENT, file
from hypograph.ui.pages.graph.views import Choice, View, chosen, drawing, path, surroundings, view

router = APIRouter(prefix="/api/v1", responses=ABSENT)
KEPT_DRAWINGS = 16
Name = Annotated[str, Query(max_length=500)]


class GraphmlResponse(Response):
    """A graph as a file."""

    media_type = "application/graphml+xml"


class BibtexResponse(Response):
    """Publications as a file."""

    media_type = "application/x-bibtex"


def choice(
    text: Annotated[str, Query(max_length=200, description="Text that the statement holds.")] = "",
    low: Annotated[int, Query(ge=0, le=99, description="Lowest level.")] = 0,
    high: Annotated[int, Query(ge=0, le=99, description="Highest level.")] = 99,
    source: Annotated[str, Query(max_length=200, description="A source that its evidence comes from.")] = "",
    belief: Annotated[float, Query(ge=0, le=1, description="Lowest belief.")] = 0.0,
    since: Annotated[str, Query(max_length=30, pattern=r"^[0-9T:.Z-]*$", description="Earliest date.")] = "",
    community: Annotated[str, Query(max_length=9, pattern="^[0-9]*$", description="Community of its keywords.")] = "",
    hypotheses: Annotated[int, Query(ge=1, le=10_000)] = 60,
    edges: Annotated[int, Query(ge=0, le=20_000, description="Relationships between keywords.")] = 300,
    focus: Annotated[str, Query(max_length=500, description="A node; what is near it is shown.")] = "",
    hops: Annotated[int, Query(ge=0, le=4)] = 1,
    to: Annotated[str, Query(max_length=500, description="With a focus: the other end of a path.")] = "",
) -> Choice:
    """Read the filters of a graph view from the address."""
    number = int(community) if community else None
    return Choice(text, low, high, source, belief, since, number, hypotheses, edges, focus, hops, to)


Chosen = Annotated[Choice, Depends(choice)]


def shown(store: GraphStore, wanted: Choice) -> View:
    """Make the view, or answer 404 where its focus is nowhere."""
    try:
        return view(atlas(store), wanted)
    except KeyError as missing:
        raise HTTPException(404, f"There is no node {str(missing)[:100]} in the graph.") from None


def matching(whole: Atlas, wanted: Choice) -> list[NodeRow]:
    """Return the hypotheses that the view shows, without giving them a place; 404 where its focus is nowhere."""
    if not wanted.focus:
        return chosen(whole, wanted)[: wanted.hypotheses]
    try:
        _, around = surroundings(whole, wanted)
    except KeyError as missing:
        raise HTTPException(404, f"There is no node {str(missing)[:100]} in the graph.") from None
    return [node for node in whole.hypotheses if node["key"] in around]


@router.get("/graph", summary="The graph of hypotheses with places")
def graph(request: Request, wanted: Chosen) -> View:
    """Return nodes and edges of the graph view."""
    return shown(request.app.state.store, wanted)


@router.get("/graph/drawing", summary="The same graph in columns, as the page draws it", response_class=JSONResponse)
def drawn(request: Request, wanted: Chosen) -> Response:
    """Return nodes and edges by column; always compressed."""
    kept = atlas(request.app.state.store).drawings
    packed = kept.get(wanted)
    if packed is None:
        packed = drawing(shown(request.app.state.store, wanted))
        if len(kept) >= KEPT_DRAWINGS:
            kept.clear()
        kept[wanted] = packed
    return Response(packed, media_type="application/json", headers={"Content-Encoding": "gzip"})


@router.get("/graph/node", summary="One node with its neighbours")
def node(request: Request, key: Name) -> dict[str, object]:
    """Return the node and up to a hundred neighbours, or 404."""
    whole = atlas(request.app.state.store)
    if key not in whole.nodes:
        raise HTTPException(404, "There is nothing of that name in the graph.")
    beside = list(dict.fromkeys(whole.neighbours(key)))[:100]
    return {"node": whole.nodes[key], "near": [whole.nodes[other] for other in beside]}


@router.get("/graph/path", summary="A shortest path between two nodes")
def between(request: Request, start: Name, end: Name) -> dict[str, object]:
    """Return the nodes from start to end; an empty list where no path joins them, 404 where one is nowhere."""
    try:
        return {"path": path(atlas(request.app.state.store), start, end)}
    except KeyError:
        raise HTTPException(404, "One of the two is not in the graph.") from None


@router.get("/graph/search", summary="Nodes whose label holds a text")
def search(
    request: Request,
    text: Annotated[str, Query(max_length=200)],
    limit: Annotated[int, Query(ge=1, le=100)] = 12,
) -> list[dict[str, str]]:
    """Return nodes for a search as you type: those that begin with the text first."""
    wanted = text.strip().lower()
    if not wanted:
        return []
    hits = [n for n in atlas(request.app.state.store).nodes.values() if wanted in n["label"].lower()]
    hits.sort(key=lambda n: not n["label"].lower().startswith(wanted))
    return [{"key": n["key"], "id": n["id"], "kind": n["kind"], "label": n["label"]} for n in hits[:limit]]


@router.get("/graph.graphml", summary="The same graph as GraphML", response_class=GraphmlResponse)
def graphml(request: Request, wanted: Chosen) -> Response:
    """Return the graph view as GraphML."""
    import networkx as nx

    found = shown(request.app.state.store, wanted)
    made = nx.MultiDiGraph()
    for row in found["nodes"]:
        plain = {k: _plain(v) for k, v in row.items() if isinstance(v, str | int | float | bool) and k != "key"}
        made.add_node(_plain(row["key"]), **plain)
    for edge in found["edges"]:
        made.add_edge(_plain(edge["start"]), _plain(edge["end"]), kind=edge["kind"], weight=float(edge["weight"]))
    return file("\n".join(nx.generate_graphml(made)), "application/graphml+xml", "hypograph.graphml")


def _plain(value: object) -> object:
    """Leave out what XML cannot hold."""
    return "".join(c for c in value if c.isprintable() or c in "\t\n") if isinstance(value, str) else value


@router.get("/graph.bib", summary="The papers behind the hypotheses shown, as BibTeX", response_class=BibtexResponse)
def sources(request: Request, wanted: Chosen) -> Response:
    """Return the publications that inspired, support or refute the hypotheses shown."""
    store = request.app.state.store
    ids = [node["id"] for node in matching(atlas(store), wanted)]
    rows = store.read(pages.HYPOTHESIS_PAPERS, ids=ids) + store.read(pages.EVIDENCE_PAPERS, ids=ids)
    return file(bibtex({row["key"]: row for row in rows}.values()), "application/x-bibtex", "hypograph.bib")
