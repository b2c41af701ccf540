"""Identifiers of publications in one spelling: DOI, arXiv, PubMed, OpenAlex and others; keys of the corpus."""

from __future__ import annotations

import html
import re
import unicodedata
import urllib.parse
from collections.abc import Iterable
from typing import Final

from hypograph.models.core.keys import digest

_DOI: Final = re.compile(r"10\.\d{4,9}/[^\s\ufffd]+")
_AROUND: Final = re.compile(r"[\[(](?:doi|pii)[\])]$|[\"'>].*$|\?.*$|#.*$|&[a-z]+\d?=.*$")
# What publishers' addresses put behind a DOI.
_PAGE: Final = re.compile(r"/(?:full|abstract|abs|pdf|epdf|fulltext|html|meta|summary)(?:\.pdf|\.html?)?$|\.pdf$")
_ARXIV: Final = re.compile(
    r"(?:arxiv[:.\s/]*(?:org/(?:abs|pdf)/)?|^)((?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7}))(?:v\d+)?(?:\.pdf)?(?!\d)",
    re.IGNORECASE,
)
_OPENALEX: Final = re.compile(r"(?:openalex\.org/(?:works/)?|^)(W\d{2,})$")
PREPRINT: Final = re.compile(
    r"^10\.(?:48550/arxiv|26434/|1101/(?:\d{4}\.\d\d\.\d\d\.)?\d{6}|21203/rs|20944/preprints|31219/|31224/|31234/"
    r"|2139/ssrn|36227/techrxiv|22541/|5281/zenodo|33774/|14293/|64898/)"
)


def clean_doi(text: str) -> str:
    """Return the DOI in lower case without resolver or closing marks, or '' where there is none.

    Examples
    --------
    >>> clean_doi("https://doi.org/10.1002%2FADMA.2018.")
    '10.1002/adma.2018'
    """
    text = html.unescape(text.strip().replace("\\_", "_").replace("\\", ""))
    if "%2f" in text.lower():
        text = urllib.parse.unquote(text)
    match = _DOI.search(text.lower())
    if not match:
        return ""
    doi = match.group()
    site = re.match(r"https?://(?!(?:dx\.)?doi\.org)", text.lower())
    doi = _AROUND.sub("", doi) if not re.search(r"<\d+::", doi) else doi  # SICI holds "<" and ">" of its own
    doi = (_PAGE.sub("", doi) if site else doi).rstrip(".,;\"'>*")
    while doi.endswith((")", "]", "}")) and doi.count(_OPENING[doi[-1]]) < doi.count(doi[-1]):
        doi = doi[:-1].rstrip(".,;")
    return doi if doi.partition("/")[2] else ""


_OPENING: Final = {")": "(", "]": "[", "}": "{"}


def arxiv_id(text: str) -> str:
    """Return the arXiv number that a text is or names (``arXiv:2001.00001v2``) without version, or ''."""
    match = _ARXIV.search(text.strip())
    return match.group(1).lower() if match else ""


def openalex_id(text: str) -> str:
    """Return the OpenAlex number of a work, or ''."""
    match = _OPENALEX.search(text.strip())
    return match.group(1) if match else ""


def reference_of(text: str) -> str:
    """Return the identifier in a cited reference, else the reference as it stands, at most 300 letters."""
    if doi := clean_doi(text):
        return doi
    if work := openalex_id(text):
        return f"openalex:{work}"
    if re.fullmatch(r"\d{3}(?:-\d{3}){4}", text.strip()):
        return f"lens:{text.strip()}"
    if re.fullmatch(r"[0-9a-f]{40}", text.strip()):
        return f"s2:{text.strip()}"
    return " ".join(text.split())[:300]


def title_key(title: str) -> str:
    """Return the letters and digits of a title, lower case and without accents: equal for the same title."""
    flat = unicodedata.normalize("NFKD", title).casefold()
    return "".join(c for c in flat if c.isalnum())


def make_key(doi: str, title: str, fallback: str) -> str:
    """Return the key of a publication: its DOI, else a hash of its title, else of `fallback`."""
    if doi:
        return doi
    flat = title_key(title)
    return digest("title", flat) if flat else digest("publication", fallback)


# Words of titles that stand in every journal, beside which a title names nothing of its own.
_GENERIC_WORDS: Final = (
    "a an and the of in on to for from with by or its this introduction special issue editorial preface foreword "
    "erratum corrigendum correction addendum comment comments reply response letter letters editor editors guest "
    "message note notes news book review reviews report conference meeting workshop symposium proceedings session "
    "section part volume number index author subject table contents list reviewers acknowledgement "
    "acknowledgements acknowledgments obituary memoriam cover front back matter issue information announcement "
    "announcements call papers abstracts abstract summary overview perspective perspectives commentary annual "
    "international new current recent advances progress frontiers topical collection theme highlights inside "
    "publisher publishers retraction notice welcome about authors board "
)
_GENERIC: Final = frozenset(_GENERIC_WORDS.split())


def is_generic(title: str) -> bool:
    """Whether a title may stand in any journal ("Introduction to the special issue")."""
    return sum(word not in _GENERIC and len(word) > 1 for word in re.findall(r"[^\W\d_]+", title.casefold())) < 2


def unique(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the texts that are not empty, each once, in order."""
    return tuple(dict.fromkeys(t for t in texts if t))
