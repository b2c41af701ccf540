"""Publications for reference managers: BibTeX, RIS and CSL-JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

Row = Mapping[str, object]
# The characters that TeX takes for its own.
_SPECIAL: Final = {
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


def _title(row: Row) -> str:
    """Return the title, the key where there is none; that it was retracted is said as publishers say it."""
    title = str(row.get("title") or row["key"])
    said = re.search(r"retract|withdrawn|removed", title, re.IGNORECASE)
    return f"RETRACTED: {title}" if row.get("retracted") and not said else title


def bibtex(publications: Iterable[Row]) -> str:
    """Write publications as BibTeX entries.

    Parameters
    ----------
    publications
        Each with `key`, and of `title`, `venue`, `year`, `doi`, `authors` (``Family, Given``), `abstract` and
        `keywords` what is known; the others may lack or be None.

    Examples
    --------
    >>> print(bibtex([{"key": "10.1/a", "title": "On steel", "authors": ["Doe, Jane"], "year": 2020}]))
    @article{10.1/a,
      title = {On steel},
      author = {Doe, Jane},
      year = {2020}
    }
    <BLANKLINE>
    """
    entries = []
    used: set[str] = set()
    for row in publications:
        name = re.sub(r"[^A-Za-z0-9.:/-]+", "-", str(row["key"]))[:80] or "paper"
        while name in used:
            name += "a"
        used.add(name)
        fields = {
            "title": _title(row),
            "author": " and ".join(_guarded(name) for name in _texts(row.get("authors"))),
            "journal": row.get("venue"),
            "year": row.get("year"),
            "doi": row.get("doi"),
            "abstract": row.get("abstract"),
        }
        lines = [f"  {field} = {{{_escaped(value)}}}" for field, value in fields.items() if value]
        if keywords := _texts(row.get("keywords")):
            lines.append(f"  keywords = {{{_escaped('; '.join(keywords))}}}")
        entries.append(f"@article{{{name},\n" + ",\n".join(lines) + "\n}\n")
    return "\n".join(entries)


def _guarded(name: str) -> str:
    return re.sub(r"\s+and\s+", " & ", name)  # "and" parts names


def _escaped(value: object) -> str:
    return "".join(_SPECIAL.get(c, c) for c in _line(value))


def _line(value: object) -> str:
    """Return a value on one line, with printable characters only."""
    return "".join(c if c.isprintable() else " " for c in str(value))


def _texts(value: object) -> list[str]:
    """Return texts that come as a list, or as one text parted by semicolons."""
    parts = value if isinstance(value, list | tuple) else str(value or "").split(";")
    return [text for v in parts if (text := str(v).strip())]


def ris(publications: Iterable[Row]) -> str:
    """Write publications as RIS; fields as for `bibtex`.

    Examples
    --------
    >>> print(ris([{"key": "10.1/a", "title": "On steel", "doi": "10.1/a"}]))
    TY  - JOUR
    TI  - On steel
    DO  - 10.1/a
    ER  -
    <BLANKLINE>
    """
    entries = []
    for row in publications:
        lines: list[tuple[str, object]] = [("TY", "JOUR"), ("TI", _title(row))]
        lines += [("AU", name) for name in _texts(row.get("authors"))]
        named = {"JO": "venue", "PY": "year", "DO": "doi", "AB": "abstract"}
        lines += [(tag, row[field]) for tag, field in named.items() if row.get(field)]
        lines += [("KW", word) for word in _texts(row.get("keywords"))]
        entries.append("".join(f"{tag}  - {_line(value)}\n" for tag, value in lines) + "ER  - \n")
    return "\n".join(entries)


def csl(publications: Iterable[Row]) -> str:
    """Write publications as CSL-JSON; fields as for `bibtex`."""
    return json.dumps([_csl_item(row) for row in publications], ensure_ascii=False, indent=1) + "\n"


def _csl_item(row: Row) -> dict[str, object]:
    people = [dict(zip(("family", "given"), name.split(", ", 1), strict=False)) for name in _texts(row.get("authors"))]
    item: dict[str, object] = {
        "id": row["key"],
        "type": "article-journal",
        "title": _title(row),
        "author": people,
        "container-title": row.get("venue"),
        "issued": {"date-parts": [[row["year"]]]} if row.get("year") else None,
        "DOI": row.get("doi"),
        "abstract": row.get("abstract"),
        "keyword": ", ".join(_texts(row.get("keywords"))),
    }
    return {name: value for name, value in item.items() if value}


FORMATS: Final[dict[str, Callable[[Iterable[Row]], str]]] = {"bibtex": bibtex, "ris": ris, "csl": csl}
