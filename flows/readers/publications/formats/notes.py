"""Plain text and Markdown: a note whose first line is its title."""

from __future__ import annotations

from pathlib import Path

from hypograph.flows.readers.publications.fields import Found, records_from
from hypograph.flows.readers.publications.files import open_text
from hypograph.flows.readers.publications.formats.pdf import own_doi
from hypograph.flows.readers.publications.registry import Reader, register


def read_note(path: Path) -> Found:
    """Read a text file: the first line is the title, the rest the abstract; its DOI only where it says so."""
    with open_text(path) as file:
        lines = [line.strip() for line in file.read().strip().splitlines()]
    row: dict[str, object] = {
        "title": lines[0].lstrip("# ") if lines else "",
        "abstract": " ".join(lines[1:]),
        "doi": own_doi([line for line in lines[:40] if line]),
    }
    yield from records_from(row, where=str(path), source=path.name)


register(Reader("note", "a note: title, then text", (".txt", ".md"), lambda head: 0.0, read_note))
