"""How results show themselves in a notebook: as data frames and HTML tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    import pandas as pd

Row = TypeVar("Row")


class Rows(Sequence[Row], Generic[Row]):
    """A list of results that prints as a table.

    Parameters
    ----------
    rows
        The results, in order.
    records
        The same as mappings of column to value, for tables.
    index
        Column that names the rows.
    note
        A sentence that is printed below.
    """

    def __init__(
        self, rows: Sequence[Row], records: Sequence[Mapping[str, Any]], index: str = "", note: str = ""
    ) -> None:
        self.note = note
        self._rows, self._records, self._index = list(rows), [dict(r) for r in records], index

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def __getitem__(self, key: Any) -> Any:
        return self._rows[key]

    def __repr__(self) -> str:
        shown = self.to_dataframe().to_string() if self._records else "nothing"
        return f"{shown}\n{self.note}" if self.note else shown

    def _repr_html_(self) -> str:
        shown = str(self.to_dataframe().to_html(escape=True)) if self._records else "<p>nothing</p>"
        return f"{shown}<p>{escape(self.note)}</p>" if self.note else shown

    def to_dataframe(self) -> pd.DataFrame:
        """Return the results as a data frame, a row for each."""
        import pandas as pd

        frame = pd.DataFrame.from_records(self._records)
        return frame.set_index(self._index) if self._index and self._index in frame else frame

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the results as plain records."""
        return [dict(r) for r in self._records]
