"""What `hypograph flows serve` says of itself in a file: where its server is, which processes keep it, the credentials.

The file is of mode 0600. What it says is believed only while the processes that it names live and, for a server of our
own, while that server alone listens on its port: nobody who took the port since is told anything.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from hypograph.graph.core.processes import ProcessName


def basic(auth_string: str) -> str:
    """Return the value of the `Authorization` header for credentials ``user:password``."""
    return "Basic " + base64.b64encode(auth_string.encode("utf-8")).decode("ascii")


@dataclass(frozen=True, slots=True)
class Serving:
    """A living `flows serve`.

    Attributes
    ----------
    keeper
        Process of `flows serve`.
    api_url
        Address of Prefect's interface, ending in ``/api``.
    server
        Process that listens there; None for a server that the user configured.
    auth_string
        Credentials ``user:password``; None where the server is not ours.
    metrics
        Address of ``/metrics``; empty before it is there.
    """

    keeper: ProcessName
    api_url: str
    server: ProcessName | None = None
    auth_string: str | None = None
    metrics: str = ""

    def to_text(self) -> str:
        """Return what `read` takes."""
        server = None if self.server is None else self.server.to_dict()
        document = {**self.keeper.to_dict(), "api_url": self.api_url, "server": server, "metrics": self.metrics}
        return json.dumps({**document, "auth_string": self.auth_string})

    def public(self) -> dict[str, object]:
        """Return what may be shown."""
        return {"pid": self.keeper.pid, "api_url": self.api_url, "metrics": self.metrics}

    def lives(self) -> bool:
        """Tell whether it goes on, and whether its server is the one that it started."""
        if not self.keeper.lives():
            return False
        return self.server is None or self.server.listens([urlsplit(self.api_url).port or 80])


def read_serving(path: Path) -> Serving | None:
    """Read the file of a living `flows serve`; None where there is none."""
    try:
        found = json.loads(path.read_text("utf-8"))
        server, secret = found["server"], found["auth_string"]
        serving = Serving(
            ProcessName.read(found),
            str(found["api_url"]),
            None if server is None else ProcessName.read(server),
            None if secret is None else str(secret),
            str(found.get("metrics", "")),
        )
        return serving if serving.lives() else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
