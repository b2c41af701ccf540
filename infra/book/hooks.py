"""MkDocs hooks: the pages of Reference and Measurements are written from the program when the book is built."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(Path(__file__).parent))

from book_commands import commands_page  # noqa: E402
from book_figures import measurements_page  # noqa: E402
from book_tables import graph_page, settings_page  # noqa: E402


def on_files(files: Files, config: Any) -> Files:
    """Add what is written from the program."""
    made = {
        "reference/commands.md": commands_page(),
        "reference/settings-list.md": settings_page(),
        "reference/graph-schema.md": graph_page(),
        "measurements/results.md": measurements_page(ROOT / "benchmarks" / "results"),
    }
    for name, text in made.items():
        files.append(File.generated(config, name, content=text))
    return files
