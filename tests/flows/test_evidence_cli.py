"""The commands on real input, in this process; documents as the contract says."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from hypograph.flows.cli.evidence import app
from hypograph.flows.evidence.evaluate import METHODS, evaluate_tables
from hypograph.flows.evidence.explain import explain_alloy
from hypograph.flows.evidence.inputs import EvidenceInputs
from hypograph.flows.evidence.predict import predict_alloys
from hypograph.flows.evidence.sources import read_answers
from hypograph.flows.readers.alloys import read_alloys
from hypograph.flows.readers.element_similarity import element_similarity
from hypograph.flows.readers.element_table import element_table
from hypograph.models.core.errors import (
    DataAbsentError,
    HypographError,
    InputError,
    MalformedRowError,
    UnknownElementError,
)
from hypograph.models.evidence.alloys.folds import make_folds
from hypograph.models.evidence.alloys.table import build_table
from hypograph.models.evidence.benchmark.published import from_similarity
from hypograph.models.statistics.decisions import auc

ELEMENTS = ("Al", "Co", "Cr", "Fe", "Mn", "Nb", "Ni", "Ti", "V")
LIGHT = {"Al", "Ti", "V", "Nb", "Cr"}
KEYS = {
    "method", "accuracy", "auc", "mcc", "ece", "accuracy_certain_half", "risk_coverage", "share_saturated",
    "ignorance_predicts_error", "seconds", "skipped_folds", "folds", "accuracy_likelier",
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Predictors are kept in a folder of these tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HYPOGRAPH_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Ternaries, quaternaries and an expert's answers; a single phase is where elements are of one kind."""
    folder = tmp_path_factory.mktemp("alloys")
    for name, size in (("three.csv", 3), ("four.csv", 4)):
        rows = ["set_name,Label"]
        for elements in itertools.combinations(ELEMENTS, size):
            light = sum(e in LIGHT for e in elements)
            rows.append(f"{'|'.join(elements)},{'High' if light in (0, size) or light == 1 else 'Low'}")
        (folder / name).write_text("\n".join(rows))
    answers = ["element_a,element_b,domain,has_knowledge,substitutability"]
    for a, b in itertools.combinations(ELEMENTS, 2):
        same = (a in LIGHT) == (b in LIGHT)
        answers.append(f"{a},{b},Metallurgy,Q1Yes,{'Q2High' if same else 'Q2Low'}")
        answers.append(f"{a},{b},Corrosion,Q1No,")
    (folder / "answers.csv").write_text("\n".join(answers))
    return folder / "three.csv", folder / "four.csv", folder / "answers.csv"


@pytest.mark.slow
def test_evaluate_prints_one_document(files: tuple[Path, Path, Path]) -> None:
    three, four, answers = files
    result = CliRunner().invoke(
        app,
        ["evaluate", "--alloys", f"{three},{four}", "--expert-answers", str(answers), "--json"],
        catch_exceptions=False,
    )
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["protocol"] == "loeo"
    assert [m["method"] for m in document["methods"]] == list(METHODS)
    for method in document["methods"]:
        assert set(method) >= KEYS
        assert len(method["folds"]) == len(ELEMENTS)
        assert {f["n"] for f in method["folds"]} == {56}
        assert 0 <= method["ece"] <= 1
        assert method["risk_coverage"][-1]["coverage"] == 1.0
    majority = next(m for m in document["methods"] if m["method"] == "majority")
    assert majority["auc"] == 0.5
    assert {c["b"] for c in document["comparisons"]} == set(METHODS[1:])
    # The made-up expert knows which elements are alike, and has nothing to say in the other field.
    assert {s["domain"] for s in document["expert_skill"]} == {"Metallurgy"}
    assert all(s["low"] < s["mean"] < s["high"] and s["mean"] > 0.5 for s in document["expert_skill"])


@pytest.mark.parametrize("protocol", ["cv10", "train10"])
def test_other_protocols_and_sources(files: tuple[Path, Path, Path], protocol: str) -> None:
    document = evaluate_tables([files[1]], protocol, ["similarity", "literature"], methods=["ours", "majority"], seed=3)
    ours = document["methods"][0]
    assert ours["sources"] == ["vote", "similarity", "literature"]
    assert len(document["methods"]) == 2
    assert [c["b"] for c in document["comparisons"]] == ["majority"]
    assert document["expert_skill"] == []
    assert sum(f["n"] for f in ours["folds"]) == {"cv10": 126, "train10": 9 * 126}[protocol]


