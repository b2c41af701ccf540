from __future__ import annotations

import pytest

from hypograph.models.evidence.alloys.state import state_of


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("CAST", "as cast"),
        ("vacuum arc melting", "as cast"),
        ("arc melted, homogenized at 1200 °C for 24 h", "annealed"),
        ("ANNEAL", "annealed"),
        ("cold rolled to 70%, annealed", "wrought"),
        ("mechanical alloying and SPS", "powder"),
        ("selective laser melting (SLM)", "additive"),
        ("magnetron sputtering", "film"),
        ("geglüht", "annealed"),
        ("", ""),
        ("see text", ""),
    ],
)
def test_states(text: str, state: str) -> None:
    assert state_of(text) == state
