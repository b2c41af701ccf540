"""A file of publications is written and read back."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pytest

from hypograph.flows.readers.publications.registry import ReadReport, read_publications


class Read(Protocol):
    """Write an export under a name and read it."""

    def __call__(self, text: str | bytes, name: str = "export.txt") -> ReadReport:
        """Return the report."""


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def made(text: str | bytes, name: str = "export.txt") -> ReadReport:
        (tmp_path / name).write_bytes(text.encode() if isinstance(text, str) else text)
        return read_publications(tmp_path / name)

    return made