def test_folds_of_one_class_are_skipped_and_named(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [
        f"{'|'.join(e)},{'High' if 'Al' in e or ('Co' in e and 'V' in e) else 'Low'}"
        for e in itertools.combinations(ELEMENTS, 3)
    ]
    path.write_text("\n".join(["set_name,Label", *rows]))
    document = evaluate_tables([path], "loeo", methods=["vote", "majority"])
    for method in document["methods"]:
        assert method["skipped_folds"] == ["Al"]
        fold = next(f for f in method["folds"] if f["name"] == "Al")
        assert fold["auc"] is None


def test_predict_and_explain(files: tuple[Path, Path, Path]) -> None:
    three, four, _ = files
    document = predict_alloys(["Al", "Co", "Fe", "Ni", "Ti", "V", "Mo"], 4, 5, EvidenceInputs((three, four)))
    assert document["scored"] == 35
    assert len(document["alloys"]) == 5
    values = [a["pignistic"] for a in document["alloys"]]
    assert values == sorted(values, reverse=True)
    for alloy in document["alloys"]:
        assert alloy["belief"] + alloy["ignorance"] == pytest.approx(alloy["plausibility"], abs=2e-6)
        assert alloy["in_a_table"] is ("Mo" not in alloy["alloy"])
    found = explain_alloy("Co-Cr-Mo-Ni", 200, EvidenceInputs((three, four)))
    assert found["alloy"] == "Co-Cr-Mo-Ni"
    assert {"belief", "plausibility", "pignistic", "ignorance", "conflict"} <= set(found)
    wanted = {"substitution", "from_alloy", "source", "provenance", "belief_share", "conflict_share"}
    assert all(wanted <= set(b) for b in found["because"])
    assert sum(b["belief_share"] for b in found["because"]) == pytest.approx(1.0, abs=1e-3)
    exchanged = [b for b in found["because"] if b["from_alloy"]]
    assert any("→Mo" in b["substitution"] for b in exchanged)
    assert all(b["provenance"].endswith(tuple("0123456789")) for b in exchanged)


def test_an_explanation_names_the_answers_of_the_expert(files: tuple[Path, Path, Path]) -> None:
    found = explain_alloy("Co-Cr-Fe-Ni", 200, EvidenceInputs(tuple(files[:2]), expert_answers=files[2]))
    (expert,) = [b for b in found["because"] if b["source"] == "expert"]
    assert expert["answers"]
    for said in expert["answers"]:
        leaves, comes = said["pair"].split("–")
        assert comes in ("Co", "Cr", "Fe", "Ni")
        assert leaves not in ("Co", "Cr", "Fe", "Ni")
        assert (leaves in LIGHT) == (comes in LIGHT)
        assert said["domain"] == "Metallurgy"
        assert said["similar"] > said["dissimilar"]


@pytest.mark.slow
def test_a_similarity_is_chosen_by_name(files: tuple[Path, Path, Path]) -> None:
    document = evaluate_tables([files[1]], "loeo", ["similarity", "similarity:hautier"], methods=["ours"], seed=3)
    assert document["methods"][0]["sources"] == ["vote", "similarity", "similarity:hautier"]
    plain = evaluate_tables([files[1]], "loeo", ["similarity"], methods=["ours"], seed=3)
    assert document["methods"][0]["folds"] != plain["methods"][0]["folds"]


def test_many_candidates_are_screened_first(files: tuple[Path, Path, Path]) -> None:
    elements = "Al,Co,Cr,Fe,Mn,Nb,Ni,Ti,V,Cu,Mo,Zr,Hf,Ta,W,Si,Ag,Au,Pd,Pt,Re".split(",")  # noqa: SIM905
    document = predict_alloys(elements, 5, 3, EvidenceInputs((files[1],), ("data",)))
    assert document["scored"] == 20349
    assert document["alloys_per_second"] > 0
    assert -1 <= document["fidelity"] <= 1
    assert len(document["alloys"]) == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"protocol": "loo"}, "--protocol"),
        ({"protocol": "loeo", "sources": ["rumour"]}, "--sources"),
        ({"protocol": "loeo", "sources": ["data:raw"]}, "no source"),
        ({"protocol": "loeo", "sources": ["similarity:taste"]}, "no similarity"),
        ({"protocol": "loeo", "sources": ["expert"]}, "--expert-answers"),
        ({"protocol": "loeo", "methods": ["magic"]}, "--methods"),
    ],
)
def test_bad_choices_are_named(files: tuple[Path, Path, Path], arguments: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        evaluate_tables([files[1]], **arguments)  # type: ignore[arg-type]


def test_bad_alloys_are_named(files: tuple[Path, Path, Path]) -> None:
    with pytest.raises(UnknownElementError, match="Xx"):
        predict_alloys(["Fe", "Xx"], 2, 3, EvidenceInputs((files[1],)))
    with pytest.raises(InputError, match="4 or more"):
        predict_alloys(["Fe", "Co"], 4, 3, EvidenceInputs((files[1],)))
    with pytest.raises(HypographError, match="ALLOY"):
        explain_alloy("Fe", 3, EvidenceInputs((files[1],)))


@pytest.mark.parametrize(
    ("row", "error", "said"),
    [
        ("Fe,Xx,Metallurgy,Q1Yes,Q2Low", UnknownElementError, "element_b"),
        ("Fe,Co,Metallurgy,perhaps,Q2Low", MalformedRowError, "has_knowledge"),
        ("Fe,Co,Metallurgy,Q1Yes,Q2Some", MalformedRowError, "substitutability"),
    ],
)
def test_bad_answers_are_named(tmp_path: Path, row: str, error: type[Exception], said: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"element_a,element_b,domain,has_knowledge,substitutability\n{row}\n")
    with pytest.raises(error, match=f"row 2, column '{said}'"):
        read_answers(path)
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="no column element_a"):
        read_answers(path)


