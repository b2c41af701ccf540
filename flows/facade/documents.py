"""Documents of results as a person reads them: dictionaries that print as a short list and show as a table."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

WIDTH: Final = 100
SHOWN: Final = 6  # rows of a list that are printed
DEEP: Final = 2  # levels of mappings that are printed


class Document(dict[str, Any]):
    """What a function found: a dictionary, the same document that the command prints as JSON, which shows itself.

    Every value is there by its key; the print leaves out what is empty, shortens long texts and counts long lists.

    Examples
    --------
    >>> from hypograph.flows.facade.documents import documented
    >>> found = documented({"statement": "It hardens.", "belief": 0.61803, "cost": None, "rows": [{"a": 1}, {"a": 2}]})
    >>> found
    statement  It hardens.
    belief     0.618
    rows       2 rows of a
    >>> found["belief"], found["rows"].to_dataframe()["a"].sum().item()
    (0.61803, 3)
    """

    def __repr__(self) -> str:
        return "\n".join(_lines(self, 1)) or "nothing"

    def _repr_html_(self) -> str:
        return _table(self)


class Records(list[Any]):
    """Mappings in a list, which shows itself as a table.

    Examples
    --------
    >>> from hypograph.flows.facade.documents import documented
    >>> documented([{"source": "records", "belief": 0.5}])
        source  belief
    0  records     0.5
    """

    def to_dataframe(self) -> pd.DataFrame:
        """Return the rows as a data frame."""
        import pandas as pd

        return pd.DataFrame.from_records([dict(row) for row in self])

    def __repr__(self) -> str:
        if not self:
            return "nothing"
        text = self._brief().to_string(max_rows=20, max_cols=8, max_colwidth=60)
        return str(text)

    def _repr_html_(self) -> str:
        return str(self._brief().to_html(escape=True, max_rows=20)) if self else "<p>nothing</p>"

    def _brief(self) -> pd.DataFrame:
        """Return the table with nested values written short."""
        return self.to_dataframe().map(lambda value: _short(value) if isinstance(value, dict | list | tuple) else value)


def documented(value: Any) -> Any:
    """Return a value in which mappings are documents and lists of mappings are records; others are as they were."""
    if isinstance(value, Mapping):
        return Document({str(k): documented(v) for k, v in value.items()})
    if isinstance(value, list | tuple) and value and all(isinstance(v, Mapping) for v in value):
        return Records(documented(v) for v in value)
    return value


def _kept(document: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in document.items() if not _empty(v)}


def _empty(value: Any) -> bool:
    if isinstance(value, Mapping):
        return not _kept(value)
    return value is None or (isinstance(value, str | list | tuple) and not value)


def _lines(document: Mapping[str, Any], depth: int) -> list[str]:
    rows = _kept(document)
    pad = max((len(k) for k in rows), default=0) + 2
    lines: list[str] = []
    for name, value in rows.items():
        if isinstance(value, Mapping) and depth < DEEP:
            lines += [name, *(f"  {line}" for line in _lines(value, depth + 1))]
            continue
        wrapped = textwrap.wrap(_short(value), WIDTH - pad) or [""]
        lines += [f"{name:<{pad}}{wrapped[0]}", *(" " * pad + more for more in wrapped[1:4])]
        if len(wrapped) > 4:
            lines[-1] += " …"
    return lines


def _short(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, Records):
        return f"{len(value)} {'row' if len(value) == 1 else 'rows'} of {', '.join(map(str, value[0]))}"
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_short(v)}" for k, v in list(_kept(value).items())[:SHOWN])
    if isinstance(value, list | tuple):
        more = f" and {len(value) - SHOWN} more" if len(value) > SHOWN else ""
        return ", ".join(map(_short, value[:SHOWN])) + more
    return str(value)


def _table(document: Mapping[str, Any]) -> str:
    cells = []
    for name, value in _kept(document).items():
        if isinstance(value, Document | Records):
            summary = escape(_short(value)[:WIDTH])
            shown = f"<details><summary>{summary}</summary>{value._repr_html_()}</details>"
        else:
            shown = escape(_short(value))
        cells.append(
            f'<tr><th style="text-align:left">{escape(name)}</th><td style="text-align:left">{shown}</td></tr>'
        )
    return f"<table>{''.join(cells)}</table>"
