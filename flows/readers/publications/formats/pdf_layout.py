"""The first page of a PDF as lines with their size: the title is its largest text, the authors follow it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hypograph.flows.readers.publications.identifiers import title_key
from hypograph.flows.readers.publications.names import authors_of

if TYPE_CHECKING:
    from pypdf import PageObject

# What programs write for a title: the name of a file, of a template, of nothing.
_NO_TITLE: Final = re.compile(
    r"^\s*(?:microsoft (?:word|powerpoint)\s*-.*"
    r"|.*\.(?:docx?|tex|dvi|indd|qxd|qxp|pdf|ps|eps|rtf|odt|pptx?|fm|p65|xml)\b.*"
    r"|untitled.*|title|document\d*|layout \d+|slide \d+|template.*|pii:?.*|doi:?.*|10\.\d{4,9}/\S+|[\W\d_]*|\S+_\S+"
    r"|no title|arxiv:.*|full ?text.*|manuscript.*|paper|article|final.*version.*)\s*$",
    re.IGNORECASE,
)
# Lines around a title that are none.
_FURNITURE: Final = re.compile(
    r"arxiv:|^[a-z-]+/\d{7}\b"
    r"|https?://|www\.|\bdoi\b|\bissn\b|©|contents lists|journal homepage|sciencedirect|e-?mail|@|proceedings of"
    r"|\bvol\.?\s*\d|\bvolume\s+\d|\(\d{4}\)\s*\d+|^\W*(?:received|accepted|published|available online|copyright)\b"
    r"|^\W*(?:research|original|review|regular|full|short|open)?\s*"
    r"(?:article|paper|communication|letter|access|report)s?\W*$"
    r"|^\W*(?:abstract|a\s?r\s?t\s?i\s?c\s?l\s?e\s*i\s?n\s?f\s?o|keywords|introduction)\b|^\s*page \d+|^[\W\d]+$",
    re.IGNORECASE,
)
_NAMES: Final = re.compile(r"(?:[A-ZÀ-Þ][\w'’.-]*|(?:de|van|von|der|den|la|di|al|el|bin|da|dos|ter)\b)(?:\s+|$)")
_MARKS: Final = re.compile(
    r",\s?(?:(?:Student|Senior|Life)\s)?(?:Member|Fellow)(?:,\s?(?:IEEE|OSA))?(?=,|\sand\b|\s?$)"
    r"|,?\s?\d*,?[a-z]\)|[\d*†‡§¶#⁎∗]+(?:,[\d*†‡§¶a-f]+)*|(?<=\s)[a-f](?=[,\s]|$)|(?<=[a-z])[a-f](?=,\s?[*∗⁎])"
)


_LIGATURES: Final = str.maketrans({"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl", "ﬆ": "st", "ﬅ": "st"})
# What stands where a person is looked for.
_NOBODY: Final = re.compile(
    r"[\d_@{}]|\bet al\b|journal|press\b|universit|publish|elsevier|springer|wiley|ieee"
    r"|\b(?:inc|ltd|user|admin|windows)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Line:
    """A line of a page: its text, the size of most of its letters, and its height on the page (0 foot, 1 head)."""

    text: str
    size: float
    height: float
    upright: bool = True


def page_lines(page: PageObject) -> list[Line]:
    """Return the lines of a page in the order of its text, each with its size."""
    top = float(page.mediabox.top) or 1.0
    pieces: list[tuple[str, float, float, bool]] = []

    def visit(text: str, cm: Sequence[float], tm: Sequence[float], font: object, size: float) -> None:
        if not text:
            return
        scale = abs(tm[3] or tm[0] or tm[1]) * (abs(cm[3] or cm[0]) or 1.0)
        y = tm[5] * (cm[3] or 1.0) + cm[5]
        pieces.append((text, abs(float(size)) * scale, y, abs(tm[1]) < 0.1))

    page.extract_text(visitor_text=visit)
    return _grouped(pieces, top)


def _grouped(pieces: Sequence[tuple[str, float, float, bool]], top: float) -> list[Line]:
    lines: list[Line] = []
    current: list[tuple[str, float, float, bool]] = []

    def close() -> None:
        text = unligatured(" ".join("".join(p[0] for p in current).split()))
        if text:
            letters = [p for p in current if p[0].strip()]
            size = max({p[1] for p in letters}, key=lambda s: sum(len(p[0]) for p in letters if p[1] == s))
            lines.append(Line(text, round(size, 1), letters[0][2] / top, letters[0][3]))
        current.clear()

    for text, size, y, upright in pieces:
        parts = text.split("\n")
        for number, part in enumerate(parts):
            if number:
                close()
            if part:
                solid = next((p for p in reversed(current) if p[0].strip()), None)
                if part.strip() and solid and abs(y - solid[2]) > 0.7 * max(size, solid[1], 1.0):
                    close()
                current.append((part, size, y, upright))
    close()
    return lines


def unligatured(text: str) -> str:
    """Return a text whose ligatures are letters again."""
    return text.translate(_LIGATURES)


def said_title(lines: Sequence[Line], page: str, metadata: str) -> str:
    """Return the title: the document's own word for it where the page has it too, else the largest text of the page."""
    metadata = " ".join(metadata.split())
    usable = bool(metadata) and not _NO_TITLE.match(metadata) and len(metadata) > 5
    if usable and len(title_key(metadata)) >= 12 and title_key(metadata) in title_key(page):
        return metadata
    drawn, large = _largest(lines)
    if drawn and (large or not usable):
        return drawn
    return (
        metadata
        if usable
        else next((t for t in map(str.strip, page.splitlines()) if len(t) > 10 and not _FURNITURE.search(t)), "")
    )


