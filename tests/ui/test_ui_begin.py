"""Everything begins on a page: papers, campaigns, questions, runs; what is wrong is said beside its field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from hypograph.flows.literature.shelf import CorpusShelf
from hypograph.flows.runtime.settings import load_settings
from hypograph.flows.server.answer_desk import AnswerDesk
from hypograph.flows.server.jobs import Jobs
from hypograph.flows.server.model_desk import ModelDesk
from hypograph.graph import GraphStore, StoreConfig
from hypograph.graph.campaigns import folder as folders
from hypograph.models.core.errors import InputError
from hypograph.models.core.services import Services
from hypograph.ui.app import create_app
from hypograph.ui.config import UiConfig
from hypograph.ui.pages.campaigns.beginning import parameter_from
from hypograph.ui.pages.flows.schedules import cron_line
from hypograph.ui.prefect_client import in_words
from hypograph.ui.problems import FieldError
from hypograph.ui.sent_once import BY_SCRIPT, HEADER

RIS = (
    b"TY  - JOUR\nTI  - Annealing of alloys\nAU  - Rossi, C.\nPY  - 2019\nJO  - Acta\nDO  - 10.1000/a\nER  - \n"
    b"TY  - JOUR\nTI  - Hardness after quenching\nPY  - 2021\nDO  - 10.1000/b\nER  - \n"
)
SHEET = "id;solvent;T (°C);yield\n1;THF;20;12,5\n2;DMF;60;71,5\n3;THF;;3\n".encode()
HAND = {
    "name": "by hand",
    "p.name": ["solvent", "temperature", ""],
    "p.values": ["THF; DMF", "20 to 100 °C", ""],
    "p.unit": ["", "", ""],
    "o.name": "yield",
    "o.direction": "max",
    "o.target": "",
}


@pytest.fixture
def client(graph_store: GraphStore, tmp_path: Path) -> Iterator[TestClient]:
    jobs = Jobs(load_settings(home=tmp_path))
    answers = AnswerDesk(ModelDesk(load_settings(home=tmp_path)))
    services = Services(shelf=CorpusShelf(tmp_path / "literature"), workshop=jobs, answers=answers)
    config = UiConfig(StoreConfig(tmp_path / "store"), token="a long secret", campaigns=tmp_path / "campaigns")
    app = create_app(config, graph_store, services)
    app.state.store = graph_store
    head = {"authorization": "Bearer a long secret", BY_SCRIPT: "1"}
    yield TestClient(app, base_url="http://127.0.0.1:8347", headers=head, follow_redirects=False)
    jobs.close()


def test_papers_are_shown_before_a_corpus_takes_them(client: TestClient, tmp_path: Path) -> None:
    place = client.post("/papers/new", files={"file": ("my export", RIS)}).json()["go"]
    echo = client.get(place).text
    assert "Annealing of alloys" in echo
    assert "<strong>2 papers</strong>" in echo
    assert not (tmp_path / "literature").exists()
    refused = client.post(place, data={"corpus": "main", "other": "../up"})
    assert (refused.status_code, refused.json()["field"]) == (400, "other")
    added = client.post(place, data={"corpus": "main", "other": "mine"}).json()["go"]
    assert "2-2" in added
    assert CorpusShelf(tmp_path / "literature").names() == ["mine"]
    assert "holds 2" in client.get(added).text


def test_an_empty_file_is_refused_beside_its_field(client: TestClient) -> None:
    for place in ("/papers/new", "/campaigns/new/sheet"):
        answer = client.post(place, files={"file": ("a.csv", b"")})
        assert (answer.status_code, answer.json()["field"]) == (400, "file")


def test_a_spreadsheet_is_echoed_corrected_and_begun(client: TestClient, tmp_path: Path) -> None:
    place = client.post("/campaigns/new/sheet", files={"file": ("plate.csv", SHEET)}).json()["go"]
    echo = client.get(place).text
    assert "numbers, 20 to 60 °C" in echo
    assert "row 4: no value for T (°C)" in echo
    roles = {"role.0": "record", "role.1": "parameter", "role.2": "parameter", "role.3": "record"}
    again = client.post(place, data={**roles, "act": "again", "name": "plate"})
    assert "no column is an outcome" in again.text
    assert not (tmp_path / "campaigns").exists()
    form = {**roles, "role.3": "min", "act": "begin", "name": "plate", "results": "1"}
    went = client.post(place, data=form).json()["go"]
    assert "recorded=2" in went
    assert "2 rows are recorded" in client.get(went).text
    found = folders.load(tmp_path / "campaigns" / "plate")
    assert [e["values"] for e in found.events] == [{"yield": 12.5}, {"yield": 71.5}]
    assert found.definition.objectives[0].direction == "min"


def test_a_form_is_echoed_and_begun_once(client: TestClient, tmp_path: Path) -> None:
    look = client.post("/campaigns/new", data={**HAND, "act": "look"})
    assert "any number from 20 to 100 °C" in look.text
    assert "<html" not in look.text
    assert not (tmp_path / "campaigns").exists()
    sent = {HEADER: "a" * 20}
    answers = [client.post("/campaigns/new", data={**HAND, "act": "begin"}, headers=sent).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert [p.name for p in (tmp_path / "campaigns").iterdir()] == ["by-hand"]
    taken = client.post("/campaigns/new", data={**HAND, "act": "begin"})
    assert (taken.status_code, taken.json()["field"]) == (400, "name")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"p.values": ["0,5", "20 to 100", ""]}, "p.values"),
        ({"p.values": ["", "20 to 100", ""]}, "p.values"),
        ({"p.values": ["THF", "100 to 20", ""]}, "p.values"),
        ({"o.name": ""}, "o.name"),
        ({"o.direction": "target", "o.target": "1,250"}, "o.target"),
        ({"initial": "many"}, "initial"),
        ({"method": "magic"}, "method"),
    ],
)
def test_what_is_wrong_in_a_form_is_said_beside_its_field(
    client: TestClient, change: dict[str, Any], field: str
) -> None:
    answer = client.post("/campaigns/new", data={**HAND, "act": "begin", **change})
    assert (answer.status_code, answer.json()["field"]) == (400, field)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("THF; DMF", {"options": ["THF", "DMF"]}),
        ("20, 40, 60", {"values": [20.0, 40.0, 60.0]}),
        ("0,5; 1,5", {"values": [0.5, 1.5]}),
        ("20-40; 40-60", {"options": ["20-40", "40-60"]}),
        ("0,1 to 2,5 mol%", {"low": 0.1, "high": 2.5, "unit": "mol%"}),
        ("20 – 80", {"low": 20.0, "high": 80.0}),
        ("01; 02", {"options": ["01", "02"]}),
    ],
)
def test_a_parameter_is_read_as_it_is_typed(text: str, found: dict[str, Any]) -> None:
    assert parameter_from("p", text, "") == {"name": "p", **found}


def test_one_number_or_two_is_not_guessed() -> None:
    with pytest.raises(InputError, match="one number or two"):
        parameter_from("p", "0,5", "")


def test_a_number_in_a_record_is_read_or_refused_and_nothing_is_lost(client: TestClient) -> None:
    id = client.post("/campaigns/new", data={**HAND, "act": "begin"}).json()["go"].rsplit("/", 1)[1]
    client.post(f"/campaigns/{id}/suggest", data={"count": "1"})
    for text in ("71,5x", "1,250", "", "nan"):
        answer = client.post(f"/campaigns/{id}/record", data={"id": "e1", "value:yield": text})
        assert (answer.status_code, answer.json()["field"]) == (400, "value:yield")
    part = client.post(f"/campaigns/{id}/record", data={"id": "e1", "value:yield": "71,5"})
    assert "e1 recorded: yield 71.5" in part.text
    assert re.search(r'action="[^"]*/undo".*Undo', part.text, re.DOTALL)


def test_a_question_and_a_run_say_what_is_missing(client: TestClient) -> None:
    assert "No language model is configured" in client.get("/questions/new").text
    for form, field in (
        ({"question": "", "calls": "40", "discipline": "chemistry"}, "question"),
        ({"question": "why?", "calls": "4,5", "discipline": "chemistry"}, "calls"),
        ({"question": "why?", "calls": "4", "discipline": "magic"}, "discipline"),
        ({"question": "why?", "calls": "4", "discipline": "chemistry", "corpus": "none"}, "corpus"),
    ):
        answer = client.post("/questions/new", data=form)
        assert (answer.status_code, answer.json()["field"]) == (400, field)
    page = client.get("/runs/new?flow=campaign").text
    assert "Experiments a campaign." in page
    answer = client.post("/runs/new/campaign", data={"p.seeds": "0"})
    assert (answer.status_code, answer.json()["field"]) == (400, "p.seeds")
    assert client.post("/runs/new/nothing").status_code == 404
    assert client.get("/runs/jobs/20260101-000000-abcdef").status_code == 404


def test_schedules_are_said_by_day_and_time() -> None:
    assert cron_line("daily", "", "02:30", []) == "30 2 * * *"
    assert cron_line("weekly", "", "6:05", [5, 1]) == "5 6 * * 1,5"
    assert in_words("5 6 * * 1,5", "Europe/Berlin") == "every Monday, Friday at 06:05 (Europe/Berlin)"
    assert in_words("*/5 * * * *", "UTC") == "*/5 * * * * (UTC)"
    for kind, at, days in (("daily", "25:00", []), ("weekly", "02:00", [])):
        with pytest.raises(FieldError):
            cron_line(kind, "", at, days)


def test_pages_without_services_say_what_they_lack(graph_store: GraphStore, tmp_path: Path) -> None:
    app = create_app(UiConfig(StoreConfig(tmp_path)), graph_store)
    app.state.store = graph_store
    bare = TestClient(app, base_url="http://127.0.0.1:8347")
    assert bare.get("/papers/new").status_code == 200
    for place in ("/runs/new", "/questions/new"):
        answer = bare.get(place)
        assert answer.status_code == 400
        assert "hypograph ui" in answer.text


def test_never_again_and_an_empty_bottle_are_changes_that_can_be_undone(client: TestClient, tmp_path: Path) -> None:
    id = client.post("/campaigns/new", data={**HAND, "act": "begin"}).json()["go"].rsplit("/", 1)[1]
    client.post(f"/campaigns/{id}/suggest", data={"count": "1"})
    part = client.post(f"/campaigns/{id}/never", data={"id": "e1"}).text
    assert "never suggested again" in part
    assert "space changed" in part
    folder = tmp_path / "campaigns" / "by-hand"
    assert len(folders.load(folder).definition.space.exclusions) == 1
    assert client.post(f"/campaigns/{id}/change", data={"parameter": "solvent", "drop": "THF"}).status_code == 200
    assert folders.load(folder).definition.space["solvent"].levels == ("DMF",)
    assert client.post(f"/campaigns/{id}/undo", data={"id": "edit-2"}).status_code == 200
    assert folders.load(folder).definition.space["solvent"].levels == ("THF", "DMF")
    assert client.post(f"/campaigns/{id}/change", data={"parameter": "solvent"}).status_code == 400


def test_the_surrogate_says_what_counts_and_predicts_at_a_point(client: TestClient) -> None:
    place = client.post("/campaigns/new/sheet", files={"file": ("plate.csv", SHEET)}).json()["go"]
    roles = {"role.0": "record", "role.1": "parameter", "role.2": "parameter", "role.3": "max"}
    went = client.post(place, data={**roles, "act": "begin", "name": "told", "results": "1"}).json()["go"]
    place = went.partition("?")[0] + "/insight"
    part = client.get(place)
    assert (part.status_code, "<html" in part.text) == (200, False)
    assert "What counts for yield" in part.text
    told = client.get(place, params={"x:solvent": "DMF", "x:T (°C)": "60"})
    assert "95 % from" in told.text
    wrong = client.get(place, params={"x:solvent": "DMF", "x:T (°C)": "warm"})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "x:T (°C)")


def test_papers_are_asked_and_what_they_do_not_carry_is_refused(client: TestClient) -> None:
    said = "Annealing lowers the hardness of CoCrFeNi [7]."
    text = f"TY  - JOUR\nTI  - Annealing and hardness\nDO  - 10.1000/c\nAB  - {said}\nER  - \n".encode()
    place = client.post("/papers/new", files={"file": ("export.ris", text)}).json()["go"]
    added = client.get(client.post(place, data={"corpus": "main", "other": "mine"}).json()["go"]).text
    assert "/papers/ask?corpus=mine" in added
    assert "begins a search for hypotheses" in added
    asked = {"corpus": "mine", "question": "How does annealing change the hardness of CoCrFeNi?"}
    page = client.get("/papers/ask", params=asked).text
    assert said in page
    assert '<a href="#c1">[1]</a>' in page
    assert 'id="c1"' in page
    assert "no language model is configured" in page
    answer = client.get("/api/v1/ask", params=asked).json()
    assert answer["answer"] == f"{said} [1]"
    assert [p["doi"] for p in answer["papers"]] == ["10.1000/c"]
    assert (
        client.get("/api/v1/ask", params={**asked, "question": "Which enzyme breaks down lactose?"}).json()["answered"]
        is False
    )
    assert "do not carry" in client.get("/papers/ask", params={**asked, "question": "Which enzyme?"}).text
    assert "no such corpus" in client.get("/papers/ask", params={**asked, "corpus": "other"}).text
    assert client.get("/api/v1/ask", params={**asked, "question": " "}).status_code == 400
    assert client.post("/papers/ask", data=asked).json()["field"] == "question"
