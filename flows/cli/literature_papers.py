"""What the commands of `hypograph literature` share: the corpus, and reading what the user names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypograph.flows.cli.common import say


def corpus_and_settings(**overrides: Any) -> tuple[Any, Any]:
    """Return the settings, and the user's corpus."""
    from hypograph.flows.literature.corpus import Corpus
    from hypograph.flows.runtime.settings import load_settings

    settings = load_settings(**overrides)
    return settings, Corpus(settings.home / "literature")


def read_papers(paths: list[Path]) -> tuple[list[Any], list[str]]:
    """Read publications; how they were understood and what cannot be read is told, the latter returned beside them."""
    from hypograph.flows.readers.publications.registry import read_publications

    publications: list[Any] = []
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
