"""Labelled text: records whose fields begin with their names in words, as databases print them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hypograph.flows.readers.publications.registry import read_publications

ENGINEERING_VILLAGE = """Data Provider: Engineering Village
Copyright 2024

<RECORD 1>

Accession number:20190001
Title:Laser cladding of FeCoCrNi coatings
Authors:Zhang, H. (1); He, Y.Z. (1, 2)
Author affiliation:(1) An institute
Source title:Surface and Coatings Technology
Publication year:2019
Abstract:Coatings were made.
Results: they are hard.
Controlled terms:Coatings; Laser cladding
DOI:10.1000/ev.1

<RECORD 2>

Accession number:20190002
Title:Second title
Authors:Li, W.
Publication year:2018
Abstract:More.
"""
PROQUEST = f"""Report Information from ProQuest
{"_" * 60}

Document 1 of 2

Laser cladding of FeCoCrNi coatings

Author: Zhang, H.; He, Y.Z.

Abstract: Coatings were made. Results: they are hard.

Links: http://example.org/1
Publication title: Surface and Coatings Technology; London
Publication year: 2019
DOI: https://doi.org/10.1000/ev.1

{"_" * 60}

Document 2 of 2

Second title

Author: Li, W.

Abstract: More.

Publication year: 2018

{"_" * 60}

Contact us at: http://example.org
"""
OVID = """<1>
Unique Identifier
  1
Title
  Laser cladding of FeCoCrNi coatings
Authors
  Zhang, H.; He, Y.Z.
Source
  Surface and Coatings Technology. 44(2):100-110, 2019 Jan.
Abstract
  Coatings were made. Results: they are hard.
DOI
  10.1000/ev.1

<2>
Title
  Second title
Authors
  Li, W.
Source
  Wear. 1(1):1-2, 2018.
Abstract
  More.
"""
SCIFINDER = """START_RECORD
FIELD Database:CAPLUS
FIELD Title:Laser cladding of FeCoCrNi coatings
FIELD Abstract:Coatings were made. Results: they are hard.
FIELD Author:Zhang, H.; He, Y.Z.
FIELD Journal Title:Surface and Coatings Technology
FIELD Publication Year:2019
FIELD DOI:10.1000/ev.1
END_RECORD
START_RECORD
FIELD Title:Second title
FIELD Abstract:More.
FIELD Author:Li, W.
FIELD Publication Year:2018
END_RECORD
"""
SPACED = """TITLE          Laser cladding of FeCoCrNi coatings
AUTHOR(S)      Zhang, H.; He, Y.Z.
SOURCE         Surface and Coatings Technology. 12 (2019)
ABSTRACT       Coatings were made.
               Results: they are hard.
DOI            10.1000/ev.1

TITLE          Second title
AUTHOR(S)      Li, W.
SOURCE         Wear. 1 (2018)
ABSTRACT       More.
"""
TWO_LANGUAGES = """Title-题名: Laser cladding of FeCoCrNi coatings
Author-作者: Zhang, H.;He, Y.Z.
Source-文献来源: Surface and Coatings Technology
Summary-摘要: Coatings were made. Results: they are hard.
Year-年: 2019
DOI-标识: 10.1000/ev.1

Title-题名: Second title
Author-作者: Li, W.
Summary-摘要: More.
Year-年: 2018
"""

IN_BRACES = """{Reference Type}: Journal Article
{Title}: Laser cladding of FeCoCrNi coatings
{Author}: Zhang, H.
{Author}: He, Y.Z.
{Year}: 2019
{Journal}: Surface and Coatings Technology
{Abstract}: Coatings were made. Results: they are hard.
{DOI}: 10.1000/ev.1

{Reference Type}: Journal Article
{Title}: Second title
{Author}: Li, W.
{Year}: 2018
{Abstract}: More.
"""


IN_BRACKETS = """【题　名】Laser cladding of FeCoCrNi coatings
【作　者】Zhang, H.;He, Y.Z.
【刊　名】Surface and Coatings Technology
【年　份】2019
【摘　要】Coatings were made. Results: they are hard.
【DOI】10.1000/ev.1

【题　名】Second title
【作　者】Li, W.
【年　份】2018
【摘　要】More.
"""
UNKNOWN_FIRST = """SrcDatabase-来源库: 期刊
Title-题名: Laser cladding of FeCoCrNi coatings
Author-作者: Zhang, H.;He, Y.Z.
Source-文献来源: Surface and Coatings Technology
Summary-摘要: Coatings were made. Results: they are hard.
DOI-标识: 10.1000/ev.1
Year-年: 2019
Volume-卷: 36

SrcDatabase-来源库: 期刊
Title-题名: Second title
Author-作者: Li, W.
Summary-摘要: More.
Year-年: 2018
Volume-卷: 37
"""
AFFILIATIONS = """Author: Zhang, H.
Affiliation: ETH
Author: He, Y.Z.
Affiliation: MIT
Title: Laser cladding of FeCoCrNi coatings
Journal: Surface and Coatings Technology
Abstract: Coatings were made. Results: they are hard.
DOI: 10.1000/ev.1
Year: 2019

