"""Commands of `hypograph literature`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from hypograph.flows.cli.common import JsonFlag, SeedOption, emit, say, table
from hypograph.models.errors import InputError

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Publications, keywords, inspiration.")


@app.command("evaluate", help="Measure the potential score year by year on your own papers.")
def evaluate(
    papers: Annotated[
        Path, typer.Option(help="JSON lines or another readable format, with year and citations.")
    ],
    test_years: Annotated[str, typer.Option(help="First and last year, such as 2012-2017, or one year.")],
    draws: Annotated[int, typer.Option(min=10, max=100_000, help="Bootstrap resamples.")] = 1000,
    seed: SeedOption = 0,
    as_json: JsonFlag = False,
) -> None:
    years = _years(test_years)
    from hypograph.flows.literature_evaluate import evaluate_literature
    from hypograph.flows.readers.publications import read_publications

    report = read_publications(papers)
    for problem in report.problems[:10]:
        say(f"left out: {problem}")
    if len(report.problems) > 10:
        say(f"left out: {len(report.problems) - 10} more")
    document = evaluate_literature(report.publications, years, seed=seed, draws=draws, say=say)
    document["problems"] = len(report.problems)
    emit(document, as_json, _evaluation_text(document))


@app.command("keyphrases", help="Measure keyphrase extraction against a gold standard.")
def keyphrases(
    gold: Annotated[Path, typer.Option(help="ZIP file or folder with docsutf8/NAME.txt and keys/NAME.key.")],
    baselines: Annotated[bool, typer.Option(help="Also run TF-IDF and YAKE.")] = True,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.literature_gold import evaluate_keyphrases

    document = evaluate_keyphrases(gold, baselines=baselines, say=say)
    rows = [(m["method"], m["f1_at_5"], m["f1_at_10"], m["seconds"]) for m in document["methods"]]
    emit(
        document,
        as_json,
        table(("method", "F1@5", "F1@10", "seconds"), rows, f"{document['documents']} documents"),
    )


def _years(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"\s*(\d{4})\s*(?:[-–:]\s*(\d{4})\s*)?", text)
    if match is None or (match.group(2) and int(match.group(2)) < int(match.group(1))):
        raise InputError(
            f"{text!r} are no years", where="--test-years", expected="two years such as 2012-2017"
        )
    return int(match.group(1)), int(match.group(2) or match.group(1))


def _evaluation_text(document: dict[str, Any]) -> str:
    labels = document["labels"]
    names = list(labels[0]["auroc"])
    header = ("AUROC", *(f"{row['label']} ({row['positives']}/{row['n']})" for row in labels))
    rows = [(name, *(_interval(row["auroc"][name]) for row in labels)) for name in names]
    years = "–".join(str(y) for y in document["test_years"])
    return table(header, rows, f"{document['papers']:,} papers, tested on {years}")


def _interval(figure: dict[str, float] | None) -> str | None:
    return None if figure is None else f"{figure['value']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"
