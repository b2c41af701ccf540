"""Publications from services, through their own client libraries; imported only when asked for."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from hypograph.flows.readers.publications.fields import records_from
from hypograph.flows.readers.publications.formats.service_json import shaped
from hypograph.models.core.errors import InputError, NetworkError, UnavailableError
from hypograph.models.core.records import Publication


@dataclass(frozen=True)
class Access:
    """Who asks: an e-mail address for the polite pools, and keys where a service wants one."""

    contact: str | None = None
    openalex_key: str | None = None
    semantic_scholar_key: str | None = None


def query_publications(
    query: str, source: str = "openalex", *, limit: int = 200, access: Access | None = None
) -> list[Publication]:
    """Ask a service for publications.

    Parameters
    ----------
    query
        Words, as the service takes them.
    source
        One of `SOURCES`.
    limit
        Publications at most, from 1.
    access
        E-mail address and keys.

    Returns
    -------
    list of Publication
        In the order of the service; records that have neither title nor abstract are left out.

    Raises
    ------
    InputError
        If the source is not known or the query is empty.
    UnavailableError
        If the client library is not installed.
    NetworkError
        If the service cannot be reached or refuses.
    """
    if source not in SOURCES:
        raise InputError(f"no such source: {source!r}", where="--source", expected="one of " + ", ".join(SOURCES))
    if not query.strip():
        raise InputError("the query is empty", where="--query")
    try:
        rows = list(itertools.islice(SOURCES[source](query, limit, access or Access()), limit))
    except ImportError as error:
        raise UnavailableError(
            f"the client library of {source} is not installed", hint="pip install 'hypograph[live]'"
        ) from error
    except Exception as error:  # every client has its own tree of errors for one thing: no answer
        raise NetworkError(
            f"no answer ({type(error).__name__}: {error})",
            where=source,
            hint="Try again later, or read files.",
        ) from error
    return [
        found
        for number, row in enumerate(rows, start=1)
        for found in records_from(shaped(row), where=f"{source}, result {number}", source=source)
        if isinstance(found, Publication)
    ]


def _openalex(query: str, limit: int, access: Access) -> Iterable[Mapping[str, object]]:
    import pyalex

    pyalex.config.email = access.contact
    pyalex.config.api_key = access.openalex_key
    pyalex.config.max_retries = 3
    pyalex.config.retry_backoff_factor = 1.0
    pages = pyalex.Works().search(query).paginate(per_page=min(limit, 100), n_max=limit)
    return (work for page in pages for work in page)


def _arxiv(query: str, limit: int, access: Access) -> Iterable[Mapping[str, object]]:
    import arxiv

    # Three seconds between requests are what the service asks for.
    client = arxiv.Client(page_size=min(limit, 100), delay_seconds=3.0, num_retries=3)
    for result in client.results(arxiv.Search(query=query, max_results=limit)):
        yield {
            "title": result.title,
            "abstract": result.summary,
            "year": result.published.year,
            "venue": result.journal_ref or "arXiv",
            "doi": result.doi or "10.48550/arxiv." + result.get_short_id().split("v")[0],
            "authors": [author.name for author in result.authors],
            "arxiv": result.get_short_id(),
        }


def _crossref(query: str, limit: int, access: Access) -> Iterable[Mapping[str, object]]:
    from habanero import Crossref

    client = Crossref(mailto=access.contact, timeout=30)
    offset = 0
    while offset < limit:
        size = min(100, limit - offset)
        items = client.works(query=query, limit=size, offset=offset)["message"]["items"]
        yield from items
        if len(items) < size:
            return
        offset += size


def _semantic_scholar(query: str, limit: int, access: Access) -> Iterable[Mapping[str, object]]:
    from semanticscholar import SemanticScholar

    client = SemanticScholar(timeout=30, api_key=access.semantic_scholar_key)
    fields = ["title", "abstract", "year", "venue", "externalIds", "citationCount", "authors"]
    for paper in client.search_paper(query, limit=min(limit, 100), fields=fields):
        yield paper.raw_data


SOURCES: Final[dict[str, Callable[[str, int, Access], Iterable[Mapping[str, object]]]]] = {
    "openalex": _openalex,
    "arxiv": _arxiv,
    "crossref": _crossref,
    "semantic-scholar": _semantic_scholar,
}
