"""`hypograph init`: a project folder that works at once."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from hypograph.flows.cli.main import main


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


def test_the_first_commands_work_in_the_new_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "my yields.csv"
    table.write_text("solvent,temperature,yield\nDMF,60,41\nMeCN,80,52\n")
    assert run("init", str(tmp_path / "project"), "--table", str(table), "--json") == 0
    commands = json.loads(capsys.readouterr().out)["next"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HYPOGRAPH_")}
    for command in commands[:2]:
        words = [*shlex.split(command)[1:], "--no-store"]
        done = subprocess.run(
            [sys.executable, "-m", "hypograph.flows.cli.main", *words],
            cwd=tmp_path / "project", env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "project" / "lab" / "campaign.json").is_file()


def test_a_model_is_written_down_without_its_key(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    assert run("init", str(folder), "--model-address", 'http://127.0.0.1:1/v1"\nx', "--model-name", "m") == 0
    found = tomllib.loads((folder / "hypograph.toml").read_text("utf-8"))
    assert found["llm_model"] == "m"
    assert set(found) == {"home", "llm_base_url", "llm_model"}


def test_a_folder_in_use_and_a_missing_file_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "thesis.txt").write_text("")
    assert run("init", str(tmp_path / "used")) == 2
    assert run("init", str(tmp_path / "new"), "--papers", str(tmp_path / "none.ris")) == 2
    assert "none.ris" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
