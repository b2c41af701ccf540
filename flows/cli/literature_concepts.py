"""The command `hypograph literature manifest`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hypograph.flows.cli.common import JsonFlag, emit, say
from hypograph.flows.cli.literature_papers import corpus_and_settings, read_papers


def manifest(
    keywords: Annotated[str, typer.Option(help="Keywords to link, parted by commas.")] = "",
    hypothesis: Annotated[str, typer.Option(help="Or a hypothesis of the graph: the keywords that inspired it.")] = "",
    papers: Annotated[Path | None, typer.Option(help="Publications; none: your corpus.")] = None,
    passages: Annotated[int, typer.Option(min=1, max=20, help="Passages read for each step of the logic.")] = 3,
    skip: Annotated[str, typer.Option(help="Steps left to the template, parted by commas.")] = "",
    assess: Annotated[
        int, typer.Option(min=0, max=1000, help="Measure the model's reading first, by so many questions.")
    ] = 0,
    max_calls: Annotated[int | None, typer.Option(min=0, help="Language-model calls at most.")] = None,
    save: Annotated[bool, typer.Option(help="Write the result into the graph.")] = True,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.literature.concepts_command import manifest_command

    settings, corpus = corpus_and_settings(llm_max_calls=max_calls)
    document = manifest_command(
        settings,
        read_papers([papers])[0] if papers else corpus.publications(),
        keywords=_listed(keywords),
        hypothesis=hypothesis,
        per_claim=passages,
        skip=_listed(skip),
        assess=assess,
        save=save,
        say=say,
    )
    say(document["note"])
    emit(document, as_json, _text(document))


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _text(document: dict[str, Any]) -> str:
    p = document["plausibility"]
    lines = [document["statement"], ""]
    lines += [f"goal: {document['goal']}"] if document["goal"] else []
    lines.append(f"belief {p['belief']:.3f}, plausibility {p['plausibility']:.3f}, conflict {p['conflict']:.3f}")
    lines += [f"{c['id']}: {c['text']}" for c in document["claims"] if c["id"] != "concept"]
    lines += [
        f"{e['from']} → {e['to']}: for {e['mass']['for']:.3f}, against {e['mass']['against']:.3f}"
        for e in document["edges"]
    ]
    lines += [f"objection ({c['severity']}): {c['text']}" for c in document["critiques"]]
    lines += [f"against: {c['publication']}: {c['passage']}" for c in document["counterarguments"]]
    return "\n".join(lines)
