"""`hypograph evidence`: measure the fusion of evidence, predict phases, explain predictions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hypograph.flows.cli.common import JsonFlag, SeedOption, emit, say, table
from hypograph.flows.evidence.registry import source_help
from hypograph.flows.evidence.wording import explanation, footnotes, likeliest_phase, percent
from hypograph.models.core.errors import InputError

if TYPE_CHECKING:
    from hypograph.flows.evidence.inputs import EvidenceInputs


app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Element substitutability and phase prediction from sources whose skill is measured.",
)

AlloysOption = Annotated[
    str,
    typer.Option("--alloys", help="Alloy tables, parted by commas; default: the tables that ship with the package."),
]
SourcesOption = Annotated[
    str,
    typer.Option(
        "--sources", help=f"Sources, parted by commas: {source_help()}; default: those that need nothing more."
    ),
]
LaboratoryOption = Annotated[
    str,
    typer.Option(
        "--laboratory",
        help="Tables of own measurements, or folders of campaigns, parted by commas: a source beside the others.",
    ),
]
PapersOption = Annotated[
    str,
    typer.Option(
        "--papers",
        help="Publications, or what `evidence claims --save` wrote, parted by commas: a source beside the others.",
    ),
]
ColumnsOption = Annotated[
    str,
    typer.Option(
        "--columns",
        help="Columns the header does not tell: composition=NAME,phase=NAME,label=NAME; single=1: what 1 means.",
    ),
]
SkipBadOption = Annotated[
    bool, typer.Option("--skip-bad/--no-skip-bad", help="Leave out rows that cannot be read, and name them; or stop.")
]
StateOption = Annotated[
    str,
    typer.Option(
        "--state",
        help="Only records of this state, where an alloy has some: as-cast, annealed, 'annealed at 1000 °C', powder, "
        "wrought, additive, film; default: all pooled.",
    ),
]
AnswersOption = Annotated[
    Path | None,
    typer.Option(
        "--expert-answers",
        help="Answers of an expert: element_a, element_b, domain, has_knowledge, substitutability.",
    ),
]


@app.command()
def evaluate(
    alloys: Annotated[
        str, typer.Option("--alloys", help="Alloy tables, parted by commas; all train, the last is tested.")
    ],
    protocol: Annotated[str, typer.Option("--protocol", help="loeo, cv10 or train10.")] = "loeo",
    sources: SourcesOption = "",
    expert_answers: AnswersOption = None,
    methods: Annotated[str, typer.Option("--methods", help="Methods to run, parted by commas; default: all.")] = "",
    columns: ColumnsOption = "",
    skip_bad: SkipBadOption = True,
    seed: SeedOption = 0,
    json: JsonFlag = False,
) -> None:
    """Measure each method on alloys that did not train it."""
    from hypograph.flows.evidence.evaluate import evaluate_tables

    document = evaluate_tables(
        paths(alloys), protocol, names(sources), expert_answers, methods=names(methods),
        columns=roles(columns) or None, skip_bad=skip_bad, seed=seed, tell=say,
    )  # fmt: skip
    rows = [
        [m["method"], m["accuracy"], m["auc"], m["mcc"], m["ece"], m["accuracy_certain_half"],
        m["share_saturated"],
         m["ignorance_predicts_error"], m["seconds"]]
        for m in document["methods"]
    ]  # fmt: skip
    header = ["method", "accuracy", "AUC", "MCC", "ECE", "certain half", "saturated", "ignorance→error", "s"]
    emit(document, json, table(header, rows, f"{protocol} on {alloys}"))


@app.command()
def predict(
    elements: Annotated[str, typer.Option("--elements", help="Elements to choose from, parted by commas.")] = "",
    size: Annotated[int, typer.Option("--size", min=2, max=10, help="Elements in an alloy.")] = 4,
    top: Annotated[int, typer.Option("--top", "-n", min=1, help="Alloys to print, best first.")] = 10,
    formulas: Annotated[
        Path | None, typer.Option("--list", help="A table of alloys, or a file with one formula a line.")
    ] = None,
    scan: Annotated[str, typer.Option("--scan", help="Amounts: 'Al 0:2:0.1 in CoCrFeNi'; several make a grid.")] = "",
    exchange: Annotated[
        str, typer.Option("--exchange", help="Stand-ins for an element: 'Co=Ni,Fe in CoCrFeNi', or 'Co in CoCrFeNi'.")
    ] = "",
    alloys: AlloysOption = "",
    sources: SourcesOption = "",
    expert_answers: AnswersOption = None,
    laboratory: LaboratoryOption = "",
    papers: PapersOption = "",
    columns: ColumnsOption = "",
    skip_bad: SkipBadOption = True,
    state: StateOption = "",
    seed: SeedOption = 0,
    json: JsonFlag = False,
) -> None:
    """Predict which alloys are single-phase: those of some elements, of a list, of a scan, or with an exchange."""
    from hypograph.flows.evidence.predict import predict_alloys, predict_list

    if sum(map(bool, (elements, formulas, scan, exchange))) != 1:
        raise InputError(
            "what to predict is not said, or said twice", expected="one of --elements, --list, --scan, --exchange"
        )
    inputs = given(alloys, sources, expert_answers, laboratory, papers, columns, skip_bad, seed)
    if elements:
        document = predict_alloys(names(elements), size, top, inputs, say, state=state)
    else:
        document = predict_list(formulas, inputs, scan_of=scan, exchange_of=exchange, tell=say, state=state)
    for skipped in document.get("skipped", ()):
        say(f"{skipped['alloy']}: {skipped['reason']}")
    keys = ("alloy", "belief", "plausibility", "pignistic", "ignorance", "conflict")
    rows = [
        [
            *[a[k] for k in keys],
            f"{a['records']['single']} single, {a['records']['multi']} not"
            + (", disagree" if a["records"]["disagree"] else ""),
            likeliest_phase(a),
            percent(a),
        ]
        for a in document["alloys"][: top if exchange else None]
    ]
    left = len(document["alloys"]) - len(rows)
    more = f"\n{left} more stand-ins, less likely: --top" if left else ""
    emit(
        document, json, table((*keys, "records", "phase", "at.%"), rows, document["note"]) + more + footnotes(document)
    )


@app.command()
def explain(
    alloy: Annotated[str, typer.Argument(help="An alloy: Co-Cr-Fe-Ni, CoCrFeNi or Al0.5CoCrFeNi.")],
    top: Annotated[int, typer.Option("--top", "-n", min=1, help="Pieces of evidence to print, strongest first.")] = 10,
    alloys: AlloysOption = "",
    sources: SourcesOption = "",
    expert_answers: AnswersOption = None,
    laboratory: LaboratoryOption = "",
    papers: PapersOption = "",
    columns: ColumnsOption = "",
    skip_bad: SkipBadOption = True,
    state: StateOption = "",
    seed: SeedOption = 0,
    json: JsonFlag = False,
) -> None:
    """Say which substitutions from which known alloys, from which sources, carry a prediction."""
    from hypograph.flows.evidence.explain import explain_alloy

    inputs = given(alloys, sources, expert_answers, laboratory, papers, columns, skip_bad, seed)
    document = explain_alloy(alloy, top, inputs, say, state=state)
    emit(document, json, explanation(document))


@app.command()
def read(
    file: Annotated[Path, typer.Argument(help="A table of alloys: .csv, .tsv, .xlsx, .ods.")],
    columns: Annotated[
        str,
        typer.Option(
            "--columns",
            help="Columns that the header does not tell: composition=NAME,phase=NAME,label=NAME,state=NAME.",
        ),
    ] = "",
    sheet: Annotated[str, typer.Option("--sheet", help="Sheet of a workbook; default: the first.")] = "",
    json: JsonFlag = False,
) -> None:
    """Say what a table of alloys says: compositions in at.%, phases, labels, and the rows that cannot be read."""
    from hypograph.flows.readers.alloy_tables import document, read_alloy_table

    reading = read_alloy_table(file, columns=roles(columns), sheet=sheet or None)
    found = document(reading)
    shown = [
        [r.row, r.text, " ".join(f"{e} {p:g}" for e, p in r.composition.atomic_percent.items()), " + ".join(r.phases),
         r.label, r.state[:40]]
        for r in reading.rows
    ]  # fmt: skip
    title = f"{file}: {len(reading.rows)} rows read, {len(reading.skipped)} left out"
    for note in reading.notes:
        say(note)
    for skipped in reading.skipped:
        say(f"row {skipped.row} left out ({skipped.text or 'no text'}): {skipped.reason}")
    emit(found, json, table(("row", "text", "at.%", "phases", "label", "state"), shown, title))
    if not reading.rows and reading.skipped:
        raise typer.Exit(2)


@app.command()
def claims(
    files: Annotated[list[Path], typer.Argument(help="Publications, of any format that `literature add` reads.")],
    reader: Annotated[
        str, typer.Option("--reader", help="patterns, or model: the configured language model.")
    ] = "patterns",
    save: Annotated[
        Path | None, typer.Option("--save", help="Write them as NAME.claims.jsonl, for --papers of other commands.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Read what papers say of the phases of alloys, each claim with its sentence."""
    from hypograph.flows.evidence.claims import claims_read, save_claims

    document, found = claims_read(files, reader, say)
    if save is not None:
        save_claims(found, save)
    rows = [
        [c["alloy"], c["label"], " + ".join(c["phases"]), c["state"], c["publication"], c["sentence"][:90]]
        for c in document["claims"]
    ]
    title = f"{len(rows)} claims in {document['publications']} publications, read by {document['reader']}"
    emit(document, json, table(("alloy", "label", "phases", "state", "publication", "sentence"), rows, title))


