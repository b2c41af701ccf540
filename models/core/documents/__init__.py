"""Documents of the commands: what `--json` prints, typed; the book, the tests and the HTTP interface share the schemas.

A document is a dictionary of plain values, for it is read back from files; its type names every key, and the type
checker holds what makes it to that. Keys may be added; those that are there stay.
"""

from __future__ import annotations

from typing import Final

from pydantic import TypeAdapter

from hypograph.models.core.documents import campaigns, evidence, hypotheses, literature, system

# Words of a command → the type of its document.
DOCUMENTS: Final[dict[str, type]] = {
    "literature list": literature.Listed,
    "literature search": literature.Found,
    "literature show": literature.ShownPaper,
    "literature years": literature.Years,
    "literature extract": literature.ExtractedDocument,
    "literature build": literature.Built,
    "literature inspire": literature.Inspired,
    "literature ask": literature.AskedModel,
    "literature keyphrases": literature.Keyphrases,
    "literature evaluate": literature.LiteratureEvaluation,
    "evidence predict": evidence.Predicted,
    "evidence explain": evidence.Explained,
    "evidence evaluate": evidence.EvidenceEvaluation,
    "hypotheses search": hypotheses.Searched,
    "hypotheses report": hypotheses.Reported,
    "hypotheses simulate": hypotheses.Simulated,
    "hypotheses rank": hypotheses.Ranking,
    "campaign benchmark": campaigns.Benchmarked,
    "campaign compare": campaigns.ComparedMethods,
    "campaign suggest": campaigns.Suggestions,
    "campaign status": campaigns.Status,
    "campaign insight": campaigns.Insight,
    "campaign edit": campaigns.SpaceDocument,
    "flows list": system.Deployments,
    "flows run": system.FlowRun,
    "model assess": system.Assessed,
    "graph clear": system.Removed,
    "doctor": system.Doctor,
}


def schema(command: str) -> dict[str, object]:
    """Return the JSON Schema of a command's document.

    Parameters
    ----------
    command
        Its words, such as ``evidence predict``.

    Raises
    ------
    KeyError
        If the command has no typed document.

    Examples
    --------
    >>> sorted(schema("graph clear")["properties"])
    ['removed']
    """
    return TypeAdapter(DOCUMENTS[command]).json_schema()
