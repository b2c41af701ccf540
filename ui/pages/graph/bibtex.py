"""Publications as BibTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

# The characters that TeX takes for its own.
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def bibtex(publications: Iterable[dict[str, Any]]) -> str:
    """Write publications (`key`, `title`, `venue`, `year`, `doi`, each may be None) as BibTeX entries."""
    entries = []
    used: set[str] = set()
    for row in publications:
        name = re.sub(r"[^A-Za-z0-9.:/-]+", "-", str(row["key"]))[:80] or "paper"
        while name in used:
            name += "a"
        used.add(name)
        fields = {
            "title": row.get("title") or row["key"],
            "author": _authors(row.get("authors")),
            "journal": row.get("venue"),
            "year": row.get("year"),
            "doi": row.get("doi"),
        }
        lines = [f"  {field} = {{{_escaped(value)}}}" for field, value in fields.items() if value]
        entries.append(f"@article{{{name},\n" + ",\n".join(lines) + "\n}\n")
    return "\n".join(entries)


def _authors(value: Any) -> str:
    """Join authors as BibTeX does, whether they come as a list or as text parted by semicolons."""
    names = value if isinstance(value, list | tuple) else str(value or "").split(";")
    return " and ".join(str(name).strip() for name in names if str(name).strip())


def _escaped(value: Any) -> str:
    text = "".join(c if c.isprintable() else " " for c in str(value))
    return "".join(_SPECIAL.get(c, c) for c in text)
