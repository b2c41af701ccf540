from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypograph.models.literature.text.markup import plain_text, tex_text


@pytest.mark.parametrize(
    ("given_text", "plain"),
    [
        ("TiO<sub>2</sub>, TiO<inf>2</inf>, TiO<jats:sub>2</jats:sub>", "TiO2, TiO2, TiO2"),
        ("TiO&lt;sub&gt;2&lt;/sub&gt; and TiO&amp;lt;sub&amp;gt;2&amp;lt;/sub&amp;gt;", "TiO2 and TiO2"),
        (
            r"TiO$_2$, $\mathrm{TiO_2}$, TiO_{2}, TiO_2, TiO\textsubscript{2}, \ce{TiO2}",
            "TiO2, TiO2, TiO2, TiO2, TiO2, TiO2",
        ),
        ("Al\n  <sub>2</sub>\n  O\n  <sub>3</sub>\n  films", "Al2O3 films"),
        ("<mml:math><mml:msub>\n<mml:mi>TiO</mml:mi>\n<mml:mn>2</mml:mn></mml:msub></mml:math> film", "TiO2 film"),
        (r"Al$_{x}$Ga$_{1-x}$N and NbTaVW$_x$", "AlxGa1-xN and NbTaVWx"),
        ("10<sup>5</sup> Pa, 10$^{-3}$ s, SO<sub>4</sub><sup>2-</sup>, Fe<sup>3+</sup>", "10⁵ Pa, 10⁻³ s, SO4²⁻, Fe3+"),
        ("<jats:title>Abstract</jats:title><jats:p>One.</jats:p><jats:p>Two.</jats:p>", "One. Two."),
        ("a<b and c>d, <hkl>, <001>, p &lt; 0.05", "a<b and c>d, <hkl>, <001>, p < 0.05"),
        ("costs $5 and 6, then $7 million; 50% of it", "costs $5 and 6, then $7 million; 50% of it"),
        ("snake_case_1 and file_name", "snake_case_1 and file_name"),
        (r"\documentclass[12pt]{minimal}\usepackage{amsmath}\begin{document}$$x$$\end{document} thick", "x thick"),
        (r"{\'E}tude of $\alpha$-Fe at 300\,K, $10^{\circ}$C", "Étude of α-Fe at 300 K, 10°C"),
        ("<p>One</p><br/>two <script>x()</script>", "One two"),
        ("mono\u00adclinic\u200b \u00a0 phase", "monoclinic phase"),
    ],
)
def test_markup_of_every_kind_is_made_plain(given_text: str, plain: str) -> None:
    assert plain_text(given_text) == plain


def test_braces_of_latex_group_and_go() -> None:
    assert tex_text(r"{{Deep} {N}etworks} of M{\"u}ller \& {\AA}ngstr{\"o}m") == "Deep Networks of Müller & Ångström"
    assert tex_text(r"\textbraceleft{}x\textbraceright{} \unknown{y} a~b") == "{x} y a b"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80))
def test_any_text_is_taken_and_plain_text_stays(text: str) -> None:
    once = plain_text(text)
    assert once == " ".join(once.split())
    words = re.sub(r"[^\w ]|_", "", text)
    assert plain_text(words) == " ".join(plain_text(words).split())


@given(st.text(alphabet="ab1 $\\{}_^<>&;/subp", max_size=60))
def test_broken_markup_breaks_nothing(text: str) -> None:
    assert isinstance(plain_text(text), str)
    assert isinstance(tex_text(text), str)


@given(st.lists(st.tuples(st.sampled_from(["Ti", "Al", "O", "Fe"]), st.integers(2, 99)), min_size=1, max_size=5))
def test_a_formula_keeps_its_counts_in_every_markup(parts: list[tuple[str, int]]) -> None:
    wanted = "".join(f"{symbol}{count}" for symbol, count in parts)
    for low, high in (
        ("<sub>", "</sub>"),
        ("$_{", "}$"),
        ("_{", "}"),
        ("&lt;sub&gt;", "&lt;/sub&gt;"),
        ("<inf>", "</inf>"),
    ):
        assert plain_text("".join(f"{symbol}{low}{count}{high}" for symbol, count in parts)) == wanted
