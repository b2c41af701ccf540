"""What a user has of publications: corpora by name, listed, searched, exported, and added to from files or bytes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from hypograph.flows.literature.corpus import Corpus
from hypograph.flows.readers.publications.identifiers import clean_doi
from hypograph.flows.readers.publications.registry import ReadReport, read_uploaded
from hypograph.models.core.documents.literature import Found, Listed, ListedPaper, ShownPaper, YearRow, Years
from hypograph.models.core.errors import InputError
from hypograph.models.core.records import Publication
from hypograph.models.literature.bibliography import FORMATS
from hypograph.models.literature.graph.bibliographic import Network, by_year, network_of

MAIN: Final = "main"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
Document = dict[str, object]


@dataclass(frozen=True)
class Library:
    """The corpora below a folder: ``main``, and others by name, which never touch each other.

    Parameters
    ----------
    folder
        ``literature`` in the data folder.
    """

    folder: Path

    def corpus(self, name: str = MAIN) -> Corpus:
        """Return the corpus of a name; it need not hold anything yet.

        Raises
        ------
        InputError
            If the name cannot be one.
        """
        if not _NAME.fullmatch(name):
            raise InputError(
                f"no name for a corpus: {name!r}", where="--corpus", expected="letters, digits, dots and hyphens"
            )
        return Corpus(self.folder if name == MAIN else self.folder / "corpora" / name)

    def names(self) -> list[str]:
        """Return the names of the corpora that hold something, ``main`` first."""
        others = sorted(p.parent.name for p in self.folder.glob("corpora/*/publications.jsonl"))
        return [*([MAIN] if self.corpus().path.exists() else []), *others]

    def listed(self, name: str = MAIN, *, limit: int | None = None, years: tuple[int, int] | None = None) -> Listed:
        """Return the publications of a corpus, in order of keys.

        Parameters
        ----------
        limit
            So many at most; None: all.
        years
            First and last year; None: also those whose year is not known.

        Returns
        -------
        dict
            `corpus`, `publications` (as `row` gives them) and `total`: how many there are before the limit.
        """
        found = [p for p in self.corpus(name).publications() if years is None or _within(p, years)]
        return _document(name, found, limit)

    def shown(self, key: str, name: str = MAIN) -> ShownPaper:
        """Return one publication, with its passages and what of the corpus it cites and is cited by.

        Raises
        ------
        InputError
            If none has the key, DOI or other identifier; the message names keys that are close.
        """
        publications = self.corpus(name).publications()
        found = find(publications, key)
        cites, cited_by = neighbours(publications, found)
        document = _document(name, [found], None)
        return {**document, "passages": list(found.passages), "cites": cites, "cited_by": cited_by}

    def searched(self, text: str, name: str = MAIN, *, limit: int | None = 50) -> Found:
        """Return publications that hold every word of a text, best first; where none does, those that hold some.

        Title, abstract, passages, authors, venue, keywords, year and DOI are looked at; case, accents and raised or
        lowered digits do not count.

        Returns
        -------
        dict
            As `listed`, and `matched`: ``all`` or ``some`` of the words.

        Raises
        ------
        InputError
            If the text has no word.
        """
        words = re.findall(r"[\w./-]*\w", folded(text))
        if not words:
            raise InputError("no word to look for", where="search", expected="words of a title, an author, a DOI")
        scored = [(p, _hits(p, words)) for p in self.corpus(name).publications()]
        whole = [(p, hits) for p, hits in scored if all(hits)]
        matched = "all" if whole else "some"
        ranked = sorted(
            whole or [(p, h) for p, h in scored if any(h)],
            key=lambda one: (-sum(bool(h) for h in one[1]), -sum(one[1]), one[0].key),
        )
        return {**_document(name, [p for p, _ in ranked], limit), "matched": matched}

    def exported(self, form: str, name: str = MAIN, keys: Sequence[str] = ()) -> str:
        """Return publications for a reference manager.

        Parameters
        ----------
        form
            One of `hypograph.models.literature.bibliography.FORMATS`.
        keys
            Which; none: all.

        Raises
        ------
        InputError
            If the form or a key is not known.
        """
        if form not in FORMATS:
            raise InputError(f"no such format: {form!r}", where="--format", expected=", ".join(FORMATS))
        publications = self.corpus(name).publications()
        chosen = [find(publications, key) for key in keys] if keys else publications
        return FORMATS[form](row(p) for p in chosen)

    def add(self, report: ReadReport, name: str = MAIN) -> Document:
        """Add what was read to a corpus.

        Returns
        -------
        dict
            `corpus`, `read`, `added` (how many more there are now), `total`, `problems` and `notes`.
        """
        added, total = self.corpus(name).add(report.publications) if report.publications else (0, self.total(name))
        counts = {"read": len(report.publications), "added": added, "total": total}
        return {**counts, "problems": list(report.problems), "notes": list(report.notes), "corpus": name}

    def add_bytes(self, file: str, data: bytes, name: str = MAIN) -> Document:
        """Add the publications in an uploaded file; as `add`.

        Raises
        ------
        InputError
            If its format is not known.
        """
        return self.add(read_uploaded(file, data), name)

    def network(self, kind: str, name: str = MAIN, *, least: int | None = None) -> Network:
        """Return who cites whom (``citation``), what is cited together (``co-citation``), who writes together.

        Raises
        ------
        InputError
            If the kind is not known (`hypograph.models.literature.graph.bibliographic.NETWORKS`).
        """
        return network_of(kind, self.corpus(name).publications(), least)

    def years(self, name: str = MAIN) -> Years:
        """Return how a corpus grew: `years` (each with `year`, `publications`, `total`) and `without_year`."""
        publications = self.corpus(name).publications()
        rows: list[YearRow] = [
            {"year": year, "publications": n, "total": total} for year, n, total in by_year(publications)
        ]
        return {"corpus": name, "years": rows, "without_year": sum(p.year is None for p in publications)}

    def total(self, name: str = MAIN) -> int:
        """Return how many publications a corpus holds."""
        return len(self.corpus(name).publications())


def row(publication: Publication) -> ListedPaper:
    """Return a publication as commands and pages show it: plain values, None where nothing is known."""
    p = publication
    return {
        "key": p.key,
        "title": p.title,
        "year": p.year,
        "doi": p.doi or None,
        "venue": p.venue or None,
        "abstract": p.abstract,
        "authors": list(p.authors),
        "citations": p.citations,
        "keywords": list(p.keywords),
        "retracted": p.retracted,
        "references": list(p.references),
        "ids": list(p.ids),
        "version_of": p.version_of or None,
        "source": p.source or None,
    }


def find(publications: Iterable[Publication], key: str) -> Publication:
    """Return the publication of a key, a DOI in any form, an identifier, or the beginning of a key.

    Raises
    ------
    InputError
        If there is none, or a beginning fits several.
    """
    every = {p.key: p for p in publications}
    wanted = clean_doi(key) or key.strip()
    for found in (every.get(wanted), every.get(wanted.lower())):
        if found is not None:
            return found
    by_id = [p for p in every.values() if wanted in p.ids or (wanted and wanted == p.doi)]
    begun = by_id or [p for k, p in every.items() if len(wanted) >= 4 and k.startswith(wanted.lower())]
    if len(begun) == 1:
        return begun[0]
    close = get_close_matches(wanted, list(every), n=3) or [p.key for p in begun[:3]]
    what = (
        f"{len(begun)} publications have a key that begins with {key!r}"
        if begun
        else f"no publication has the key {key!r}"
    )
    raise InputError(
        what, where="corpus", hint=f"Close ones: {', '.join(close)}." if close else "See `literature list`."
    )


def neighbours(publications: Sequence[Publication], one: Publication) -> tuple[list[str], list[str]]:
    """Return the keys of what a publication cites and is cited by, of those given."""
    mine = {one.key, one.doi, *one.ids} - {""}
    cites = [p.key for p in publications if p.key != one.key and {p.key, p.doi, *p.ids} & set(one.references)]
    return cites, [p.key for p in publications if p.key != one.key and mine & set(p.references)]


def _document(name: str, found: Sequence[Publication], limit: int | None) -> Listed:
    return {"corpus": name, "publications": [row(p) for p in found[:limit]], "total": len(found)}


def _within(publication: Publication, years: tuple[int, int]) -> bool:
    return publication.year is not None and years[0] <= publication.year <= years[1]


def _hits(publication: Publication, words: Sequence[str]) -> list[float]:
    """How much each word counts: more in the title, and at the beginning of a word than within one."""
    title = folded(publication.title)
    rest = folded(
        " ".join(
            [
                publication.abstract,
                *publication.passages,
                *publication.authors,
                publication.venue,
                *publication.keywords,
                str(publication.year or ""),
                publication.doi,
            ]
        )
    )
    found = []
    for word in words:
        start = re.compile(rf"(?<!\w){re.escape(word)}")
        count = 3.0 * bool(start.search(title)) + min(len(start.findall(rest)), 5) * 0.5
        within = len(word) >= 4 and (word in title or word in rest)
        found.append(count or 0.1 * within)
    return found


def folded(text: str) -> str:
    """Return a text as it is compared: lower case, without accents, digits on the line."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))
