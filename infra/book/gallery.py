"""Finished studies, written from the commands that made them: `make gallery` writes docs/gallery anew.

Everything here runs on what ships with the package. The study that asks a language model replays recorded answers. What
a command prints stands below it, word for word; only folders and times are left out.
"""

from __future__ import annotations

import contextlib
import csv
import os
import random
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "gallery"
PLATE = 24  # wells of the first plate


@dataclass(frozen=True)
class Step:
    """A command of a study, and what is said before it."""

    prose: str
    command: str


@dataclass(frozen=True)
class Study:
    """A study: its name, title, steps, what it ends with, what makes its files, and answers of a model it replays."""

    name: str
    title: str
    begins: str
    steps: tuple[Step, ...]
    ends: str
    prepare: Callable[[Path], None] = lambda folder: None
    answers: str = ""


def first_plate(folder: Path) -> None:
    """Write a plate of random combinations with the yields that were measured (Ahneman et al. 2018)."""
    from hypograph.flows.readers.reaction_tables import find_table

    table = find_table("buchwald_hartwig")
    rows = random.Random(0).sample(range(len(table.values)), PLATE)
    with (folder / "first_plate.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*table.parameters, "yield"])
        writer.writerows([*table.point(row).values(), f"{table.values[row]:.3f}"] for row in rows)


def survey(folder: Path) -> None:
    """Write what is known around the question, in a few sentences."""
    (folder / "survey.txt").write_text(
        "The equiatomic alloy CoCrFeNi is one face-centred cubic phase. Its stacking-fault energy falls on cooling, "
        "and at 77 K it twins. Interstitial carbon or nitrogen strengthens it in solution; beyond its solubility "
        "carbides or nitrides form at grain boundaries. Grain refinement raises the yield strength by the Hall-Petch "
        "relation.\n",
        "utf-8",
    )


STUDIES = (
    Study(
        "single_phase",
        "Which alloys near the Cantor alloy are one phase?",
        "A metallurgist knows CoCrFeMnNi and wants a cheaper or stronger neighbour that is still one phase.",
        (
            Step("What is known of the alloy itself, from which records?", "hypograph evidence explain CoCrFeMnNi"),
            Step(
                "What could stand for cobalt? The predictor is asked of each alloy that the exchange makes.",
                "hypograph evidence predict --exchange 'Co in CoCrFeMnNi' --top 8",
            ),
            Step(
                "How much aluminium does CoCrFeNi take?",
                "hypograph evidence predict --scan 'Al 0:1.5:0.25 in CoCrFeNi' --top 7",
            ),
            Step(
                "And an alloy that nobody has made: is anything known?", "hypograph evidence explain Ag-Bi-Hg-W --top 3"
            ),
        ),
        "Read `ignorance` first: it says how much is not known. A high belief with many records is a fact to look up; "
        "one without records is a reason to melt a button. Where belief and plausibility lie far apart, a measurement "
        "changes most.",
    ),
    Study(
        "cross_coupling",
        "A Buchwald–Hartwig coupling in a plate and a few rounds",
        "A chemist has run a plate of 24 random combinations of additive, aryl halide, base and ligand. The yields, "
        "as fractions, are real: rows of the table of Ahneman et al. (Science 360, 186, 2018), which ships with the "
        "package.",
        (
            Step("The sheet as it was written down.", "head -4 first_plate.csv"),
            Step(
                "A campaign begins from it. Its columns are the parameters, its rows the first results.",
                "hypograph campaign new lab --space first_plate.csv --objective max:yield --results --no-store",
            ),
            Step("What did the plate show?", "hypograph campaign insight lab"),
            Step("What should be tried next?", "hypograph campaign suggest lab --count 4 --no-store"),
            Step(
                "Is the method worth it? On the whole table, from the same random starts, beside random choice.",
                "hypograph campaign benchmark --table buchwald_hartwig --method random,bo --seeds 20 --budget 20",
            ),
        ),
        "Read the spread beside the means: one campaign of twenty experiments may still lose to luck. The page on "
        "campaigns has more tables, with intervals.",
        first_plate,
    ),
    Study(
        "a_question",
        "A question, answered by a document that can be refuted",
        "What raises the yield strength of CoCrFeNi at 77 K without loss of uniform elongation? The answers below were "
        "given by hand by a reasoning model during development, and are replayed.",
        (
            Step("What is known, in a few sentences.", "cat survey.txt"),
            Step(
                "Three calls: one prompt, its critique, its revision.",
                "hypograph hypotheses search --question 'What raises the yield strength of CoCrFeNi at 77 K without "
                "loss of uniform elongation?' --survey survey.txt --discipline alloys --strategy revision --budget 3",
            ),
        ),
        "The document is a proposal, not a finding: nothing in it has been measured. `hypograph campaign new my-test "
        "--hypothesis ID` begins the campaign that tests it.",
        survey,
        "with_a_model",
    ),
)


def shown(command: str, folder: Path, environment: dict[str, str]) -> str:
    """Run a command and return what it printed; progress is left out."""
    arguments = shlex.split(command)
    if arguments[0] == "hypograph":
        arguments = [sys.executable, "-m", "hypograph.flows.cli.main", *arguments[1:]]
    done = subprocess.run(arguments, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{command}\n{done.stderr}")
    text = done.stdout.replace(str(folder), ".")
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "…", text).rstrip()


@contextlib.contextmanager
def replayed(answers: str) -> Iterator[dict[str, str]]:
    """Serve recorded answers of a model and yield the settings that name it; none where there are none."""
    if not answers:
        yield {}
        return
    sys.path.insert(0, str(ROOT / "benchmarks"))
    from recordings import Recording, serving

    with serving(Recording.read(ROOT / "docs" / "notebooks" / "answers" / f"{answers}.jsonl")) as address:
        model = {"BASE_URL": address, "MODEL": "recorded", "API_KEY": "none"}
        yield {f"HYPOGRAPH_LLM_{name}": value for name, value in model.items()}


def page(study: Study) -> str:
    """Carry out a study in an empty folder and write its page."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        study.prepare(folder)
        environment = {**os.environ, "HYPOGRAPH_HOME": str(folder / "home"), "COLUMNS": "160"}
        parts = [f"# {study.title}", study.begins]
        with replayed(study.answers) as model:
            for step in study.steps:
                told = shown(step.command, folder, {**environment, **model})
                parts += [step.prose, f"```console\n$ {step.command}\n{told}\n```"]
    parts += [study.ends, "Made by `make gallery` with what ships with the package."]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Write the pages of all studies, or of those that are named."""
    FOLDER.mkdir(exist_ok=True)
    for study in STUDIES:
        if not sys.argv[1:] or study.name in sys.argv[1:]:
            (FOLDER / f"{study.name}.md").write_text(page(study), "utf-8")
            sys.stdout.write(f"docs/gallery/{study.name}.md\n")


if __name__ == "__main__":
    main()