@pytest.mark.slow
@pytest.mark.supplied
def test_the_published_figures_are_made_again(supplied: Path) -> None:
    folder = supplied / "alloys"
    wanted = {"hea_ltvc_4.csv": (0.767, 0.738), "hea_aflow_4.csv": (0.867, 0.857)}
    for name, (experts, plain) in wanted.items():
        document = evaluate_tables(
            [folder / name], "loeo", expert_answers=folder / "llm_substitutability.csv", methods=["paper", "vote"]
        )
        found = {m["method"]: m["auc"] for m in document["methods"]}
        assert found["paper"] == pytest.approx(experts, abs=0.005)
        assert found["vote"] == pytest.approx(plain, abs=0.005)
        assert np.isfinite(list(found.values())).all()


@pytest.mark.supplied
def test_the_published_vote_by_word_vectors_is_made_again(supplied: Path) -> None:
    for name, wanted in {"hea_ltvc_4.csv": 0.770, "hea_aflow_4.csv": 0.866}.items():
        table, _ = build_table(read_alloys(supplied / "alloys" / name), element_table())
        similar = element_similarity("mat2vec", table.elements.symbols, supplied)
        areas = []
        for fold in make_folds(table, "loeo", np.arange(len(table))):
            said = from_similarity(table.present, table.positive, fold.train, fold.test, 0.1 * similar)
            areas.append(auc(table.positive[fold.test], said.score))
        assert np.mean([a for a in areas if a is not None]) == pytest.approx(wanted, abs=0.005)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["properties", "hautier"])
def test_similarities_from_installed_packages(name: str) -> None:
    symbols = ("Co", "Fe", "Ni", "Zr", "Hf", "Na")
    similar = element_similarity(name, symbols)
    np.testing.assert_allclose(similar, similar.T)
    assert ((similar >= 0) & (similar <= 1)).all()
    assert similar[3, 4] > similar[0, 3]
    with pytest.raises(InputError, match="no similarity"):
        element_similarity("taste", symbols)
    with pytest.raises(DataAbsentError, match="HYPOGRAPH_DATA_DIR"):
        element_similarity("mat2vec", symbols)


@pytest.mark.supplied
@pytest.mark.parametrize("name", ["mat2vec", "magpie", "pettifor"])
def test_similarities_from_supplied_scales(supplied: Path, name: str) -> None:
    similar = element_similarity(name, ("Zr", "Hf", "Al"), supplied)
    np.testing.assert_allclose(similar, similar.T)
    assert similar[0, 1] > similar[0, 2]
