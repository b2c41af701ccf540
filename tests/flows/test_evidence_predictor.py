"""The one predictor: known alloys, equal numbers in flow and command, questions, and what is kept."""

from __future__ import annotations

import csv
import itertools
import json
import os
import re
import shutil
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from hypograph.flows.cli.evidence import app
from hypograph.flows.evidence import predictor as kept
from hypograph.flows.evidence.claims import paper_records
from hypograph.flows.evidence.desk import AlloyDesk
from hypograph.flows.evidence.explain import descriptors, explain_alloy
from hypograph.flows.evidence.inputs import EvidenceInputs, open_predictor
from hypograph.flows.evidence.predict import predict_list
from hypograph.flows.evidence.predictor import weights_of
from hypograph.flows.evidence.questions import exchange, read_list, scan
from hypograph.flows.evidence.units import evidence_units
from hypograph.flows.evidence.wording import explanation
from hypograph.flows.readers.alloys import read_alloys
from hypograph.flows.runtime.units import UnitRunner
from hypograph.graph import GraphStore, StoreConfig
from hypograph.graph.campaigns import folder
from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.core.errors import InputError
from hypograph.models.core.records import AlloyRecord, Unit
from hypograph.models.core.services import Services
from hypograph.ui.app import create_app
from hypograph.ui.config import UiConfig

ELEMENTS = ("Al", "Co", "Cr", "Fe", "Mn", "Nb", "Ni", "Ti", "V")
LIGHT = {"Al", "Ti", "V", "Nb", "Cr"}


