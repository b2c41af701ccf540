"""`hypograph literature network` and `years`: what stands together, who cites and writes, how a corpus grew."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from hypograph.flows.cli.common import JsonFlag, emit, say, table
from hypograph.flows.cli.literature.papers import MAIN, CorpusOption, library_and_settings
from hypograph.models.core.documents.literature import YearRow
from hypograph.models.core.errors import DiskError, InputError

SHOWN = 20  # nodes that a table shows
FIGURES = (".svg", ".png", ".pdf")


def network(
    kind: Annotated[str, typer.Argument(help="keyword, citation, co-citation or co-author.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Also write VOSviewer's NAME-map.txt and NAME-network.txt.")
    ] = None,
    least: Annotated[int | None, typer.Option(min=1, help="Publications that a node stands in at least.")] = None,
    corpus: CorpusOption = MAIN,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.models.literature.graph.bibliographic import vosviewer

    settings, library = library_and_settings()
    if kind == "keyword":
        from hypograph.flows.literature.keyword_network import keyword_network

        found = keyword_network(settings.home, library.corpus(corpus), least)
    else:
        found = library.network(kind, corpus, least=least)
    files: list[str] = []
    if output is not None:
        for name, text in zip(("map", "network"), vosviewer(found), strict=True):
            path = output.with_name(f"{output.name}-{name}.txt")
            _write(path, text)
            files.append(str(path))
            say(f"{path}: written for VOSviewer")
    if not found.links and kind != "keyword":
        say("nothing meets here; exports with references (Web of Science, Crossref, OpenAlex) give more")
    document: dict[str, Any] = {
        "kind": kind,
        "corpus": corpus,
        "nodes": [asdict(node) for node in found.nodes],
        "edges": [asdict(link) for link in found.links],
        "files": files,
    }
    best = sorted(found.nodes, key=lambda node: (-node.weight, node.key))[:SHOWN]
    rows = [(node.label[:60], node.weight, None if node.year is None else f"{node.year:.0f}") for node in best]
    title = f"{len(found.nodes):,} nodes, {len(found.links):,} links"
    emit(document, as_json, table(("name", "publications", "year"), rows, title))


def years(
    figure: Annotated[Path | None, typer.Option(help="Also draw it: .svg, .png or .pdf.")] = None,
    corpus: CorpusOption = MAIN,
    as_json: JsonFlag = False,
) -> None:
    if figure is not None and figure.suffix.lower() not in FIGURES:
        raise InputError("this is no format for a figure", where="--figure", expected=", ".join(FIGURES))
    _, library = library_and_settings()
    document = library.years(corpus)
    if figure is not None:
        _draw(document["years"], figure)
        say(f"{figure}: written")
    rows = [(row["year"], row["publications"], row["total"]) for row in document["years"]]
    emit(document, as_json, table(("year", "publications", "total"), rows))


def _draw(rows: list[YearRow], path: Path) -> None:
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(6.0, 3.2), layout="constrained")
    axes = figure.subplots()
    axes.bar([row["year"] for row in rows], [row["publications"] for row in rows], color="#3b6ea5", width=0.8)
    axes.set(xlabel="year", ylabel="publications")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.spines[["top", "right"]].set_visible(False)
    try:
        figure.savefig(path)
    except OSError as error:
        raise DiskError(f"could not write ({error.strerror})", where=str(path)) from error


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DiskError(f"could not write ({error.strerror})", where=str(path)) from error
