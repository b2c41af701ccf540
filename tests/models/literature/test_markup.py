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
        (
            "TiO[sub 2], TiO{sub 2} and TiO/sub 2/ at 10/sup 5/ Pa, 10{sup -3} s",
            "TiO2, TiO2 and TiO2 at 10⁵ Pa, 10⁻³ s",
        ),
        ("TiO~2~ at 10^5^ Pa", "TiO2 at 10⁵ Pa"),
        ("Fe(2)O(3), Ca(10)(PO(4))(6)(OH)(2), TiO(2) at 10(-3) Pa", "Fe2O3, Ca10(PO4)6(OH)2, TiO2 at 10⁻³ Pa"),
        ("SiC(2), Au(111), GaAs(001), O(1)", "SiC(2), Au(111), GaAs(001), O(1)"),
        (
            "Na <sub>3</sub> V <sub>2</sub> (PO <sub>4</sub> ) <sub>3</sub> and Cu <sub>2</sub> O films",
            "Na3V2(PO4)3 and Cu2O films",
        ),
        (
            "we report <sub>x</sub> of 10 <sup>−3</sup> Pa, the <sup>13</sup> C line",
            "we report x of 10⁻³ Pa, the 13C line",
        ),
        (r"TiO\(_2\), TiO\_2, \(\mathrm{TiO}_2\), 10\textsuperscript{5} Pa", "TiO2, TiO2, TiO2, 10⁵ Pa"),
        ("SrTiO$_3$ costs $5 and $10", "SrTiO3 costs $5 and $10"),
        (r"On $$\alpha$$ α-Fe, $$\hbox {TiO}_2$$ TiO 2 at $$10^{-3}$$ 10 - 3 Pa", "On α-Fe, TiO2 at 10⁻³ Pa"),
        (r"At \SI{300}{\kelvin}, \qty{5}{\milli\electronvolt} \cite{a,b}.", "At 300 K, 5 meV."),
        (r"Near ~5~K of $T_{c}$ and 300~K", "Near ∼5 K of Tc and 300 K"),
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


def test_what_zotero_and_mendeley_escape_is_read_again() -> None:
    written = r"<i>in situ</i> {TiO}<sub>2</sub>".replace("<", r"{\textless}").replace(">", r"{\textgreater}")
    assert tex_text(written) == "in situ TiO2"
    assert tex_text(r"{\textasciitilde}10{\^{}}5 Pa, \"giant\" step") == '∼10⁵ Pa, "giant" step'
