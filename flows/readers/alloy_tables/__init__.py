"""Tables of alloys: which column says what, and what each row says."""

from hypograph.flows.readers.alloy_tables.columns import Columns, find_columns
from hypograph.flows.readers.alloy_tables.rows import AlloyReading, AlloyRow, Skipped, document, read_alloy_table

__all__ = ["AlloyReading", "AlloyRow", "Columns", "Skipped", "document", "find_columns", "read_alloy_table"]