Author: Li, W.
Affiliation: MIT
Title: Second title
Abstract: More.
Year: 2018
"""


@pytest.mark.parametrize(
    "text",
    [
        IN_BRACKETS,
        UNKNOWN_FIRST,
        AFFILIATIONS,
        IN_BRACES,
        ENGINEERING_VILLAGE,
        PROQUEST,
        OVID,
        SCIFINDER,
        SPACED,
        TWO_LANGUAGES,
    ],
)
def test_every_record_is_read_with_its_fields(text: str, tmp_path: Path) -> None:
    (tmp_path / "export.txt").write_text(text, "utf-8")
    report = read_publications(tmp_path / "export.txt")
    assert not report.problems
    first, second = report.publications
    assert (first.title, first.year, first.doi) == ("Laser cladding of FeCoCrNi coatings", 2019, "10.1000/ev.1")
    assert (first.authors, first.venue) == (("Zhang, H.", "He, Y.Z."), "Surface and Coatings Technology")
    assert first.abstract == "Coatings were made. Results: they are hard."
    assert (second.title, second.year, second.abstract, second.authors) == ("Second title", 2018, "More.", ("Li, W.",))
    assert not second.doi


def test_front_matter_of_a_note_is_its_fields(tmp_path: Path) -> None:
    note = (
        '---\ntitle: "Boron in steel"\nauthor: Doe, J.\ndate: 2011-03-01\ntags: [boron, steel]\n---\nBoron hardens.\n'
    )
    (tmp_path / "boron.md").write_text(note, "utf-8")
    (found,) = read_publications(tmp_path / "boron.md").publications
    assert (found.title, found.year, found.abstract) == ("Boron in steel", 2011, "Boron hardens.")
    assert (found.authors, found.keywords) == (("Doe, J.",), ("boron", "steel"))


def test_a_note_stays_a_note(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("On borides\n\nWe saw this: ReB2 is hard.\nThe source: our furnace.\n", "utf-8")
    (found,) = read_publications(tmp_path / "note.txt").publications
    assert found.title == "On borides"
    assert found.abstract.startswith("We saw this: ReB2 is hard.")


def test_records_that_begin_with_another_field_are_apart(tmp_path: Path) -> None:
    """A second title below a blank line begins a record, though it lacks the field that the first began with."""
    text = "No: 1\nTitle: One\nYear: 2011\nPublisher: X\n\nTitle: Two\nYear: 2012\n\nNo: 3\nTitle: Three\nYear: 2013\n"
    (tmp_path / "export.txt").write_text(text, "utf-8")
    found = read_publications(tmp_path / "export.txt").publications
    assert [(p.title, p.year) for p in found] == [("One", 2011), ("Two", 2012), ("Three", 2013)]


def test_terms_between_spaced_hyphens_and_text_below_the_fields(tmp_path: Path) -> None:
    terms = "Controlled terms: Garnets - Li-ion batteries - Ionic conduction"
    text = f"Title: On garnets\nYear: 2011\n{terms}\n\nWe made pellets.\nResults: hard.\n"
    (tmp_path / "export.txt").write_text(text, "utf-8")
    (found,) = read_publications(tmp_path / "export.txt").publications
    assert found.keywords == ("Garnets", "Li-ion batteries", "Ionic conduction")
    assert found.abstract == "We made pellets. Results: hard."


def test_titles_alone_are_records_each(tmp_path: Path) -> None:
    (tmp_path / "titles.txt").write_text("Title: A one\nAuthor: X\nTitle: B two\nTitle: C three\nAuthor: D\n", "utf-8")
    found = read_publications(tmp_path / "titles.txt").publications
    assert [(p.title, p.authors) for p in found] == [("A one", ("X",)), ("B two", ()), ("C three", ("D",))]


def test_a_record_without_a_title_is_said_and_the_head_of_an_export_is_none(tmp_path: Path) -> None:
    text = "Export\nDate: 2024-01-02\n__________\nTitle: A\nAuthor: X\n__________\nAuthor: Y\nYear: 2002\n__________\n"
    (tmp_path / "export.txt").write_text(text, "utf-8")
    report = read_publications(tmp_path / "export.txt")
    assert [p.title for p in report.publications] == ["A"]
    assert len(report.problems) == 1
    assert "neither title nor abstract" in report.problems[0]
    assert "line 7" in report.problems[0]


def test_lists_of_front_matter_are_lists(tmp_path: Path) -> None:
    note = "---\ntitle: Boron\nauthors:\n  - Doe, J.\n  - Roe, A.\ntags:\n  - boron\nyear: 2011\n---\nBoron hardens.\n"
    (tmp_path / "boron.md").write_text(note, "utf-8")
    (found,) = read_publications(tmp_path / "boron.md").publications
    assert (found.authors, found.keywords, found.year) == (("Doe, J.", "Roe, A."), ("boron",), 2011)
