"""Questions to the corpus: the document of `hypograph literature ask`."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from hypograph.models.core.errors import InputError
from hypograph.models.core.records import Publication
from hypograph.models.literature.inspiration.answers import Answerer, Corpus
from hypograph.models.literature.inspiration.passages import Embed


def ask(
    publications: Sequence[Publication],
    question: str,
    *,
    answerer: Answerer | None = None,
    embed: Embed | None = None,
) -> dict[str, Any]:
    """Answer a question from publications, with numbered citations that exist.

    Parameters
    ----------
    publications
        The corpus.
    question
        What is asked.
    answerer
        A language model, or None: then the passage that holds what was asked is quoted.
    embed
        Maps texts to unit vectors; ranks passages by meaning too.

    Returns
    -------
    dict
        ``question``, ``answer``, ``answered``, ``citations`` (``n``, ``publication``, ``title``, ``passage``) and
        ``passages`` (``publication``, ``text``).

    Raises
    ------
    InputError
        If the question is empty, or there is no publication.
    """
    if not question.strip():
        raise InputError("no question was asked", expected='words such as "What hardens CoCrFeNi?"')
    if not publications:
        raise InputError("there is no publication to ask", hint="Add publications with `hypograph literature add`.")
    return dataclasses.asdict(Corpus(publications, embed).ask(" ".join(question.split()), answerer))
