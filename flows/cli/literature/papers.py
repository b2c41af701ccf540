"""What the commands of `hypograph literature` share: the corpus, and reading what the user names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hypograph.flows.cli.common import say
from hypograph.models.core.errors import InputError
from hypograph.models.core.records import Publication

if TYPE_CHECKING:
    from hypograph.flows.literature.corpus import Corpus
    from hypograph.flows.literature.library import Library
    from hypograph.flows.runtime.settings import Settings

MAIN = "main"


CorpusOption = Annotated[str, typer.Option("--corpus", help="Name of the corpus; yours is called main.")]


def corpus_and_settings(name: str = MAIN, **overrides: object) -> tuple[Settings, Corpus]:
    """Return the settings, and the user's corpus of a name."""
    settings, library = library_and_settings(**overrides)
    return settings, library.corpus(name)


def library_and_settings(**overrides: object) -> tuple[Settings, Library]:
    """Return the settings, and the user's corpora."""
    from hypograph.flows.literature.library import Library
    from hypograph.flows.runtime.settings import load_settings

    settings = load_settings(**overrides)
    return settings, Library(settings.home / "literature")


def read_papers(paths: list[Path]) -> tuple[list[Publication], list[str]]:
    """Read publications; how they were understood and what cannot be read is told, the latter returned beside them."""
    from hypograph.flows.readers.publications.registry import read_publications

    publications: list[Publication] = []
    problems: list[str] = []
    for path in paths:
        report = read_publications(path)
        publications.extend(report.publications)
        problems.extend(report.problems)
        for note in report.notes[:10]:
            say(note)
    for problem in problems[:10]:
        say(f"problem: {problem}")
    if len(problems) > 10:
        say(f"problems: {len(problems) - 10} more")
    return publications, problems


def year_span(text: str, option: str) -> tuple[int, int]:
    """Return first and last year of ``2012-2017`` or ``2012``; `option` is named where it is neither."""
    match = re.fullmatch(r"\s*(\d{4})\s*(?:[-–:]\s*(\d{4})\s*)?", text)
    if match is None or (match.group(2) and int(match.group(2)) < int(match.group(1))):
        raise InputError(f"{text!r} are no years", where=option, expected="two years such as 2012-2017")
    return int(match.group(1)), int(match.group(2) or match.group(1))
