"""What a new user does in a browser, in few steps and without a manual; and what happens when the server goes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_pages import MARKS, looks, served
from demo_runs import DemoRun

pytestmark = MARKS
READY = "html[data-forms=ready]"
SHEET = "id;solvent;T (°C);yield\n1;THF;20;12,5\n2;DMF;60;71,5\n3;toluene;80;55\n"
PLACES = (
    *(
        "/map",
        "/papers",
        "/papers/new",
        "/papers/ask?question=Which+alloys+are+single-phase",
        "/campaigns/new",
        "/questions/new",
        "/runs/new",
        "/runs/new?flow=campaign",
    ),
    *("/alloys/new", "/alloys/scan", "/models"),
)


@pytest.fixture(scope="module")
def address(small_demo: DemoRun, shipped_predictor: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the pages of the small demo, with what is learned from all alloys that ship."""
    home = small_demo.copy(tmp_path_factory.mktemp("journeys") / "home")
    shutil.copytree(shipped_predictor, home / "units" / "predictors", dirs_exist_ok=True)
    with served(home) as url:
        yield url


@pytest.fixture(scope="module")
def campaign(browser: Any, address: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Begin a campaign from a spreadsheet, as somebody would who has one, and return its address."""
    sheet = tmp_path_factory.mktemp("sheet") / "plate 7.csv"
    sheet.write_text(SHEET, "utf-8")
    page = browser.new_page(locale="de-DE")
    page.goto(address)
    page.get_by_text("New", exact=True).click()
    page.get_by_role("link", name="Begin a campaign").click()
    page.wait_for_selector(READY)
    page.locator("input[type=file]").set_input_files(sheet)
    page.get_by_role("button", name="Show what is understood").first.click()
    page.wait_for_url("**/campaigns/new/sheet/*")
    assert "numbers, 20 to 80 °C" in page.inner_text("table")
    page.get_by_role("button", name="Begin the campaign").click()
    page.wait_for_url("**recorded=3*")
    found: str = page.url.partition("?")[0]
    page.close()
    return found


def test_a_number_with_a_comma_is_recorded_as_it_was_meant(page: Any, campaign: str) -> None:
    page.goto(campaign)
    page.wait_for_selector(READY)
    page.get_by_role("button", name="Suggest").click()
    page.wait_for_selector(".trial")
    field = page.locator(".trial input[name='value:yield']").first
    field.press_sequentially("71,5")
    page.get_by_role("button", name="Record", exact=True).first.click()
    page.wait_for_selector("[data-told]:has-text('recorded')")
    assert "yield 71.5" in page.inner_text("[data-told]")
    page.locator("[data-told]").get_by_role("button", name="Undo").click()
    page.wait_for_selector("[data-told]:has-text('taken back')")


def test_what_was_typed_outlives_a_lost_server(browser: Any, campaign: str) -> None:
    page = browser.new_page()
    page.goto(campaign)
    page.wait_for_selector(READY)
    page.get_by_role("button", name="Suggest").click()
    page.wait_for_selector("[data-told]:has-text('suggested')")
    # What is typed while another answer is under way stays where it was typed.
    trial = page.locator(".trial").last
    trial.locator("input[name='value:yield']").fill("33,25")
    typed = page.locator(".trial").count() - 1
    page.get_by_role("button", name="Suggest").click()
    page.locator(".trial").nth(typed + 1).wait_for(state="attached")
    trial = page.locator(".trial").nth(typed)
    assert trial.locator("input[name='value:yield']").input_value() == "33,25"
    page.context.set_offline(True)
    trial.get_by_role("button", name="Record").click()
    page.wait_for_selector(".trial .wrong")
    assert "does not answer" in trial.locator(".wrong").inner_text()
    assert trial.locator("input[name='value:yield']").input_value() == "33,25"
    page.context.set_offline(False)
    page.reload()
    page.wait_for_selector(READY)
    trial = page.locator(".trial:has(.wrong)")
    assert trial.locator("input[name='value:yield']").input_value() == "33,25"
    trial.get_by_role("button", name="Record").click()
    page.wait_for_selector("[data-told]:has-text('33.25')")
    # A wrong number is said beside its field; a second press while the first is under way does nothing.
    page.get_by_role("button", name="Suggest").dblclick()
    page.wait_for_selector("[data-told]:has-text('suggested')")
    assert page.inner_text("[data-told]").startswith("1 suggested")
    page.locator(".trial input[name='value:yield']").last.fill("1,250")
    page.locator(".trial").last.get_by_role("button", name="Record").click()
    page.wait_for_selector(".trial .wrong")
    assert "two ways" in page.inner_text(".trial .wrong")
    assert page.locator("[aria-invalid=true]").count() == 1
    page.close()


def test_what_a_claim_rests_on_is_found_from_the_map(page: Any, address: str) -> None:
    page.goto(f"{address}/map")
    page.wait_for_selector("#map[data-ready]")
    page.locator("#find").press_sequentially("annealing")
    page.wait_for_selector("#found[data-text=annealing] [role=option]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#open")
    assert "node=k%3Aannealing" in page.url
    page.locator("#drawer .near button").first.click()
    page.wait_for_selector("#drawer h2:not(:text-is('annealing'))")
    page.locator("#open").click()
    page.wait_for_selector("h1")
    assert page.locator("h1").inner_text()


def test_names_on_the_map_keep_clear_of_each_other_and_touch_moves_it(browser: Any, address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto(f"{address}/map")
    page.wait_for_selector("#map[data-ready]")
    overlaps = """() => { const t = document.getElementById('map').picture.taken; let n = 0;
      t.forEach((a, i) => t.slice(i + 1).forEach((b) => {
        if (a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top) n += 1; }));
      return [t.length, n]; }"""
    written, over = page.evaluate(overlaps)
    assert written > 5
    assert over == 0
    box = page.locator("#map").bounding_box()
    before = page.evaluate("document.getElementById('map').picture.view.x")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 80, y + 10, steps=5)
    page.mouse.up()
    assert page.evaluate("document.getElementById('map').picture.view.x") != before
    page.close()


def test_an_element_is_replaced_with_its_reasons(page: Any, address: str) -> None:
    page.goto(f"{address}/elements")
    page.locator("input[name=symbol]").fill("Co")
    page.get_by_label("in the alloy").fill("CoCrFeNi")
    page.get_by_role("button", name="By what, and why").click()
    # The first question of a machine learns from all records that ship; the page says so and looks again.
    page.wait_for_selector("#exchange tbody tr", timeout=240_000)
    assert page.locator("#exchange a[href^='https://doi.org/']").count() > 0


def test_the_switch_of_colours_is_kept(page: Any, address: str) -> None:
    page.goto(address)
    page.select_option("#theme", "dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.goto(f"{address}/papers")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    page.select_option("#theme", "light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark


def test_a_question_is_asked_and_followed_to_its_answer(page: Any, address: str, tmp_path: Path) -> None:
    page.set_default_timeout(180_000)  # the first page with flows imports Prefect
    library = tmp_path / "export.ris"
    text = "Annealing lowers the hardness of CoCrFeNi alloys. Quenching raises it."
    library.write_text(f"TY  - JOUR\nTI  - Annealing and hardness\nPY  - 2019\nDO  - 10.1000/a\nAB  - {text}\nER  - \n")
    page.goto(f"{address}/papers/new")
    page.wait_for_selector(READY)
    page.locator("input[type=file]").set_input_files(library)
    page.get_by_role("button", name="Show what it holds").click()
    page.wait_for_selector("button:has-text('Add 1 paper')")
    page.get_by_role("button", name="Add 1 paper").click()
    page.wait_for_url("**added=*")
    added = page.url
    page.locator("main").get_by_role("link", name="Ask your papers").click()
    page.get_by_label("The question").fill("How does annealing change the hardness of CoCrFeNi?")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_selector("#answer a[href='#c1']")
    assert "Annealing lowers the hardness" in page.inner_text("#c1")
    page.goto(added)
    page.get_by_role("link", name="Ask a question of them").click()
    page.wait_for_selector(READY)
    page.get_by_label("The question").fill("How does annealing change the hardness of CoCrFeNi?")
    page.get_by_role("button", name="Begin the search").click()
    page.wait_for_url("**/runs/jobs/*")
    page.wait_for_selector("#state:has-text('completed')", timeout=180_000)
    page.get_by_role("link", name="Open the hypothesis").click()
    page.wait_for_selector("h1.statement")
    assert "annealing" in page.inner_text("h1.statement")
    assert "Annealing lowers the hardness" in page.inner_text("main")


@pytest.mark.parametrize("place", PLACES)
def test_new_pages_are_accessible_in_both_colours_and_fit_a_telephone(browser: Any, address: str, place: str) -> None:
    found = looks(browser, address + place)
    assert (found.light, found.dark) == ([], [])
    assert found.width <= 390
