"""`hypograph literature list`, `show`, `search`, `export`: what a corpus holds."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from hypograph.flows.cli.common import JsonFlag, emit, say, table
from hypograph.flows.cli.literature.papers import MAIN, CorpusOption, library_and_settings, year_span
from hypograph.models.core.documents.literature import Listed, ShownPaper
from hypograph.models.core.errors import DiskError

SHOWN = 50  # publications that a table shows unless told otherwise
LimitOption = Annotated[int | None, typer.Option("--limit", "-n", min=1, max=1_000_000, help="Publications at most.")]


def list_publications(
    corpus: CorpusOption = MAIN,
    years: Annotated[str, typer.Option(help="First and last year, such as 2012-2017, or one year.")] = "",
    limit: LimitOption = None,
    as_json: JsonFlag = False,
) -> None:
    _, library = library_and_settings()
    document = library.listed(corpus, limit=limit, years=year_span(years, "--years") if years else None)
    if not document["total"]:
        others = [name for name in library.names() if name != corpus]
        say(f"the corpus {corpus} is empty" + (f"; there are also: {', '.join(others)}" if others else ""))
    emit(document, as_json, _listing(document, limit or SHOWN))


def show(
    key: Annotated[str, typer.Argument(help="DOI, key (or its beginning), or an identifier such as pmid:1234567.")],
    corpus: CorpusOption = MAIN,
    as_json: JsonFlag = False,
) -> None:
    _, library = library_and_settings()
    document = library.shown(key, corpus)
    emit(document, as_json, _page(document))


def search(
    text: Annotated[str, typer.Argument(help="Words of titles, abstracts, authors, venues, keywords.")],
    corpus: CorpusOption = MAIN,
    limit: LimitOption = SHOWN,
    as_json: JsonFlag = False,
) -> None:
    _, library = library_and_settings()
    document = library.searched(text, corpus, limit=limit)
    if document["matched"] == "some":
        say("no publication holds all of these words; shown are those that hold some")
    emit(document, as_json, _listing(document, limit or SHOWN))


def export(
    keys: Annotated[list[str] | None, typer.Argument(help="DOIs or keys; none: all.")] = None,
    form: Annotated[str, typer.Option("--format", help="bibtex, ris or csl.")] = "bibtex",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; none: standard output.")] = None,
    corpus: CorpusOption = MAIN,
) -> None:
    _, library = library_and_settings()
    text = library.exported(form, corpus, keys or ())
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DiskError(f"could not write ({error.strerror})", where=str(output)) from error
    say(f"{output}: written as {form}")


def _listing(document: Listed, limit: int) -> str:
    found = document["publications"][:limit]
    rows = [(p["key"], p["year"], _people(p["authors"]), _short(p["title"], 70), _short(p["venue"], 30)) for p in found]
    more = document["total"] - len(found)
    text = table(("key", "year", "authors", "title", "venue"), rows, counted(document["total"]))
    return text + (f"\n… {more:,} more" if more else "")


def counted(total: int) -> str:
    """Return a number of publications in words."""
    return f"{total:,} publication{'s' * (total != 1)}"


def _people(authors: Sequence[str]) -> str:
    family = [name.partition(",")[0] for name in authors]
    return ", ".join(family) if len(family) < 3 else f"{family[0]} et al."


def _short(text: str | None, most: int) -> str:
    text = text or ""
    return text if len(text) <= most else text[: most - 1] + "…"


def _page(document: ShownPaper) -> str:
    one = document["publications"][0]
    lines = [one["title"] or one["key"], "; ".join(one["authors"]), ""]
    said = (one["venue"], one["year"], f"cited {one['citations']:g} times" if one["citations"] is not None else None)
    lines += [", ".join(str(v) for v in said if v), "key: " + one["key"]]
    lines += ["retracted"] if one["retracted"] else []
    lines += [f"preprint of {one['version_of']}"] if one["version_of"] else []
    lines += ["keywords: " + "; ".join(one["keywords"])] if one["keywords"] else []
    lines += ["", one["abstract"]] if one["abstract"] else []
    for name, keys in (("cites", document["cites"]), ("cited by", document["cited_by"])):
        lines += ["", f"{name} (in this corpus): {', '.join(keys)}"] if keys else []
    return "\n".join(line for line in lines if line is not None)
