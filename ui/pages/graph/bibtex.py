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
            "journal": row.get("venue"),
            "year": row.get("year"),
            "doi": row.get("doi"),
        }
        lines = [f"  {field} = {{{_escaped(value)}}}" for field, value in fields.items() if value]
        entries.append(f"@article{{{name},\n" + ",\n".join(lines) + "\n}\n")
    return "\n".join(entries)


def _escaped(value: Any) -> str:
    text = "".join(c if c.isprintable() else " " for c in str(value))
    return "".join(_SPECIAL.get(c, c) for c in text)