def given(
    alloys: str,
    sources: str,
    answers: Path | None,
    laboratory: str,
    papers: str,
    columns: str,
    skip_bad: bool,
    seed: int,
) -> EvidenceInputs:
    """What a predictor learns from, from the options that `predict` and `explain` share."""
    from hypograph.flows.evidence.inputs import EvidenceInputs

    return EvidenceInputs(
        tuple(paths(alloys)), tuple(names(sources)), answers, tuple(paths(laboratory)), tuple(paths(papers)),
        roles(columns) or None, skip_bad, seed,
    )  # fmt: skip


def paths(text: str) -> list[Path]:
    """Files of a comma-separated option; a file's own name may hold commas."""
    parts, found = text.split(","), list[Path]()
    while parts:
        # The longest name that is a file; without one the next part, for the error to name it.
        size = next((n for n in range(len(parts), 0, -1) if Path(",".join(parts[:n]).strip()).is_file()), 1)
        name = ",".join(parts[:size]).strip()
        if name:
            found.append(Path(name))
        del parts[:size]
    return found


def roles(text: str) -> dict[str, str]:
    """Roles of columns: ``composition=Alloy,phase=Structure``."""
    found: dict[str, str] = {}
    for part in names(text):
        role, equals, name = part.partition("=")
        if not equals:
            raise InputError(f"{part!r} names no role", where="--columns", expected="composition=NAME,phase=NAME")
        found[role.strip()] = name.strip()
    return found


def names(text: str) -> list[str]:
    """Members of a comma-separated option."""
    return [part.strip() for part in text.split(",") if part.strip()]
