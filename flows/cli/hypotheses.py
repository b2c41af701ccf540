"""`hypograph hypotheses`: search for hypotheses, simulate and evaluate the search."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from hypograph.flows.cli.common import (
    DryRunFlag,
    JsonFlag,
    MinutesOption,
    SeedOption,
    emit,
    say,
    show_estimate,
    table,
)
from hypograph.models.core.documents.hypotheses import Searched
from hypograph.models.core.errors import InputError

MOST_CELLS: Final = 2_000_000_000  # of numbers in single precision: 8 GB

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def _numbers(text: str, where: str, instances: int) -> list[int]:
    try:
        found = [int(part) for part in text.split(",")]
    except ValueError as error:
        raise InputError(f"{text[:80]!r} is no list of whole numbers", where=where, expected="60,240,960") from error
    if not found or min(found) < 3:
        raise InputError(f"{text[:80]!r} holds a number below 3", where=where, expected="3 or more")
    # Every instance keeps a matrix over its comparisons.
    most = math.isqrt(MOST_CELLS // instances)
    if max(found) > most:
        raise InputError(
            f"{text[:80]!r} wants more memory than {MOST_CELLS * 4 / 1e9:.0f} GB with {instances:,} instances",
            where=where,
            expected=f"at most {most:,}",
            hint="Fewer of them, or fewer --instances.",
        )
    return found


@app.command("simulate", help="Compare search strategies on simulated landscapes at equal judge calls.")
def simulate_(
    scenario: Annotated[str, typer.Option(help="A to J, parted by commas; all is A to H.")] = "all",
    budget: Annotated[str, typer.Option(help="Judge calls, parted by commas.")] = "60,240,960",
    strategies: Annotated[str, typer.Option(help="Names parted by commas, or all.")] = "all",
    instances: Annotated[int, typer.Option(min=2, max=100_000, help="Landscapes a scenario.")] = 200,
    seed: SeedOption = 0,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.hypotheses.simulate import simulation_document, simulation_text

    budgets = _numbers(budget, "--budget", instances)
    document = simulation_document(scenario.split(","), budgets, strategies.split(","), instances, seed, say)
    emit(document, as_json, simulation_text(document))


@app.command("rank", help="Compare rules for choosing pairs when a fixed set of hypotheses is ranked.")
def rank(
    items: Annotated[int, typer.Option(min=3, max=200, help="Hypotheses to rank.")] = 12,
    comparisons: Annotated[str, typer.Option(help="Comparisons, parted by commas.")] = "24,66,264",
    instances: Annotated[int, typer.Option(min=2, max=100_000)] = 500,
    seed: SeedOption = 0,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.hypotheses.simulate import ranking_document

    document = ranking_document(items, _numbers(comparisons, "--comparisons", instances), instances, seed)
    rows = [(r["rule"], r["comparisons"], r["top1"]["mean"], r["coverage"], r["ece"]) for r in document["rules"]]
    emit(document, as_json, table(("rule", "comparisons", "top-1", "coverage", "ece"), rows))


@app.command("search", help="Answer a research question by documents that are written, criticised and compared.")
def search(
    context: typer.Context,
    question: Annotated[str, typer.Option(help="The research question: text, or a file that holds it.")],
    coarse: Annotated[str, typer.Option(help="A coarse idea to start from: text or file.")] = "",
    survey: Annotated[Path | None, typer.Option(help="Background survey: a text file.")] = None,
    papers: Annotated[Path | None, typer.Option(help="Publications whose passages are shown and quoted.")] = None,
    discipline: Annotated[str, typer.Option(help="A shipped discipline, or a TOML file.")] = "chemistry",
    budget: Annotated[int, typer.Option(min=1, max=1_000_000, help="Calls of every kind at most.")] = 40,
    proposals: Annotated[int | None, typer.Option(min=0, help="Documents at most.")] = None,
    max_tokens: Annotated[int | None, typer.Option(min=0, help="Language-model tokens at most.")] = None,
    max_cost: Annotated[float | None, typer.Option(min=0, help="Money at most.")] = None,
    strategy: Annotated[str, typer.Option(help="ours, direct (one prompt), best-of-n, revision or greedy.")] = "ours",
    person: Annotated[bool, typer.Option("--person", help="Queue comparisons for a person.")] = False,
    posterior: Annotated[bool, typer.Option("--posterior", help="Check by the hierarchical posterior.")] = False,
    minutes: MinutesOption = None,
    dry_run: DryRunFlag = False,
    seed: SeedOption = 0,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.hypotheses.search import Request, search_command

    if dry_run:
        show_estimate(context, as_json)
        return
    request = Request(
        question=_text(question, "--question"),
        coarse=_text(coarse, "--coarse") if coarse else "",
        survey=_text(str(survey), "--survey", must=True) if survey else "",
        papers=papers,
        discipline=discipline,
        calls=budget,
        proposals=proposals,
        tokens=max_tokens,
        cost=max_cost,
        minutes=minutes,
        strategy=strategy,
        person=person,
        posterior=posterior,
        seed=seed,
    )
    document = search_command(request, say)
    emit(document, as_json, _search_text(document))


@app.command("report", help="Write what is known of a question or hypothesis: Markdown and HTML.")
def report(
    key: Annotated[str, typer.Argument(metavar="ID", help="Id of a question or hypothesis, or its beginning.")],
    folder: Annotated[Path, typer.Option(help="Folder for the two files.")] = Path(),
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.hypotheses.report import report_command

    document = report_command(key, folder)
    emit(document, as_json, f"{document['markdown']}\n{document['html']}")


@app.command("show", help="Show one hypothesis with its evidence.")
def show(
    hypothesis: Annotated[str, typer.Argument(help="Its id, or the beginning of it.")],
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.hypotheses.show import show_command

    document = show_command(hypothesis)
    rows = [(key, value) for key, value in document.items() if not isinstance(value, list | dict)]
    text = table(("property", "value"), rows)
    for name in ("inspired_by", "support", "contradict", "refines", "comparisons"):
        text += "".join(f"\n{name}: {entry}" for entry in document.get(name, []))
    emit(document, as_json, text)


@app.command("answer", help="Answer a comparison that waits for a person, or list those that wait.")
def answer(
    comparison: Annotated[str | None, typer.Argument(help="Id of the comparison; none lists them.")] = None,
    better: Annotated[str | None, typer.Option(help="first, second or equal.")] = None,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.hypotheses.show import answer_command

    document = answer_command(comparison, better)
    rows = [(w["id"], w["first"], w["second"]) for w in document["waiting"]]
    emit(document, as_json, table(("comparison", "first", "second"), rows))


@app.command("evaluate", help="Recall of the components of published hypotheses (benchmark of 51 papers).")
def evaluate(
    benchmark: Annotated[Path, typer.Option(help="The benchmark workbook (.xlsx).")],
    papers: Annotated[int | None, typer.Option(min=1, help="Only the first so many papers.")] = None,
    budget: Annotated[int, typer.Option(min=1, help="Calls of every kind a paper and strategy.")] = 40,
    strategies: Annotated[str, typer.Option(help="Strategies, parted by commas.")] = "ours,direct",
    lexical: Annotated[bool, typer.Option("--lexical", help="Without a model: lexical recall.")] = False,
    seed: SeedOption = 0,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.hypotheses.evaluate import evaluate_command

    document = evaluate_command(benchmark, papers, budget, strategies.split(","), lexical, seed, say)
    rows = [(m["method"], m["recall"], m["soft"]["mean"], m["hard"]["mean"], m["calls"]) for m in document["methods"]]
    shown = table(("method", "recall", "soft", "hard", "calls a paper"), rows)
    emit(document, as_json, f"{shown}\n{_grader_text(document['grader'])}")


def _grader_text(grader: dict[str, Any] | None) -> str:
    if grader is None:
        return "grader: not measured, the benchmark has one paper only"
    published, unrelated = grader["published"]["mean"], grader["unrelated"]["mean"]
    verdict = {
        True: "",
        False: "; it does not tell them apart, so the recalls above say nothing",
        None: "; one paper does not show whether it tells them apart",
    }[grader["tells_them_apart"]]
    return f"grader: finds {published:.2f} of the published hypothesis, {unrelated:.2f} of another paper's{verdict}"


def _text(value: str, where: str, must: bool = False) -> str:
    """Return the text of a file if the value names one, else the value itself."""
    path = Path(value)
    try:
        if must or (len(value) < 1000 and path.is_file()):
            value = path.read_text("utf-8")
    except FileNotFoundError as error:
        from hypograph.models.core.errors import MissingFileError

        raise MissingFileError("there is no such file", where=value) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the file cannot be read as text ({error})", where=str(path)) from error
    if not value.strip():
        raise InputError("it is empty", where=where, expected="some text, or a file that holds some")
    return value.strip()


def _search_text(document: Searched) -> str:
    from hypograph.models.hypotheses.document import HypothesisDocument, text_of

    lines = [text_of(HypothesisDocument.model_validate(document["document"])), ""]
    chance, direct = document["probability_best"], document["direct"]
    if chance is not None:
        lines.append(f"probability of being the best of {document['lines']} documents: {chance:.2f}")
    if direct is not None:
        beaten = direct["probability_beaten"]
        first = "is this one" if direct["reported_first"] else "was replaced"
        sure = "" if beaten is None else f"; another is better with probability {beaten:.2f}"
        lines.append(f"the direct answer {first}{sure}")
    lines.append(f"{document['calls']} calls, {document['comparisons']} comparisons, cost {document['cost']:.4f}")
    lines.append(f"stopped: {document['stopped']}")
    if said := document.get("from_papers"):
        lines.append(f"the papers say: {said['answer']}")
        lines += [f"[{c['n']}] {c['title']} ({c['publication']}): {c['passage']}" for c in said["citations"]]
    lines += [f"for: {s['publication']}: {s['passage']}" for s in document["support"]]
    lines += [f"against: {s['publication']}: {s['passage']}" for s in document["contradict"]]
    return "\n".join(lines)
