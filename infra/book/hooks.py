"""MkDocs hooks: the pages of Reference and Measurements are written from the program when the book is built."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(Path(__file__).parent))

from book_commands import commands_page  # noqa: E402
from book_documents import documents_page  # noqa: E402
from book_figures import measurements_page  # noqa: E402
from book_prompts import prompts_page  # noqa: E402
from book_tables import graph_page, settings_page  # noqa: E402


def notebook_page(path: Path) -> str:
    """Write a notebook as a page: prose, and its code."""
    import jupytext

    cells = jupytext.read(path).cells
    parts = [c.source if c.cell_type == "markdown" else f"```python\n{c.source}\n```" for c in cells]
    return (
        "\n\n".join(parts)
        + f"\n\n[The notebook](https://github.com/hypograph/hypograph/blob/main/docs/notebooks/{path.name})\n"
    )


def on_config(config: Any) -> Any:
    """Make the links that the reader of docstrings follows, as `make build/rooms` does."""
    subprocess.run(["make", "--silent", "build/rooms"], cwd=ROOT, check=True)
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add what is written from the program."""
    made = {
        "reference/commands.md": commands_page(),
        "reference/json.md": documents_page(),
        "reference/settings-list.md": settings_page(),
        "reference/graph-schema.md": graph_page(),
        "concepts/prompts.md": prompts_page(),
        "measurements/results.md": measurements_page(ROOT / "benchmarks" / "results"),
    }
    for path in sorted((ROOT / "docs" / "notebooks").glob("*.py")):
        made[f"notebooks/{path.stem}.md"] = notebook_page(path)
    for name, text in made.items():
        files.append(File.generated(config, name, content=text))
    return files
