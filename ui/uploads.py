"""Files that somebody brought to a page, kept for a day while they look at what was understood of them."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from pathlib import Path

from starlette.datastructures import FormData, UploadFile

from hypograph.models.core.errors import DiskError, InputError

KEPT_SECONDS = 86_400.0
_TOKEN = re.compile(r"[\w-]{24}\Z")


async def sent_file(form: FormData, field: str = "file") -> tuple[str, bytes]:
    """Return name and content of the file in a form; both are empty where none was chosen."""
    upload = form.get(field)
    if not isinstance(upload, UploadFile):
        return "", b""
    return upload.filename or "", await upload.read()


class Uploads:
    """Keeps uploaded files in a folder that only this user reads.

    Parameters
    ----------
    folder
        Where; it is made when the first file comes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, name: str, content: bytes) -> str:
        """Write a file and return its token.

        Raises
        ------
        InputError
            If it is empty.
        DiskError
            If it cannot be written.
        """
        plain = re.sub(r"[^\w.+-]+", "_", Path(name.replace("\\", "/")).name)[-80:].lstrip(".") or "file"
        if not content:
            raise InputError("no file was chosen, or it is empty", where="file")
        token = secrets.token_urlsafe(18)
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._forget_old()
            place = self.folder / token
            place.mkdir(mode=0o700)
            (place / plain).write_bytes(content)
        except OSError as error:
            raise DiskError(f"could not write ({error.strerror})", where=str(self.folder)) from error
        return token

    def find(self, token: str) -> Path:
        """Return a kept file.

        Raises
        ------
        InputError
            If it is not there any more.
        """
        place = self.folder / token
        files = list(place.iterdir()) if _TOKEN.match(token) and place.is_dir() else []
        if not files:
            raise InputError("this file is not kept any more", where="file", hint="Choose it again.")
        return files[0]

    def forget(self, token: str) -> None:
        """Remove a file that is not needed any more."""
        if _TOKEN.match(token):
            shutil.rmtree(self.folder / token, ignore_errors=True)

    def _forget_old(self) -> None:
        for place in self.folder.iterdir():
            if place.is_dir() and _TOKEN.match(place.name) and time.time() - place.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(place, ignore_errors=True)
