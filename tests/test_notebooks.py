"""The notebooks run from top to bottom in a kernel of their own."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "docs" / "notebooks"
sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))


@pytest.mark.slow
@pytest.mark.server
@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda p: p.stem)
def test_a_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import jupytext
    from nbclient import NotebookClient

    monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    from recordings import Recording, serving

    answers = FOLDER / "answers" / f"{path.stem}.jsonl"
    recorded = serving(Recording.read(answers)) if answers.exists() else contextlib.nullcontext("")
    notebook = jupytext.read(path)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python", "language": "python"}
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}})
    with recorded as address:
        model = {"BASE_URL": address, "MODEL": "recorded", "API_KEY": "none"} if address else {}
        client.execute(env={**os.environ, **{f"HYPOGRAPH_LLM_{k}": v for k, v in model.items()}})
    assert any(cell.get("outputs") for cell in notebook.cells)
