"""What exports and services call the fields of a publication."""

from __future__ import annotations

from typing import Final

# Names that exports give to a field, by letters and digits in lower case; the first that is filled wins.
_SPELLINGS: Final[dict[str, str]] = {
    "title": (
        "title titleprimary articletitle documenttitle itemtitle ti dctitle displayname titles papertitle primarytitle "
        "maintitle name"
    ),
    "abstract": (
        "abstract abstractinvertedindex ab abstracttext abstractnote paperabstract abstracts dcdescription summary "
        "descriptions description n2"
    ),
    "year": (
        "year publicationyear py pubyear yearpublished publishedyear issued publishedprint published publishedonline "
        "publicationdate pubdate prismcoverdate coverdate datepublished coverdisplaydate date onlinedate "
        "earlyaccessdate firstpublicationdate publisheddate publishyear yearofpublication pubtime ea pd"
    ),
    "venue": (
        "venue journal journaltitle containertitle sourcetitle fulljournalname journalname publicationname "
        "prismpublicationname periodicalfull booktitle publicationtitle pubtitle so journalbook primarylocation "
        "primarylocationsourcedisplayname hostvenue hostvenuedisplayname journalinfo publicationvenue sourcename "
        "journalref conference conferencename bookseriestitle publishedin pub journals container publicationinfo source"
    ),
    "doi": (
        "doi dois di itemdoi digitalobjectidentifier prismdoi electronicresourcenum articledoi pubdoi externalids ids "
        "pids articleids identifiers identifier doilink doiurl doidoi"
    ),
    "citations": (
        "citations citedbycount timescited citedby citationcount tc isreferencedbycount citingworkscount "
        "articlecitationcount citingpapercount scholarlycitationscount timescitedwoscore timescitedalldatabases z9 "
        "cites ncitations numcitations citationnum totalcitations incitations"
    ),
    "keywords": ("keywords authorkeywords de keyword keywordlist authkeywords kwd ot indexterms tags manualtags"),
    "retracted": "retracted isretracted",
    "type": "documenttype publicationtypes publicationtype dt pubtype type pubtypelist",
    "authors": (
        "authorfullnames af authors authorsprimary author authorships fullauthor authorlist creators authornames au "
        "authorstring "
        "dccreator creator authorshipsauthordisplayname"
    ),
    "references": (
        "references referencedworks cr citedreferences reference referencelist outcitations referencedworksids"
    ),
    "key": "key id",
    "passages": "passages",
    "version_of": "versionof",
}
NAMES: Final = {field: tuple(names.split()) for field, names in _SPELLINGS.items()}
# Names that mean a field also within a part of a record (``source: {sourceTitle, publishYear}``); not in parts
# that tell of other publications.
WITHIN: Final[dict[str, tuple[str, ...]]] = {
    "year": ("year", "publishyear", "pubyear", "publicationyear"),
    "venue": ("sourcetitle", "journaltitle", "containertitle", "journal"),
    "authors": ("authors",),
}
_OTHERS_WORDS: Final = "references reference citations cites related relation relations book"
OTHERS: Final = frozenset(_OTHERS_WORDS.split())
# Identifiers elsewhere: our prefix, and the fields that hold one.
IDS: Final[dict[str, tuple[str, ...]]] = {
    "arxiv": ("arxiv", "arxivid", "eprint", "arxiveprints"),
    "pmid": ("pmid", "pubmed", "pubmedid", "medline", "medlinepmid"),
    "pmcid": ("pmcid", "pmc", "pubmedcentral"),
    "wos": ("ut", "utuniquewosid", "uniquewosid", "wosid"),
    "eid": ("eid",),
    "lens": ("lensid",),
    "s2": ("paperid", "s2id"),
}