def _largest(lines: Sequence[Line]) -> tuple[str, bool]:
    """Return the largest text in the upper part of a page, and whether it is larger than the text around it."""
    usable = [
        (i, line)
        for i, line in enumerate(lines)
        if line.upright
        and line.height > 0.35
        and not _FURNITURE.search(line.text)
        and sum(c.isalpha() for c in line.text) > 3
    ]
    if not usable:
        return "", False
    body = sorted(line.size for line in lines for _ in range(len(line.text)))
    usual = body[len(body) // 2] if body else 0.0
    for size in sorted({line.size for _, line in usable}, reverse=True):
        first = next((i for i, line in usable if line.size == size), -1)
        parts = [lines[first].text]
        for line in lines[first + 1 :]:
            if abs(line.size - size) > 0.6 or not line.upright or _FURNITURE.search(line.text) or len(parts) > 5:
                break
            if size <= usual * 1.1:
                break  # no larger than the text: one line, or the abstract would follow it
            parts.append(line.text)
        text = re.sub(r"(?<=[a-z])-\s(?=[a-z])", "", " ".join(parts))
        if len(text.split()) >= 3 and sum(c.isalpha() for c in text) >= 12:
            return re.sub(r"\s*[*†‡§]+$", "", text), size > usual * 1.1
    return "", False


def said_authors(lines: Sequence[Line], title: str, metadata: str) -> list[str]:
    """Return the authors: the lines after the title, or the document's own word where it names as many people."""
    own = [] if _NOBODY.search(metadata) else list(authors_of(metadata))
    own = own if all(", " in name for name in own) else []
    drawn = _after_title(lines, title)
    return drawn if len(drawn) > len(own) else own


def _after_title(lines: Sequence[Line], title: str) -> list[str]:
    """Return the names in the lines that follow the title."""
    key = title_key(title)
    flat = [title_key(line.text) for line in lines]
    last = next((i for i, text in enumerate(flat) if len(text) > 3 and key.endswith(text[-20:])), None)
    found: list[str] = []
    for line in lines[last + 1 : last + 6] if last is not None else ():
        parts = [p for part in re.split(r",|;|\band\b|&", _MARKS.sub("", line.text)) if (p := part.strip(" ,;."))]
        if not parts or not all(2 <= len(p.split()) <= 5 and not _NAMES.sub("", p + " ").strip() for p in parts):
            break
        found.extend(parts)
        if not re.search(r"(?:,|\band|&|;)[\d\W]*$", line.text):
            break
    return list(authors_of(found if len(found) > 1 else "".join(found)))
