"""Plain text and Markdown: a note whose first line is its title."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from hypograph.flows.readers.publications.fields import Found, records_from
from hypograph.flows.readers.publications.files import open_text
from hypograph.flows.readers.publications.formats.pdf import own_doi
from hypograph.flows.readers.publications.registry import Reader, register
from hypograph.models.core.errors import MalformedRowError

_FIELD: Final = re.compile(r"[A-Z][A-Z0-9]{1,3}\s*[-:]\s|[A-Z][A-Z0-9] \S|%\w |[\w-]{1,20}:\s|[{<\[]|\S+\s*=\s*\S")
_DOI_ALONE: Final = re.compile(r"(?:doi:\s*|https?://\S*/)?10\.\d{4,9}/\S+", re.IGNORECASE)
# "Doe, J., & Roe, A. (2001). On steel. Wear, 1, 2." and "[1] J. Doe, Wear 1 (2001) 2."
_CITATION: Final = re.compile(
    r"(?:[\[(]?\d{1,3}[\]).]+\s+)?(?:[A-ZÀ-Þ][\w'’-]+,?\s(?:[A-ZÀ-Þ]\.|[A-ZÀ-Þ]{1,2}\b)|(?:[A-ZÀ-Þ]\.[\s-]?){1,3}[A-ZÀ-Þ][\w'’-]+)"
    r".*?\b(?:1[89]|20)\d\d\b"
)


def read_note(path: Path) -> Found:
    """Read a text file: the first line is the title, the rest the abstract; its DOI only where it says so."""
    with open_text(path) as file:
        lines = [line.strip() for line in file.read().strip().splitlines()]
    told = [line for line in lines if line]
    if len(told) > 3 and sum(bool(_FIELD.match(line)) for line in told) > 0.4 * len(told):
        raise MalformedRowError(
            "this looks like an export of a format that is not read, not like a note",
            where=str(path),
            expected="a title, then text; or RIS, BibTeX, Web of Science, PubMed, EndNote, a table with a header",
        )
    cited = sum(bool(_CITATION.match(line)) for line in told)
    if told and (_DOI_ALONE.fullmatch(told[0]) or (cited > 1 and 2 * cited >= len(told))):
        raise MalformedRowError(
            "this is a list of references or DOIs, not a note",
            where=str(path),
            expected="a title, then text; or an export of the publications",
            hint="Add them to a reference manager by their DOIs, and export from there.",
        )
    if lines and not any(c.isalpha() for c in lines[0]):
        raise MalformedRowError(
            f"the first line, {lines[0][:40]!r}, is no title", where=str(path), expected="a title, then text"
        )
    row: dict[str, object] = {
        "title": lines[0].lstrip("# ") if lines else "",
        "abstract": " ".join(lines[1:]),
        "doi": own_doi([line for line in lines[:40] if line]),
    }
    yield from records_from(row, where=str(path), source=path.name)


register(Reader("note", "a note: title, then text", (".txt", ".md"), lambda head: 0.0, read_note))