class MemoryStore:
    def __init__(self) -> None:
        self.units: dict[str, Unit] = {}

    def commit(self, unit: Unit) -> bool:
        return self.units.setdefault(unit.key, unit) is unit

    def has_unit(self, key: str) -> bool:
        return key in self.units


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HYPOGRAPH_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ternaries; a single phase is where elements are of one kind."""
    rows = ["alloy,phase"]
    for elements in itertools.combinations(ELEMENTS, 3):
        light = sum(e in LIGHT for e in elements)
        rows.append(f"{'-'.join(elements)},{'BCC' if light == 3 else 'FCC' if light == 0 else 'FCC+B2'}")
    path = tmp_path_factory.mktemp("alloys") / "three.csv"
    path.write_text("\n".join(rows))
    return path


def test_flow_and_command_give_equal_numbers(home: Path, file: Path) -> None:
    runner = UnitRunner(MemoryStore(), home / "units")
    found = evidence_units(runner, read_alloys(file), sizes=(4,), top=20)
    assert len(found.predictions) == 20
    fitted = open_predictor(EvidenceInputs((file,)))
    assert len(list((home / "units" / "predictors").glob("*.pickle"))) == 1
    weights = weights_of(fitted, [dict.fromkeys(p.elements, 0.25) for p in found.predictions])
    joint = fitted.predictor.predict(weights)
    for i, p in enumerate(found.predictions):
        assert p.belief == round(float(joint.mass[i, 1]), 6)
        assert p.pignistic == round(float(joint.probability[i]), 6)
        assert p.ignorance == round(float(joint.mass[i, 3]), 6)
        asked = explain_alloy("".join(p.elements), 5, EvidenceInputs((file,)))
        assert (asked["belief"], asked["conflict"]) == (p.belief, p.conflict)


def test_a_kept_predictor_answers_as_the_fitted_one(home: Path, file: Path) -> None:
    fitted = kept.fit(kept.gathered(read_alloys(file), kept.EvidenceSpec(), None, "t"), kept.EvidenceSpec())
    kept.open_kept.cache_clear()
    again = open_predictor(EvidenceInputs((file,)))
    weights = weights_of(fitted, [{"Co": 0.5, "Fe": 0.5}, {"Al": 0.3, "Ti": 0.3, "Zr": 0.4}])
    one, two = fitted.predictor.predict(weights), again.predictor.predict(weights)
    np.testing.assert_array_equal(one.probability, two.probability)
    np.testing.assert_array_equal(one.mass, two.mass)


def test_a_file_that_others_may_write_is_not_opened(home: Path, file: Path) -> None:
    open_predictor(EvidenceInputs((file,)))
    (path,) = (home / "units" / "predictors").glob("*.pickle")
    path.chmod(0o666)
    kept.open_kept.cache_clear()
    assert kept.open_kept(path) is None
    path.chmod(0o600)
    kept.open_kept.cache_clear()
    assert kept.open_kept(path) is not None


def test_old_predictors_make_room(tmp_path: Path) -> None:
    for i in range(kept.MOST_KEPT + 3):
        path = tmp_path / f"{i}.pickle"
        path.write_bytes(b"")
        os.utime(path, (i, i))
    kept._prune(tmp_path)
    assert sorted(int(p.stem) for p in tmp_path.glob("*.pickle")) == list(range(3, kept.MOST_KEPT + 3))


def test_a_changed_file_is_learned_anew(home: Path, tmp_path: Path, file: Path) -> None:
    copy = tmp_path / "other.csv"
    copy.write_text(file.read_text() + "\nCo-Fe,BCC\n")
    before = explain_alloy("CoFe", 3, EvidenceInputs((file,)))
    after = explain_alloy("CoFe", 3, EvidenceInputs((copy,)))
    assert (before["records"]["single"], after["records"]["single"]) == (0, 1)
    assert after["ignorance"] < before["ignorance"]
    assert after["phases"]["BCC"]["belief"] > before["phases"]["BCC"]["belief"]


def test_own_measurements_are_a_source_beside_the_others(home: Path, tmp_path: Path, file: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("alloy,phase,state\nCoFeNiMn,FCC,arc melted and annealed at 1000 °C\nMoNb2,BCC,SPS\n")
    bare, with_own = (explain_alloy("CoFeMnNi", 3, EvidenceInputs((file,), laboratory=lab)) for lab in ((), (own,)))
    assert bare["records"]["sources"] == []
    assert [s["source"] for s in with_own["records"]["sources"]] == ["laboratory"]
    assert with_own["records"]["states"] == {"annealed": {"single": 1, "multi": 0}}
    assert with_own["pignistic"] > bare["pignistic"]
    assert with_own["ignorance"] < bare["ignorance"]
    told = with_own["own_records"]
    assert (told["single"], told["multi"], told["pignistic"]) == (1, 0, with_own["pignistic"])
    assert told["pignistic_without"] < told["pignistic"]
    assert "own_records" not in bare
    assert "own records of it: 1 single, 0 not; they move" in explanation(with_own)


def test_a_state_is_a_condition_where_records_allow(home: Path, tmp_path: Path, file: Path) -> None:
    table = tmp_path / "states.csv"
    rows = ["as cast,FCC"] * 2 + ["annealed at 700 °C,FCC+sigma"] * 2 + ["annealed at 1100 °C,FCC", ",FCC+B2"]
    table.write_text("alloy,state,phase\n" + "\n".join(f"CoFeMnNi,{row}" for row in rows))
    # A row that says the same of the same alloy counts once.
    inputs = EvidenceInputs((file,), laboratory=(table,))
    counts = {}
    for state in ("", "as-cast", "annealed", "annealed at 973 K", "annealed at 400 °C", "powder"):
        found = explain_alloy("CoFeMnNi", 3, inputs, state=state)
        counts[state] = (found["records"]["single"], found["records"]["multi"], found.get("condition", {}).get("used"))
    assert counts["as-cast"][1:] == (0, "as cast")
    assert counts["annealed at 973 K"][:2] == (0, 1)
    assert counts["annealed at 973 K"][2] == "annealed, 700 °C"
    assert counts["annealed at 400 °C"] == counts["annealed"]
    assert counts["powder"] == (*counts[""][:2], "")
    found = explain_alloy("CoFeMnNi", 3, inputs, state="powder")
    assert "no record of it is powder: all states are pooled" in explanation(found)
    pooled, cast = (explain_alloy("CoFeMnNi", 3, inputs, state=s) for s in ("", "as-cast"))
    assert cast["pignistic"] > pooled["pignistic"]
    options = ["predict", "--scan", "Co 1:1:1 in CoFeMnNi", "--alloys", str(file), "--laboratory", str(table)]
    result = CliRunner().invoke(app, [*options, "--state", "as-cast", "--json"], catch_exceptions=False)
    assert json.loads(result.stdout)["alloys"][0]["pignistic"] == cast["pignistic"]
    for bad in ("fresh", "cast and annealed", "annealed at 900"):
        with pytest.raises(InputError, match=r"state|temperature"):
            explain_alloy("CoFeMnNi", 3, inputs, state=bad)


def test_a_table_that_says_nothing_teaches_nothing(home: Path) -> None:
    sets = [e for size in (3, 4) for e in itertools.combinations(ELEMENTS, size)]
    known = [AlloyRecord(e, sum(x in LIGHT for x in e) < 2, source="known") for e in sets]
    labels = np.random.default_rng(0).permutation([r.single_phase for r in known])
    noise = [replace(r, single_phase=bool(p), source="noise") for r, p in zip(known, labels, strict=True)]
    spec = kept.EvidenceSpec(small=True)
    bare, both = (kept.fit(kept.gathered(r, spec, None, "t"), spec) for r in (known, [*known, *noise]))
    assert both.knowledge.mute == ("noise",)
    assert len(both.knowledge.main) == len(bare.knowledge.main)
    asked = [dict.fromkeys(e, 0.2) for e in itertools.combinations(ELEMENTS, 5)]
    one, two = (f.predictor.predict(weights_of(f, asked)).probability for f in (bare, both))
    assert np.abs(one - two).max() < 0.02


def test_papers_are_a_source_that_moves_as_far_as_its_reader_is_right(home: Path, tmp_path: Path, file: Path) -> None:
    papers = tmp_path / "papers.jsonl"
    said = "As-cast CoFeMnNi is a single-phase FCC solid solution, while AlCoFeMn consists of BCC and B2 phases."
    rows = [{"title": f"Paper {i}", "doi": f"10.1000/{i}", "year": 2020, "abstract": said} for i in range(3)]
    papers.write_text("\n".join(json.dumps(r) for r in rows))
    kept_claims = tmp_path / "mine.claims.jsonl"
    result = CliRunner().invoke(
        app, ["claims", str(papers), "--save", str(kept_claims), "--json"], catch_exceptions=False
    )
    document = json.loads(result.stdout)
    assert [(c["alloy"], c["label"]) for c in document["claims"][:2]] == [("CoFeMnNi", "single"), ("AlCoFeMn", "multi")]
    assert all(c["sentence"] == said and c["skill"] == document["skill"] < 1 for c in document["claims"])
    bare = explain_alloy("CoFeMnNi", 3, EvidenceInputs((file,)))
    found = explain_alloy("CoFeMnNi", 9, EvidenceInputs((file,), papers=(papers,)))
    saved = explain_alloy("CoFeMnNi", 9, EvidenceInputs((file,), papers=(kept_claims,)))
    assert {k: v for k, v in found.items() if k != "because"} == {k: v for k, v in saved.items() if k != "because"}
    assert found["records"]["sources"][0] | {"single": 3, "multi": 0} == found["records"]["sources"][0]
    assert found["records"]["states"] == {"as cast": {"single": 3, "multi": 0}}
    assert found["pignistic"] > bare["pignistic"]
    piece = next(b for b in found["because"] if b["source"] == "records: papers")
    assert (piece["provenance"], piece["quotes"][0]) == ("10.1000/0, 10.1000/1, 10.1000/2", said)
    # A reader that was never right moves nothing.
    kept_claims.write_text(re.sub(r'"skill": [0-9.]+', '"skill": 0.0', kept_claims.read_text()))
    useless = explain_alloy("CoFeMnNi", 3, EvidenceInputs((file,), papers=(kept_claims,)))
    assert useless["pignistic"] == pytest.approx(bare["pignistic"], abs=1e-6)


def test_a_claim_of_a_paper_that_stands_in_the_records_counts_once(tmp_path: Path) -> None:
    papers = tmp_path / "papers.jsonl"
    papers.write_text(json.dumps({"title": "A", "doi": "10.1000/A", "abstract": "CoFeNi is a single-phase FCC alloy."}))
    told: list[str] = []
    known = [AlloyRecord(("Co", "Fe", "Ni"), True, source="literature", provenance="10.1000/a")]
    assert paper_records([papers], known, told.append) == ([], 0.0)
    assert "1 of them stand in the other sources" in told[-1]
    assert len(paper_records([papers], [], told.append)[0]) == 1
    bad = tmp_path / "bad.claims.jsonl"
    bad.write_text('{"alloy": "CoFeNi"}\n')
    with pytest.raises(InputError, match="line 1"):
        paper_records([bad], [], told.append)


def test_a_campaign_on_alloys_is_a_laboratory_source(home: Path, tmp_path: Path, file: Path) -> None:
    definition = {
        "name": "alloys", "objectives": [{"name": "single phase", "direction": "max"}],
        "parameters": [{"name": "alloy", "options": ["CoFeMnNi", "CoCrFeNi", "AlCoFe"]}],
    }  # fmt: skip
    campaign = folder.create(tmp_path / "campaign", definition)
    for alloy, value in (("CoFeMnNi", 1.0), ("AlCoFe", 0.0)):
        point, outcome = {"alloy": alloy}, {"single phase": value}
        campaign.append([live.record_point(campaign.definition, campaign.events, point, outcome)])
    lab = EvidenceInputs((file,), laboratory=(campaign.folder,))
    found = explain_alloy("CoFeMnNi", 3, lab)
    assert found["records"]["sources"][0]["source"] == "laboratory"
    assert (found["records"]["single"], found["records"]["multi"]) == (1, 0)
    with pytest.raises(InputError, match="no campaign"):
        open_predictor(EvidenceInputs((file,), laboratory=(tmp_path,)))


def test_columns_are_named_and_bad_rows_stop_where_asked(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b,phase\nCoCrNi,AlNi,FCC\nFeNi,CoNi,BCC+B2\nFeCo,CoAlx,BCC\n")
    options = ["--alloys", str(path), "--columns", "composition=b,phase=phase", "--json"]
    found = CliRunner().invoke(app, ["explain", "AlNi", *options], catch_exceptions=False)
    assert json.loads(found.stdout)["records"]["single"] == 1
    stopped = CliRunner().invoke(app, ["explain", "AlNi", *options, "--no-skip-bad"])
    assert isinstance(stopped.exception, InputError)
    assert "row 4" in str(stopped.exception)


@pytest.mark.parametrize(("single", "multi", "disagree"), [(2, 2, True), (5, 1, False)])
def test_an_explanation_says_where_records_disagree(
    home: Path, tmp_path: Path, single: int, multi: int, disagree: bool
) -> None:
    path = tmp_path / "t.csv"
    phases = ["FCC"] * single + ["FCC+sigma"] * multi
    rows = [f"CoCrNi,{phase},annealed at {700 + 50 * i} °C" for i, phase in enumerate(phases)]
    path.write_text("\n".join(["alloy,phase,state", "CoFeNi,FCC,as cast", "AlCoFe,BCC+B2,as cast", *rows]))
    found = CliRunner().invoke(app, ["explain", "CoCrNi", "--alloys", str(path)], catch_exceptions=False)
    assert (", but its records disagree." in found.stdout.splitlines()[0]) == disagree


def test_the_known_alloys(home: Path, cases_dir: Path, tmp_path: Path, shipped_predictor: Path) -> None:
    shutil.copytree(shipped_predictor, home / "units" / "predictors", dirs_exist_ok=True)
    with (cases_dir / "alloys" / "known.csv").open(encoding="utf-8") as handle:
        known = list(csv.DictReader(handle))
    path = tmp_path / "list.txt"
    path.write_text("\n".join([*(k["composition"] for k in known), "HeNeArKr", "AlxCoCrFeNi", "TiVWHf", "AlBaScNi"]))
    result = CliRunner().invoke(app, ["predict", "--list", str(path), "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    found = {a["alloy"]: a for a in document["alloys"]}
    right = [(found[k["composition"]]["pignistic"] > 0.5) == (k["outcome"] == "single") for k in known]
    assert np.mean(right) >= 0.95
    assert all(found[a]["belief"] >= 0.7 for a in ("CoCrFeMnNi", "CoCrFeNi", "MoNbTaW"))
    assert found["CoCrFeMnNi"]["records"]["single"] >= 200
    assert found["CoCrFeMnNi"]["phases"]["FCC"]["belief"] > 0.7
    assert found["HeNeArKr"]["ignorance"] >= 0.9
    assert found["HeNeArKr"]["belief"] == 0.0
    assert [s["alloy"] for s in document["skipped"]] == ["AlxCoCrFeNi"]
    clear, none = [], []
    for alloy in found.values():
        n = alloy["records"]["single"] + alloy["records"]["multi"]
        share = max(alloy["records"]["single"], alloy["records"]["multi"]) / max(n, 1)
        if n >= 20 and share >= 0.85:
            clear.append(alloy["ignorance"])
        if n == 0:
            none.append(alloy["ignorance"])
    assert np.mean(clear) <= np.mean(none) / 2
    # Conflict (more than half a hundred records that differ) is told from lack (none).
    assert found["CoCrFeMoNi"]["conflict"] > 0.5 > 2 * found["CoCrFeMoNi"]["ignorance"]
    assert found["TiVWHf"]["conflict"] < 0.01 < found["TiVWHf"]["ignorance"]


def test_an_exchange_says_what_can_stand_in(home: Path, file: Path) -> None:
    document = predict_list(None, EvidenceInputs((file,)), exchange_of="Co=Ni,Al in CoFeMn")
    first, *others = document["alloys"]
    assert first["alloy"] == "CoFeMn"
    assert [a["exchange"] for a in others] == ["Co→Ni", "Co→Al"]
    assert others[0]["substitutability"]["belief"] > others[1]["substitutability"]["belief"]
    assert {"records", "phases", "atomic_percent", "in_a_table", "nearest"} <= set(first)
    assert first["in_a_table"]
    free = predict_list(None, EvidenceInputs((file,)), exchange_of="Co in CoFeMn")
    assert len(free["alloys"]) == 1 + len(ELEMENTS) - 3


def test_the_page_and_the_command_rank_stand_ins_alike(home: Path, file: Path, graph_store: GraphStore) -> None:
    runner = UnitRunner(MemoryStore(), home / "units")
    evidence_units(runner, read_alloys(file), sizes=(4,), top=20)
    desk = AlloyDesk(home / "units")
    pages = create_app(UiConfig(StoreConfig(home)), graph_store, Services(metallurgist=desk))
    pages.state.store = graph_store
    client = TestClient(pages, base_url="http://127.0.0.1:8347")
    page = client.get("/elements", params={"symbol": "Co", "alloy": "Co2FeMn"}).text
    ranked = re.findall(r'symbol=(\w+)"><strong>', page.partition('id="exchange"')[2].partition("</section>")[0])
    asked = predict_list(None, EvidenceInputs((file,)), exchange_of="Co in Co2FeMn")["alloys"][1:]
    assert ranked == [row["exchange"].partition("→")[2] for row in asked]
    assert ranked[0] == "Ni"  # of the kind of what stays
    assert f"{asked[0]['pignistic']:.3f}" in page
    assert "not in" in client.get("/elements", params={"symbol": "W", "alloy": "CoCr"}).text
    asked_cast = {"symbol": "Co", "alloy": "CoFeMn", "state": "as cast"}
    assert "is as cast: those of all states are pooled" in client.get("/elements", params=asked_cast).text
    assert "is no state of an alloy" in client.get("/elements", params=asked_cast | {"state": "fresh"}).text
    desk.close()


def test_a_table_and_a_scan_on_the_page_are_answered_as_by_the_command(
    home: Path, file: Path, graph_store: GraphStore, tmp_path: Path
) -> None:
    runner = UnitRunner(MemoryStore(), home / "units")
    evidence_units(runner, read_alloys(file), sizes=(4,), top=20)
    desk = AlloyDesk(home / "units")
    pages = create_app(UiConfig(StoreConfig(tmp_path / "store")), graph_store, Services(metallurgist=desk))
    pages.state.store = graph_store
    client = TestClient(pages, base_url="http://127.0.0.1:8347")
    token = pages.state.uploads.keep("mine.csv", b"Nr;Legierung;Phase\n1;Co2FeMn;FCC\n2;Al0,5CoNi;\n3;Zebra;BCC\n")
    echo = client.get(f"/alloys/new/{token}").text
    assert all(part in echo for part in ("Al 20, Co 40, Ni 40", "row 4", "Zebra", "Learn from the 1 outcomes"))
    page = client.get(f"/alloys/predicted/{token}").text
    table = tmp_path / "mine.csv"
    table.write_bytes(pages.state.uploads.find(token).read_bytes())
    asked = predict_list(table, EvidenceInputs((file,)))
    assert [a["alloy"] for a in asked["alloys"]] == ["Co2FeMn", "Al0,5CoNi"]
    assert all(f"{a['pignistic']:.3f}" in page for a in asked["alloys"])
    rows = list(csv.DictReader(client.get(f"/alloys/predicted/{token}/alloys.csv").text.splitlines()))
    assert [float(r["pignistic"]) for r in rows] == [a["pignistic"] for a in asked["alloys"]]
    drawn = client.get("/alloys/scan", params={"alloy": "CoFeNi", "element": "Al", "low": "0", "high": "1,5"}).text
    assert drawn.count('class="plot"') >= 4
    assert "21 alloys" in drawn
    grid = client.get("/alloys/scan", params={"alloy": "CoFeNi", "element": "Al", "second": "Ti"}).text
    assert grid.count('class="cell"') == 121
    wrong = client.get("/alloys/scan", params={"alloy": "CoFeNi", "element": "Qq"}).text
    assert 'role="alert"' in wrong
    nothing = pages.state.uploads.keep("notes.csv", b"a,b\n1,2\n")
    assert 'role="alert"' in client.get(f"/alloys/new/{nothing}").text
    desk.close()


def test_a_page_does_not_wait_for_a_predictor_that_learns(tmp_path: Path) -> None:
    desk = AlloyDesk(tmp_path, wait=0.0)
    gate = threading.Event()
    desk._pool.submit(gate.wait)  # what the pool does before: nothing is learned here
    assert desk.exchange("CoCrFeNi", "Co") is None
    desk.close()
    gate.set()


def test_an_explanation_speaks_to_a_metallurgist(home: Path, file: Path) -> None:
    found = explain_alloy("CoFeMn", 50, EvidenceInputs((file,)))
    records = [b for b in found["because"] if b["source"] == "records: tables"]
    assert [(b["measured"], b["provenance"].startswith("three.csv:")) for b in records] == [(1, True)]
    assert not any("∅" in b["substitution"] for b in found["because"])
    one, two = found["further_measurement"]
    assert one["pignistic"] > found["pignistic"] > two["pignistic"]
    cantor = descriptors(dict.fromkeys(("Co", "Cr", "Fe", "Mn", "Ni"), 0.2))
    assert cantor["valence_electrons"] == pytest.approx(8.0)
    assert cantor["mixing_enthalpy"] == pytest.approx(-4.16, abs=0.1)
    assert cantor["competing_pair"]["pair"] == "Mn-Ni"
    assert descriptors({"Xe": 0.5, "Ne": 0.5})["mixing_enthalpy"] is None


def test_scans_and_grids() -> None:
    assert [a.text for a in scan("Al 0:0.2:0.1 in CoNi")] == ["CoNi", "Al0.1CoNi", "Al0.2CoNi"]
    assert len(scan("Al 0:2:0.5, Ti 0:1:0.5 in CoNi")) == 15
    assert scan("Ni 0:0:1 in CoNiFe")[0].text == "CoFe"
    (alloy,) = [a for a in exchange("Co=Ni in Co2NiFe", []) if a.exchange]
    assert alloy.fractions == {"Fe": 0.25, "Ni": 0.75}
    for text in ("Al in CoNi", "Al 0:2:0 in CoNi", "Xx 0:1:1 in CoNi", "Al 0:1:1e-9 in CoNi", "Al 0:1000:.001 in CoNi"):
        with pytest.raises(InputError, match="--scan"):
            scan(text)
    for text in ("Co=Ni", "Mn=Ni in CoNi", "Co=Xx in CoNi"):
        with pytest.raises(InputError, match="--exchange"):
            exchange(text, [])


def test_lists(tmp_path: Path) -> None:
    path = tmp_path / "l.txt"
    path.write_bytes("CoCrNi\r\n# a remark\r\n\r\nAl0,5CoNi\r\nNaN\r\n".encode("utf-16"))
    found, skipped = read_list(path)
    assert [a.text for a in found] == ["CoCrNi", "Al0,5CoNi"]
    assert skipped[0]["alloy"] == "NaN"
    path.write_text("")
    with pytest.raises(InputError, match="empty"):
        read_list(path)
    table = tmp_path / "t.csv"
    table.write_text("name;Co;Cr;Ni\nA;50;25;25\nB;0;0;0\n")
    found, skipped = read_list(table)
    assert found[0].fractions == pytest.approx({"Co": 0.5, "Cr": 0.25, "Ni": 0.25})
    assert [s["reason"][:5] for s in skipped] == ["row 3"]
    plain = tmp_path / "list.csv"
    plain.write_text("CoCrNi\nAl0.5CoNi\n")
    assert [a.text for a in read_list(plain)[0]] == ["CoCrNi", "Al0.5CoNi"]


def test_one_question_at_a_time() -> None:
    result = CliRunner().invoke(app, ["predict", "--elements", "Fe,Co", "--scan", "Al 0:1:1 in CoNi"])
    assert isinstance(result.exception, InputError)
