"""Identifiers, names and titles have one spelling; what is the same publication is told apart from what is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hypograph.flows.readers.publications.duplicates import deduplicate, same_venue
from hypograph.flows.readers.publications.identifiers import clean_doi, reference_of
from hypograph.flows.readers.publications.names import authors_of
from hypograph.flows.readers.publications.retraction import is_retracted
from hypograph.models.core.records import Publication


@pytest.mark.parametrize(
    ("given", "doi"),
    [
        ("https://dx.doi.org/10.5555/A.B(1)", "10.5555/a.b(1)"),
        ("doi:10.5555/abc.", "10.5555/abc"),
        ("https://doi.org/10.5555%2FABC%2F1", "10.5555/abc/1"),
        ("https://site.org/doi/full/10.5555/abc.1/full?x=1", "10.5555/abc.1"),
        ("10.5555/abc [doi]", "10.5555/abc"),
        ("(10.5555/abc)", "10.5555/abc"),
        (r"10.5555/a\_b", "10.5555/a_b"),
        ("10.5555/", ""),
    ],
)
def test_a_doi_has_one_spelling(given: str, doi: str) -> None:
    assert clean_doi(given) == doi


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("Doe, J.; van der Roe, A.", ("Doe, J.", "van der Roe, A.")),
        ("Jane Doe and Alex Van der Roe", ("Doe, Jane", "Van der Roe, Alex")),
        ("Doe J., Roe A.", ("Doe, J.", "Roe, A.")),
        ("Doe, J., Roe, A.", ("Doe, J.", "Roe, A.")),
        ("Griffin DK, O'Connor RE.", ("Griffin, DK", "O'Connor, RE")),
        ("Jane Doe|Alex Roe", ("Doe, Jane", "Roe, Alex")),
        ("Doe, Jane (57192); Roe, Alex (571)", ("Doe, Jane", "Roe, Alex")),
        ([{"family": "Doe", "given": "J"}, {"author": {"display_name": "Alex Roe"}}], ("Doe, J", "Roe, Alex")),
        (["Jane Doe", "others"], ("Doe, Jane",)),
        ("", ()),
    ],
)
def test_authors_have_one_spelling(given: object, names: tuple[str, ...]) -> None:
    assert authors_of(given) == names


@pytest.mark.parametrize(
    ("title", "retracted"),
    [
        ("RETRACTED ARTICLE: Wear", True),
        ("Wear (Retracted Article. See vol. 3 (2012))", True),
        ("Wear [RETRACTED]", True),
        ("Retraction notice to “Wear of rings”", True),
        ("Notice of Retraction: Wear", True),
        ("Statement of Retraction: Wear", True),
        ("Wear – RETRACTED", True),
        ("Wear—RETRACTED", True),
        ("Notice of Retraction On Wear", True),
        ("【RETRACTED】Wear", True),
        ("This article has been retracted: Wear", True),
        ("Retraction for Doe et al., Wear", True),
        ("Notice of removal of oxides by acid: kinetics", False),
        ("Retraction dynamics: a film", False),
        ("Withdrawn: Wear", True),
        ("Retraction of the needle in syringes", False),
        ("Landing gear (retracted and extended)", False),
        ("Retracted flaps: a study", False),
        ("Pigments (withdrawn from the market)", False),
    ],
)
def test_wordings_of_retraction(title: str, retracted: bool) -> None:
    assert is_retracted(title) is retracted


def test_same_titles_are_one_publication_only_where_nothing_speaks_against_it() -> None:
    def count(*records: Publication) -> int:
        return len(deduplicate(records))

    title = "Dislocation loops in irradiated foils"
    one = Publication("a", title=title, year=2018, venue="Acta Mater.", authors=("Doe, Jane",))
    assert (
        count(one, Publication("10.5555/a", title=title + ".", doi="10.5555/a", venue="Acta Materialia", year=2018))
        == 1
    )
    assert count(one, Publication("b", title=title, year=2018, authors=("Poe, B.",))) == 2
    assert count(one, Publication("b", title=title, year=2014)) == 2
    assert (
        count(
            Publication("a", title=title, abstract="Foils were irradiated with protons at room temperature."),
            Publication("b", title=title, abstract="Magnets lose strength when neutrons hit them in reactors."),
        )
        == 2
    )
    general = "Editorial for the special issue"
    assert count(Publication("a", title=general, venue="Wear"), Publication("b", title=general, venue="Steel")) == 2
    marked = Publication("c", title="RETRACTED: " + title, year=2018, retracted=True)
    (joined,) = deduplicate([one, marked])
    assert joined.retracted
    assert same_venue("J. Alloys Compd.", "Journal of Alloys and Compounds")


def test_a_preprint_is_tied_to_its_article_and_both_stay() -> None:
    title = "Ordering in complex concentrated alloys"
    preprint = Publication("10.48550/arxiv.1", title=title, doi="10.48550/arxiv.1", year=2019, authors=("Doe, J.",))
    article = Publication("10.5555/a", title=title, doi="10.5555/a", year=2020, authors=("Doe, Jane",))
    found = {p.key: p.version_of for p in deduplicate([preprint, article])}
    assert found == {"10.48550/arxiv.1": "10.5555/a", "10.5555/a": ""}
    assert deduplicate(deduplicate([article, preprint])) == deduplicate([preprint, article])


def test_references_are_identified() -> None:
    assert reference_of("Poe B, 2001, WEAR, DOI 10.5555/X.1") == "10.5555/x.1"
    assert reference_of("https://openalex.org/W123") == "openalex:W123"
    assert reference_of("Poe B, 2001, WEAR") == "Poe B, 2001, WEAR"


def test_abstracts_of_a_meeting_share_a_doi_and_stay_apart() -> None:
    first = Publication(
        key="10.5555/s.1",
        doi="10.5555/s.1",
        title="Quality of steel in bridges",
        abstract="Bridges were inspected twice every year by engineers.",
        authors=("Doe, J.",),
    )
    second = Publication(
        key="10.5555/s.1",
        doi="10.5555/s.1",
        title="Method of diagnosis for glasses",
        abstract="Silicate samples from three furnaces crystallised slowly.",
        authors=("Roe, A.",),
    )
    found = deduplicate([first, second])
    assert {p.title for p in found} == {first.title, second.title}
    assert deduplicate([second, *found, first]) == found
    assert len(deduplicate([first, replace(second, authors=("Doe, Jane",))])) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("Müller, J.", "Mueller, J."), ("Østby, A.", "Ostby, A."), ("Łuk, P.", "Luk, P.")]
)
def test_names_without_their_accents_are_the_same_people(one: str, other: str) -> None:
    title = "Phase stability of an alloy at high temperature"
    papers = [Publication(k, title=title, year=2020, authors=(a,)) for k, a in (("a", one), ("b", other))]
    assert len(deduplicate(papers)) == 1
