"""Style sheets, scripts and pictures: under an address that names their content, so that a browser keeps them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
FOREVER = "public, max-age=31536000, immutable"


class Assets(StaticFiles):
    """Serves the folder `static`: as it is, asked again each time, and below its version, kept for good.

    Attributes
    ----------
    version
        Digest of all files.
    """

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)
        digest = hashlib.sha256()
        for path in sorted(p for p in FOLDER.rglob("*") if p.is_file()):
            digest.update(str(path.relative_to(FOLDER)).encode() + path.read_bytes())
        self.version = digest.hexdigest()[:12]

    @property
    def prefix(self) -> str:
        """Address that pages use; what a script imports by a relative path lies below it too."""
        return f"/static/{self.version}"

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file."""
        kept = path.startswith(f"{self.version}/")
        response = await super().get_response(path.removeprefix(f"{self.version}/"), scope)
        response.headers["Cache-Control"] = FOREVER if kept else "no-cache"
        return response
