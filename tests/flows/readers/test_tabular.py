"""The one reader of tables: files of every kind that people have, and what must be refused."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypograph.flows.readers.tabular import (
    Table,
    convert,
    header_unit,
    missing,
    number,
    parse_table,
    parse_unit,
    read_column,
    read_table,
)
from hypograph.models.core.errors import InputError, MissingFileError

PLAIN = "base,T,yield\nA,40,10.5\nB,60,20\n"


def parsed(text: str, encoding: str = "utf-8") -> Table:
    return parse_table(text.encode(encoding), "t.csv")


def cells(table: Table) -> list[list[object]]:
    return [list(r.cells) for r in table.rows]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_encodings_and_line_ends(separator: str, encoding: str, end: str) -> None:
    text = PLAIN.replace(",", separator).replace("A", "Ét3N").replace("\n", end)
    table = parse_table(text.encode(encoding), "t.csv")
    assert table.header == ["base", "T", "yield"]
    assert cells(table) == [["Ét3N", "40", "10.5"], ["B", "60", "20"]]
    assert [r.number for r in table.rows] == [2, 3]


@pytest.mark.parametrize("name", ["a.csv", "a.CSV", "a.tsv", "a.TXT", "a.csv.gz", "a.xlsx", "a.XLSX", "misnamed.csv"])
def test_a_file_is_told_by_its_content(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if "xlsx" in name.lower() or name.startswith("misnamed"):
        book = openpyxl.Workbook()
        for row in (["base", "T"], ["A", 40], ["01", 60.5]):
            book.active.append(row)
        book.save(tmp_path / "b.xlsx")
        path.write_bytes((tmp_path / "b.xlsx").read_bytes())
        expected: list[list[object]] = [["A", 40.0], ["01", 60.5]]
    else:
        data = b"base,T\nA,40\n01,60.5\n"
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        expected = [["A", "40"], ["01", "60.5"]]
    assert cells(read_table(path)) == expected


def test_rows_are_numbered_as_in_a_spreadsheet() -> None:
    table = parsed('Runs of May\n\nbase,note,T\nA,"two\nlines",40\n,,\n\nB,x,60\n')
    assert table.header == ["base", "note", "T"]
    assert [(r.number, r.cells[0]) for r in table.rows] == [(4, "A"), (7, "B")]
    assert any("title" in n for n in table.notes)


def test_blank_columns_are_none_and_nameless_ones_are_named() -> None:
    assert parsed("a,b,\n1,2,\n3,4,\n").header == ["a", "b"]
    table = parsed(",a,b\n0,1,2\n1,3,4\n")
    assert table.header == ["column 1", "a", "b"]
    assert table.nameless == {"column 1"}


def test_a_row_with_more_cells_than_names_is_left_out_and_named() -> None:
    table = parsed("a,b\n1,2\n1,5,2\n3\n")
    assert cells(table) == [["1", "2"], ["3", None]]
    assert [p.row for p in table.problems] == [3]
    assert "3 columns" in table.problems[0].reason


def test_quotes_that_open_nothing_are_letters() -> None:
    table = parsed('tube,T\n"3"" wide",40\n5" wide,60\n"open,80\nlast,90\n')
    assert [r.cells[0] for r in table.rows] == ['3" wide', '5" wide', '"open', "last"]
    assert [r.number for r in table.rows] == [2, 3, 4, 5]


def test_commas_in_numbers_do_not_separate() -> None:
    table = parsed("Zeit, min;Ausbeute, %\n1,5;10,2\n2,0;20,4\n")
    assert table.separator == ";"
    assert read_column(table, "Zeit, min").values == [1.5, 2.0]
    assert read_column(parsed("yield\n10,5\n20,25\n"), "yield").values == [10.5, 20.25]
    assert parsed("sep=;\na;b\n1;2\n").header == ["a", "b"]


@pytest.mark.parametrize(
    "text",
    [
        "base   T\nA   40\nB   60\n",
        "base T\nA 40\nB 60\n",
        '"base,T"\n"A,40"\n"B,60"\n',
        "base T\nA\t40\n".replace(" ", "\t") + "B\t60\n",
    ],
)
def test_cells_parted_by_blanks_and_rows_in_quotes(text: str) -> None:
    table = parsed(text)
    assert (table.header, cells(table)) == (["base", "T"], [["A", "40"], ["B", "60"]])


def test_units_and_groups_in_a_second_row_belong_to_the_header() -> None:
    table = parsed("base,T,time\n,°C,min\nA,40,5\nB,60,9\n")
    assert (table.header, table.rows[0].number) == (["base", "T (°C)", "time (min)"], 3)
    assert "header together" in " ".join(table.notes)
    assert parsed("x [at.%],,y\nAl,Ni,\n1,2,3\n4,5,6\n").header == ["Al [at.%]", "Ni [at.%]", "y"]
    assert parsed("base,T\nA,high\nB,60\nC,70\n").header == ["base", "T"]


def test_two_columns_of_one_name_are_refused_by_name() -> None:
    with pytest.raises(InputError, match="'b'"):
        parsed("a,b,b\n1,2,3\n")
    assert parse_table(b"a,b,b\n1,2,3\n", "t", unique=False).header == ["a", "b", "b"]


@pytest.mark.parametrize(
    "data",
    [b"SQLite format 3\x00abc", b"%PDF-1.7 x", b"a,b\n1,\x002\n", b"\x89PNG\r\n", b"PK\x03\x04none", b"", b"\n\n",
     b"<html><table>", b"\x1f\x8b\x08broken"],
)  # fmt: skip
def test_what_is_no_table_is_refused_in_one_sentence(data: bytes) -> None:
    with pytest.raises(InputError) as error:
        parse_table(data, "x.csv")
    assert "x.csv" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError):
        read_table(tmp_path / "none.csv")


def test_exports_apostrophe_is_taken_off() -> None:
    table = parsed("base,note\n'=A1,'-x\n'quoted',x\n")
    assert cells(table) == [["=A1", "-x"], ["'quoted'", "x"]]


def test_merged_cells_and_sheets_of_a_workbook() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["base", "T"], ["A", 40], [None, 60], ["B", "n/a"]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    book.create_sheet("other").append(["x", "y"])
    file = io.BytesIO()
    book.save(file)
    table = parse_table(file.getvalue(), "w.xlsx")
    assert [r.cells[0] for r in table.rows] == ["A", "A", "B"]
    assert any("merged" in n for n in table.notes)
    assert parse_table(file.getvalue(), "w.xlsx", sheet="other").header == ["x", "y"]
    with pytest.raises(InputError, match="other"):
        parse_table(file.getvalue(), "w.xlsx", sheet="third")


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.250,5", 1250.5), ("1,250.5", 1250.5), ("0,5", 0.5), ("1e-3", 1e-3), ("1,5E-3", 1.5e-3), ("−5", -5.0),
     ("1.250.000", 1250000.0), ("12 500", 12500.0), ("1\u202f250,5", 1250.5), (".5", 0.5), ("0.10", 0.1), ("5.", 5.0)],
)  # fmt: skip
def test_numbers(text: str, value: float) -> None:
    assert number(text) == pytest.approx(value)


@pytest.mark.parametrize(
    "text", ["01", "007", "1_0", "1-2", "A1", "", "nan", "inf", "0x10", "1,2,3", "1.2.3", "1e", "--1", "1e999", "12 5"]
)
def test_what_is_no_number(text: str) -> None:
    assert number(text) is None


@given(st.floats(-1e6, 1e6).map(lambda x: round(x, 2)))
def test_a_column_of_decimal_commas_is_read_back(value: float) -> None:
    texts = [f"{value:.2f}".replace(".", ","), "0,25"]
    table = parsed("x;y\n" + "\n".join(f"{t};a" for t in texts) + "\n")
    assert read_column(table, "x").values == [pytest.approx(value), 0.25]


@given(
    st.lists(
        st.lists(st.text("ab,;\"' 01é\n", min_size=1).filter(lambda s: s.strip() == s), min_size=2, max_size=2),
        min_size=1,
        max_size=6,
    )
)
def test_what_csv_writes_is_read_back(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([["x", "y"], *rows])
    assert cells(parsed(out.getvalue())) == rows


def column(texts: list[str], name: str = "x", **options: str) -> object:
    return read_column(parsed(f"{name};y\n" + "\n".join(f"{t};a" for t in texts) + "\n"), name, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("texts", "kind", "values"),
    [
        (["40", "60"], "number", [40.0, 60.0]),
        (["40", "", "60"], "number", [40.0, None, 60.0]),
        (["40", "NaN", "#DIV/0!"], "number", [40.0, None, None]),
        (["01", "2"], "text", ["01", "2"]),
        (["1_0", "2"], "text", ["1_0", "2"]),
        (["None", "NA", "-"], "text", ["None", "NA", "-"]),
        (["1e-3", "2e-3"], "number", [1e-3, 2e-3]),
        (["40 °C", "60°C"], "number", [40.0, 60.0]),
        (["4a", "5a"], "text", ["4a", "5a"]),
        (["500 mg", "0,5 g"], "number", [500.0, 500.0]),
        (["1.250", "0,5"], "number", [1250.0, 0.5]),
        (["2024-01-01", "2024-01-02"], "date", ["2024-01-01", "2024-01-02"]),
        (["01.02.2024", "3.4.24"], "date", ["01.02.2024", "3.4.24"]),
        (["5 mol%", "10 mol%"], "number", [5.0, 10.0]),
    ],
)
def test_columns(texts: list[str], kind: str, values: list[object]) -> None:
    found = column(texts)
    assert found.kind == kind  # type: ignore[attr-defined]
    assert found.values == values  # type: ignore[attr-defined]


def test_a_number_without_the_unit_of_the_others_is_named() -> None:
    found = column(["10 %", "0.2", "35 %", "30 %"])
    assert found.values == [10.0, None, 35.0, 30.0]  # type: ignore[attr-defined]
    assert [p.row for p in found.problems] == [3]  # type: ignore[attr-defined]


def test_forced_kinds() -> None:
    found = column(["10", "good", "007"], kind="number")
    assert found.values == [10.0, None, 7.0]  # type: ignore[attr-defined]
    assert [p.row for p in found.problems] == [3]  # type: ignore[attr-defined]
    assert column(["1", "2"], kind="text").values == ["1", "2"]  # type: ignore[attr-defined]
    with pytest.raises(InputError, match="no such type"):
        column(["1"], kind="colour")


def test_a_number_that_could_be_two_is_told() -> None:
    found = column(["1.250", "2.500"])
    assert found.values == [1.25, 2.5]  # type: ignore[attr-defined]
    assert any("1.250" in n for n in found.notes)  # type: ignore[attr-defined]
    assert column(["1.250", "2.500"], decimal=",").values == [1250.0, 2500.0]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("header", "expected"),
    [("T (°C)", ("T", "°C")), ("t [h]", ("t", "h")), ("p / bar", ("p", "bar")), ("load, mol%", ("load", "mol%")),
     ("er (R:S)", ("er (R:S)", "")), ("ligand", ("ligand", "")), ("time_min", ("time", "min")),
     ("flow (mL/min)", ("flow", "mL/min"))],
)  # fmt: skip
def test_units_in_headers(header: str, expected: tuple[str, str]) -> None:
    assert header_unit(header) == expected


def test_conversion_keeps_to_one_kind() -> None:
    assert convert(313.15, "K", "°C") == pytest.approx(40.0)
    assert convert(90, "min", "h") == pytest.approx(1.5)
    assert convert(5, "mol%", "equiv") == pytest.approx(0.05)
    assert convert(5, "mol%", "wt%") is None
    assert convert(1, "nonsense", "g") is None
    assert parse_unit("m**9**9**9") is None


def test_missing_values() -> None:
    assert all(missing(v) for v in (None, "", " ", "NaN", "nan", "#N/A", "#DIV/0!", float("nan")))
    assert not any(missing(v) for v in ("None", "NA", "-", "N/A", 0, 0.0, False, "0"))


def test_cells_that_are_shown_as_percent_are_said(tmp_path: Path) -> None:
    """What the sheet shows as 85% stands in the file as 0.85: nobody sees that in the numbers."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["ligand", "yield", "T"], ["XPhos", 0.85, 60], ["SPhos", 0.4, 80], ["dppf", 12, 80]):
        sheet.append(row)
    for at in ("B2", "B3"):
        sheet[at].number_format = "0.0%"
    book.save(tmp_path / "runs.xlsx")
    notes = read_table(tmp_path / "runs.xlsx").notes
    assert notes == ["yield: formatted as percent, 85% is read as 0.85; some of its numbers are not formatted so"]
    for at in ("B2", "B3"):
        sheet[at].number_format = "0.0"
    book.save(tmp_path / "plain.xlsx")
    assert read_table(tmp_path / "plain.xlsx").notes == []
