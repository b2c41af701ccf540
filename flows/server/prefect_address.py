"""Where the Prefect server is and what it is given: address, port, log, environment."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import IO, Final
from urllib.error import URLError
from urllib.request import urlopen

from hypograph.flows.server.access import SECRET_VARIABLE
from hypograph.graph.files.serving import Serving, read_serving
from hypograph.models.core.errors import DiskError, PortTakenError

LOG_LIMIT = 5_000_000
# What sends Prefect's client elsewhere, or opens a server elsewhere: not for a server of our own.
ELSEWHERE: Final = frozenset(
    {
        "PREFECT_API_URL",
        "PREFECT_API_KEY",
        "PREFECT_API_AUTH_STRING",
        "PREFECT_PROFILE",
        "PREFECT_CLIENT_CUSTOM_HEADERS",
    }
)


def set_environment(folder: Path) -> None:
    """Set what Prefect reads when it is imported; a variable that the user set is left alone.

    Raises
    ------
    DiskError
        If Prefect's folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise DiskError(f"cannot be written ({error.strerror})", where=str(folder)) from error
    wanted = {
        "PREFECT_HOME": str(folder),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
        "PREFECT_CLI_PROMPT": "false",
    }
    for name, value in wanted.items():
        os.environ.setdefault(name, value)


def child_environment(folder: Path, port: int, auth_string: str) -> dict[str, str]:
    """Environment of the server: ours, without what would send it elsewhere, and its credentials."""
    mine = {k: v for k, v in os.environ.items() if k not in ELSEWHERE}
    own = f"http://127.0.0.1:{port}"
    return {
        **mine,
        SECRET_VARIABLE: auth_string,
        "PREFECT_HOME": str(folder),
        "PREFECT_UI_API_URL": f"{own}/api",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": own,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
        # A run that waits for the one before it asks again this often (30 by default).
        "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "2",
        # A new schedule is seen after so long (60 by default).
        "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "10",
    }


def healthy(api_url: str, timeout: float = 2.0) -> bool:
    """Tell whether a Prefect server answers at the address."""
    if not api_url.startswith(("http://", "https://")):
        return False
    try:
        with urlopen(api_url.rstrip("/") + "/health", timeout=timeout) as answer:  # noqa: S310  (scheme checked)
            return bool(answer.status == 200)
    except (URLError, OSError, ValueError):
        return False


def serving_file(folder: Path) -> Path:
    """File in which `flows serve` says where it is."""
    return folder / "serving.json"


def serving(folder: Path) -> Serving | None:
    """What the living `flows serve` of this folder says of itself; None where none answers."""
    found = read_serving(serving_file(folder))
    return found if found is not None and healthy(found.api_url) else None


def listen(port: int) -> socket.socket:
    """Listen on loopback; port 0 takes a free one.

    Raises
    ------
    PortTakenError
        If somebody listens there.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise PortTakenError(
            f"cannot listen ({error.strerror})",
            where=f"127.0.0.1:{port}",
            hint="Choose another --port, or 0 for a free one.",
        ) from error
    return listener


def log_file(folder: Path) -> IO[bytes]:
    """Open the server's log, readable by the user only; a long one is begun anew.

    Raises
    ------
    DiskError
        If it cannot be written.
    """
    path = folder / "server.log"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        mode = "wb" if path.exists() and path.stat().st_size > LOG_LIMIT else "ab"
        return open(path, mode, opener=lambda name, flags: os.open(name, flags, 0o600))
    except OSError as error:
        raise DiskError(f"cannot be written ({error.strerror})", where=str(folder)) from error
