from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from hypograph.flows.cli.main import main
from hypograph.flows.literature.evaluate import ORDER, evaluate_literature
from hypograph.flows.literature.keyphrases import evaluate_keyphrases, read_gold
from hypograph.flows.readers.publications.registry import read_publications
from hypograph.models.core.errors import InputError, MissingFileError
from hypograph.models.core.records import Publication
from hypograph.models.literature.keywords.gold_standard import GoldDocument, TfIdf, f1_at

TOPICS = [
    "graph cuts",
    "deep networks",
    "motion planning",
    "stereo vision",
    "kernel machines",
    "topic models",
]


def papers(n: int = 700) -> list[Publication]:
    rng = np.random.default_rng(0)
    made = []
    for i in range(n):
        picks = rng.choice(len(TOPICS), 2, replace=False)
        hot = 1 in picks
        made.append(
            Publication(
                f"p{i}",
                title=f"{TOPICS[picks[0]].title()} and {TOPICS[picks[1]]}",
                abstract=f"We study {TOPICS[picks[0]]} for robot arm {i % 7}. The {TOPICS[picks[1]]} help.",
                year=2000 + i * 10 // n,
                venue="v",
                citations=float(rng.poisson(30 if hot else 2)),
            )
        )
    return made


def test_the_document_has_every_method_and_finds_what_is_there() -> None:
    document = evaluate_literature(papers(), (2008, 2009), draws=50)
    assert document["papers"] == 700
    assert document["test_years"] == [2008, 2009]
    assert [row["label"] for row in document["labels"]] == ["top10", "ge5_lt1", "ge15_lt1"]
    top = document["labels"][0]
    assert list(top["auroc"]) == list(ORDER)
    assert top["auroc"]["ours"]["low"] <= top["auroc"]["ours"]["value"] <= top["auroc"]["ours"]["high"]
    assert top["auroc"]["ours"]["value"] > 0.75
    assert document["keywords"]["most_per_paper"] <= 10
    # Nobody has fifteen times the mean here: the figure is absent, not invented.
    assert document["labels"][2]["auroc"]["ours"] is None
    json.dumps(document, allow_nan=False)


def test_unusable_requests_are_bad_input() -> None:
    few = papers(60)
    with pytest.raises(InputError, match="no paper lies"):
        evaluate_literature(few, (2030, 2031))
    with pytest.raises(InputError, match="older than the test years"):
        evaluate_literature(few, (2000, 2001))
    bare = [Publication(p.key, title=p.title, year=p.year) for p in few]
    with pytest.raises(InputError, match="citations"):
        evaluate_literature(bare, (2008, 2009))


def gold_folder(folder: Path) -> Path:
    (folder / "docsutf8").mkdir(parents=True)
    (folder / "keys").mkdir()
    (folder / "docsutf8" / "1.txt").write_text("Optical flow and\n\tits use\nWe compute optical flow by graph cuts.\n")
    (folder / "keys" / "1.key").write_text("optical flow\r\n\tgraph  cuts\n\n")
    (folder / "docsutf8" / "2.txt").write_text("No keys here")
    return folder


def test_gold_is_read_from_folder_and_zip(tmp_path: Path) -> None:
    folder = gold_folder(tmp_path / "Gold")
    documents = read_gold(folder)
    assert documents == [
        GoldDocument(
            "1",
            "Optical flow and its use",
            "We compute optical flow by graph cuts.",
            ("optical flow", "graph cuts"),
        )
    ]
    # One line with several sentences is a paragraph; with one it is a title.
    (folder / "docsutf8" / "1.txt").write_text("We compute optical flow. Graph cuts are used.\n")
    assert [(d.title, d.body) for d in read_gold(folder)] == [("", "We compute optical flow. Graph cuts are used.")]
    (folder / "docsutf8" / "1.txt").write_text("Optical flow and\n\tits use\nWe compute optical flow by graph cuts.\n")
    packed = tmp_path / "gold.zip"
    with zipfile.ZipFile(packed, "w") as file:
        for path in sorted(folder.rglob("*.*")):
            file.write(path, path.relative_to(tmp_path))
    assert read_gold(packed) == documents
    result = evaluate_keyphrases(packed)
    assert result["documents"] == 1
    assert result["methods"][0]["method"] == "ours"
    assert result["methods"][0]["f1_at_5"] == 1.0
    assert {m["method"] for m in result["methods"]} >= {"ours", "tfidf"}


def test_broken_gold_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError):
        read_gold(tmp_path / "none.zip")
    (tmp_path / "x.zip").write_text("no zip")
    with pytest.raises(InputError, match="ZIP"):
        read_gold(tmp_path / "x.zip")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no document"):
        read_gold(tmp_path / "empty")


def test_f1_counts_stemmed_phrases_once() -> None:
    assert f1_at(["Neural Networks", "neural-network", "cats"], ["neural network"], 2) == pytest.approx(2 / 3)
    assert f1_at([], ["a"], 5) == 0.0
    baseline = TfIdf([GoldDocument("1", "red cars", "red cars and red buses", ())])
    assert baseline("red cars", "red cars and red buses")


def test_bad_years_leave_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"title": "x"}\n')
    with pytest.raises(SystemExit) as left:
        main(["literature", "evaluate", "--papers", str(path), "--test-years", "soon"])
    assert left.value.code == 2
    assert "--test-years" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.supplied
def test_the_score_of_earlier_years_tells_later_top_papers(supplied: Path) -> None:
    report = read_publications(supplied / "papers_until_2017.jsonl.gz")
    subset = [p for p in report.publications if p.venue == "icml" and (p.year or 0) <= 2015]
    document = evaluate_literature(subset, (2015, 2015), draws=50)
    top = document["labels"][0]["auroc"]
    assert top["ours"]["value"] > 0.6
    assert top["ours_text"]["value"] > 0.65


@pytest.mark.supplied
def test_keyphrases_beat_tfidf_on_the_gold_standard(supplied: Path) -> None:
    documents = read_gold(supplied / "keyphrases" / "Inspec.zip")
    assert len(documents) == 2000
    from hypograph.models.literature.keywords.gold_standard import macro_f1, ours

    part = documents[::5]
    mine, baseline = macro_f1(part, ours), macro_f1(part, TfIdf(part))
    assert mine[0] > 0.25
    assert mine[1] > 0.31
    assert mine[0] > baseline[0]
