from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from hypograph.flows.literature_build import build
from hypograph.flows.literature_corpus import Corpus
from hypograph.flows.literature_extract import extract
from hypograph.flows.literature_inspire import inspire
from hypograph.flows.readers.publications import hea_literature
from hypograph.flows.readers.publications_live import crossref_row, query_publications
from hypograph.graph import GraphStore
from hypograph.models.errors import InputError, NetworkError
from hypograph.models.keywords.extraction import PhraseExtractor
from hypograph.models.keywords.retrieval import Bm25, statement
from hypograph.models.protocols import Mention
from hypograph.models.records import Node, Outcome, Publication, Unit


def test_a_corpus_that_grew_and_shrank_has_the_graph_of_a_fresh_build(graph_store: GraphStore, tmp_path: Path) -> None:
    papers = hea_literature(limit=60)
    corpus = Corpus(tmp_path / "corpus")
    corpus.add(papers[:40])
    build(graph_store, tmp_path / "units", corpus.publications())
    small = graph_store.content_hash()
    corpus.add(papers[40:])
    build(graph_store, tmp_path / "units", corpus.publications())
    large = graph_store.content_hash()
    assert large != small
    corpus.remove([p.key for p in papers[40:]])
    build(graph_store, tmp_path / "units", corpus.publications())
    assert graph_store.content_hash() == small
    corpus.add(papers)
    build(graph_store, tmp_path / "units", corpus.publications())
    assert graph_store.content_hash() == large


def test_what_people_decided_about_merges_is_kept_and_applied(graph_store: GraphStore, tmp_path: Path) -> None:
    papers = [
        dataclasses.replace(p, keywords=("heat treatment" if i % 2 else "arc melting",))
        for i, p in enumerate(hea_literature(limit=30))
    ]
    decided = {
        "first": "arc melting",
        "second": "heat treatment",
        "similarity": 0.5,
        "reason": "r",
        "status": "accepted",
    }
    graph_store.commit(Unit("k", "test", Outcome({}, [Node("MergeCandidate", "m1", decided)])))
    build(graph_store, tmp_path / "units", papers)
    names = {node["key"] for node in graph_store.nodes("Keyword")}
    assert len(names & {"arc melting", "heat treatment"}) == 1
    kept = {node["key"]: node["props"]["status"] for node in graph_store.nodes("MergeCandidate")}
    assert kept["m1"] == "accepted"


def test_an_empty_corpus_is_bad_input(graph_store: GraphStore, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="empty"):
        build(graph_store, tmp_path, [])


def test_a_corpus_removes_by_key_and_names_what_is_not_there(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    assert corpus.publications() == []
    assert corpus.add([Publication("10.1/a", title="A", doi="10.1/a", keywords=("k",))]) == (1, 1)
    assert corpus.publications()[0].keywords == ("k",)
    with pytest.raises(InputError, match=r"10\.1/b"):
        corpus.remove(["10.1/b"])
    assert corpus.remove(["10.1/A"]) == 0


class Inventive:
    """An extractor that also claims what does not stand there."""

    name = "inventive"

    def extract(self, publication: Publication) -> list[Mention]:
        return [Mention("graphs", "phrase", "We study graphs."), Mention("cats", "phrase", "We study cats.")]


def test_a_mention_that_does_not_stand_there_is_dropped() -> None:
    paper = Publication("k", title="On graphs", abstract="We study\n graphs.")
    found = extract(Inventive(), [paper])
    assert (found["kept"], found["dropped"]) == (1, 1)
    assert [m["name"] for m in found["publications"][0]["mentions"]] == ["graph"]
    assert extract(PhraseExtractor(), [paper])["dropped"] == 0


def test_inspiration_cites_passages_of_the_corpus(tmp_path: Path) -> None:
    papers = hea_literature(limit=80)
    document = inspire(tmp_path, papers, sets=3)
    text = {p.key: " ".join([p.title, p.abstract, *p.passages]) for p in papers}
    assert document["sets"]
    assert 0.0 <= document["entropy"] <= 1.0
    for found in document["sets"]:
        assert all(name in found["statement"] for name in found["keywords"])
        assert all(e["passage"] in text[e["publication"]] for e in found["evidence"])
    assert inspire(tmp_path, papers, sets=3) == document


def test_bm25_prefers_rare_words_and_short_documents() -> None:
    index = Bm25(["the red car", "the red car and a long tale of many other things", "blue sky"])
    assert index.best("red cars").tolist() == [0, 1]
    assert index.best("nothing shared").tolist() == []
    made = statement(["red car", "long tale", "blue sky"], index)
    assert [e.pair for e in made.evidence] == [("red car", "long tale")]
    assert ("red car", "blue sky") in made.open_pairs


@pytest.mark.parametrize("source", ["openalex", "arxiv", "crossref", "semantic-scholar"])
def test_a_live_request_without_a_network_is_a_network_error(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setattr(time, "sleep", lambda seconds: None)  # the clients' polite pauses
    pytest.importorskip(
        {"openalex": "pyalex", "crossref": "habanero", "semantic-scholar": "semanticscholar"}.get(source, source)
    )
    with pytest.raises(NetworkError):
        query_publications("high entropy alloys", source, limit=1)


def test_unknown_sources_are_bad_input() -> None:
    with pytest.raises(InputError, match="no such source"):
        query_publications("x", "webofscience")
    with pytest.raises(InputError, match="empty"):
        query_publications(" ", "openalex")


def test_a_crossref_item_is_read() -> None:
    row = crossref_row(
        {
            "title": ["T"],
            "DOI": "10.1/X",
            "issued": {"date-parts": [[2020, 1]]},
            "abstract": "<jats:p>A</jats:p>",
            "is-referenced-by-count": 4,
        }
    )
    assert (row["title"], row["year"], row["doi"], row["citations"], row["abstract"].strip()) == (
        "T",
        2020,
        "10.1/X",
        4,
        "A",
    )
