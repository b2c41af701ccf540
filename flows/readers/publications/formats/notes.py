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
