"""The one reader of tables: separated text and workbooks as people have them.

`parse_table` gives a `Table` (header, rows with their numbers, notes, rows left out); `read_column` understands one
of its columns as numbers with a unit, names or dates. `number`, `missing` and `header_unit` are the single rules.
"""

from hypograph.models.core.tabular.columns import Column, as_text, read_column
from hypograph.models.core.tabular.numbers import Decimal, decimal_of, missing, number
from hypograph.models.core.tabular.table import Cell, Row, RowProblem, Table, guarded, parse_table
from hypograph.models.core.tabular.units import convert, header_unit, parse_unit, same_unit

__all__ = [
    "Cell",
    "Column",
    "Decimal",
    "Row",
    "RowProblem",
    "Table",
    "as_text",
    "convert",
    "decimal_of",
    "guarded",
    "header_unit",
    "missing",
    "number",
    "parse_table",
    "parse_unit",
    "read_column",
    "same_unit",
]
