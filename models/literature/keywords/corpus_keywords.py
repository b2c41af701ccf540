"""Keywords of a corpus: each publication read by itself, then chosen by what the whole corpus says of words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from hypograph.models.core.records import Publication
from hypograph.models.literature.keywords.choice import Found, tabulate
from hypograph.models.literature.keywords.extraction import introduced, material_keywords, phrase_candidates
from hypograph.models.literature.keywords.phrases import select_terms
from hypograph.models.literature.keywords.vocabulary import Vocabulary
from hypograph.models.literature.text.language import is_english
from hypograph.models.literature.text.spelling import normalise

# Publications that must introduce an abbreviation before others may use it unexplained.
AGREED: Final = 2
NOTE_LANGUAGES: Final = (
    " {count:,} of the publications {verb} not in English: formulas and the authors' keywords are read, "
    "phrases are not."
)


def read_publication(publication: Publication) -> dict[str, Any]:
    """Read one publication by itself: material terms with passages, candidate phrases, abbreviations, language."""
    english = is_english(f"{publication.title} {publication.abstract}")
    return {
        "materials": [[m.keyword, m.kind, m.passage] for m in material_keywords(publication)],
        "found": phrase_candidates(publication) if english else {},
        "introduced": introduced(publication) if english else {},
        "english": english,
    }


def choose_keywords(
    publications: Sequence[Publication], read: Sequence[Mapping[str, Any]], vocabulary: Vocabulary
) -> list[list[str]]:
    """Choose the keywords of each publication.

    Parameters
    ----------
    publications, read
        The corpus, and what `read_publication` found in each.
    vocabulary
        The user's stop words and thesaurus.

    Returns
    -------
    list of list of str
        Material terms, terms, the authors' own keywords, and abbreviations that others introduced; sorted.
    """
    found: list[Found] = [one["found"] for one in read]
    table = tabulate(found)
    times = Counter((short, long) for one in read for short, long in one["introduced"].items())
    indptr, indices = select_terms(table, exempt={long for _, long in times})
    agreed = {short for (short, _), count in times.items() if count >= AGREED}
    result = []
    for i, (publication, one) in enumerate(zip(publications, read, strict=True)):
        phrases = [table.names[k] for k in indices[indptr[i] : indptr[i + 1]]]
        given = {normalise(k) for k in publication.keywords} - {""}
        short = {s for s in agreed & found[i].keys() - one["introduced"].keys() if _in_capitals(s, publication)}
        result.append(vocabulary.apply({*(m[0] for m in one["materials"]), *phrases, *given, *short}))
    return result


def _in_capitals(short: str, publication: Publication) -> bool:
    """Whether an abbreviation stands in a publication as one: "SEA", not the sea."""
    pattern = re.compile(rf"(?<!\w){re.escape(short.upper())}s?(?!\w)")
    return len(short) > 2 and pattern.search(f"{publication.title} {publication.abstract}") is not None


def note_on_languages(read: Sequence[Mapping[str, Any]]) -> str:
    """Say how many publications are in another language; '' where none is."""
    count = sum(not one["english"] for one in read)
    return NOTE_LANGUAGES.format(count=count, verb="is" if count == 1 else "are") if count else ""
