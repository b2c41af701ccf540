"""Which phrases are terms, what a user says about words, and other languages."""

from __future__ import annotations

import pytest

from hypograph.models.core.errors import InputError
from hypograph.models.core.records import Publication
from hypograph.models.literature.keywords.choice import candidates, tabulate
from hypograph.models.literature.keywords.corpus_keywords import (
    choose_keywords,
    note_on_languages,
    read_publication,
)
from hypograph.models.literature.keywords.extraction import without_imprint
from hypograph.models.literature.keywords.phrases import TermCounts, select_terms, without_parts
from hypograph.models.literature.keywords.vocabulary import Vocabulary, read_stop_words, read_thesaurus
from hypograph.models.literature.text.language import is_english
from hypograph.models.literature.text.title_share import title_share

LONG = "We train the convolutional neural network."
PLAIN = "The neural network fails."


def test_a_fragment_of_longer_phrases_is_no_term() -> None:
    table = tabulate([candidates("Convolutional neural networks", LONG) for _ in range(20)])
    chosen = {table.names[i] for i in select_terms(table)[1]}
    assert chosen == {"convolutional neural network"}
    plain = [candidates("Neural networks", PLAIN) for _ in range(20)]
    both = tabulate([*(candidates("Convolutional neural networks", LONG) for _ in range(20)), *plain])
    assert {both.names[i] for i in select_terms(both)[1]} == {"convolutional neural network", "neural network"}


def test_numbers_units_and_pieces_of_hyphenated_words_are_no_terms() -> None:
    text = "A multi-class method at 500 nm and 2 cm was used in multi-class classification."
    table = tabulate([candidates("Multi-class classification", text) for _ in range(9)])
    names = {table.names[i] for i in select_terms(table)[1]}
    assert "multi class" not in names
    assert not any(word in {"nm", "cm"} or word[0].isdigit() for name in names for word in name.split())


def test_counts_of_terms_are_those_of_documents() -> None:
    table = tabulate([candidates("", LONG), candidates("", PLAIN)])
    counts = TermCounts(table)
    import numpy as np

    counts.add(np.arange(table.name.size), 2)
    at = table.names.index("neural network")
    assert (counts.df[at], counts.whole[at], counts.extension()[at]) == (2, 1, 1)


def test_parts_count_where_they_also_stand_elsewhere() -> None:
    assert without_parts(["neural network", "deep neural network"], [1, 1]) == [1]
    assert without_parts(["neural network", "deep neural network"], [2, 1]) == [0, 1]


def test_words_of_topics_stand_in_titles() -> None:
    assert title_share("reinforcement") > title_share("unknownword") > title_share("significantly")


@pytest.mark.parametrize(
    "line",
    [
        "© 2015 Elsevier Ltd. All rights reserved.",
        "Copyright 2012 by the authors.",
        "Published by Elsevier B.V.",
        "2009 WILEY-VCH Verlag GmbH, Weinheim",
        "© The Royal Society of Chemistry 2008.",
    ],
)
def test_the_publishers_line_is_cut_off(line: str) -> None:
    assert without_imprint(f"Steel hardens in oil. {line}").rstrip() == "Steel hardens in oil."


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("Härte von Legierungen mit hoher Entropie und ihre Verarbeitung", False),
        ("Étude de la dureté des alliages à haute entropie", False),
        ("高熵合金的硬度研究", False),
        ("Hardness of AlxCoCrFeNi plates", True),
        ("AlCoCrFeNi", True),
        ("On the Laves phase of a cast alloy", True),
    ],
)
def test_other_languages_are_told(text: str, english: bool) -> None:
    assert is_english(text) is english


def test_a_paper_in_another_language_keeps_its_formulas_and_the_note_says_so() -> None:
    papers = [
        Publication("a", title="Härte von CoCrFeNi nach dem Walzen", abstract="Die Härte der Legierung ist hoch."),
        Publication("b", title="Grain boundaries of CoCrFeNi", abstract="Grain boundaries harden CoCrFeNi."),
    ]
    read = [read_publication(p) for p in papers]
    chosen = choose_keywords(papers, read, Vocabulary(frozenset({"Fe"}), {"grain boundary": "boundary of grains"}))
    assert "CoCrFeNi" in chosen[0]
    assert not any("härte" in name.lower() for name in chosen[0])
    assert "boundary of grains" in chosen[1]
    assert "Fe" not in chosen[1]
    assert note_on_languages(read).startswith(" 1 of the publications is not in English")


def test_abbreviations_that_others_introduced_are_keywords() -> None:
    text = "A support vector machine (SVM) learns. The support vector machine (SVM) is good."
    papers = [Publication(k, title="Support vector machine", abstract=text) for k in "abc"]
    papers.append(Publication("d", title="Faces by SVM", abstract="The SVM tells faces."))
    chosen = choose_keywords(papers, [read_publication(p) for p in papers], Vocabulary())
    assert "svm" in chosen[3]
    assert "support vector machine" in chosen[0]


def test_stop_words_and_thesaurus_are_read() -> None:
    assert read_stop_words("\ufeff# mine\nNeural Networks\n\nnoise # too\n") == {"neural network", "noise"}
    table = "label\treplace by\nANN\tneural networks\nnets\tANN\nnoise\t\n"
    assert read_thesaurus(table, "t") == {"ann": "neural network", "net": "neural network", "noise": ""}
    with pytest.raises(InputError, match="circle"):
        read_thesaurus("label,replace by\na b,c d\nc d,a b\n", "t")
    with pytest.raises(InputError, match="thesaurus"):
        read_thesaurus("x,y\n", "t")
