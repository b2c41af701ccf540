"""What the pages need to know."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from hypograph.graph.store.config import StoreConfig
from hypograph.models.core.errors import SettingError

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class UiConfig:
    """Store, Prefect's API, and who may look.

    Attributes
    ----------
    store
        Where the graph is.
    prefect_api
        Address of Prefect's interface, as configured; None to look in `serving`.
    prefect_auth
        Credentials of that one, ``user:password``, where it wants any.
    serving
        File in which `hypograph flows serve` says where its server is; read anew each time, so that pages find a
        server that was started after them.
    host, port
        Where the pages listen.
    token
        What opens them; None for nobody needs one.
    campaigns
        Folder in which campaigns are begun; None where none may be.

    Raises
    ------
    SettingError
        If the pages would listen off loopback without a token.
    """

    store: StoreConfig
    prefect_api: str | None = None
    prefect_auth: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 8347
    token: str | None = field(default=None, repr=False)
    serving: Path | None = None
    campaigns: Path | None = None

    def __post_init__(self) -> None:
        if self.host not in LOOPBACK and not self.token:
            raise SettingError(
                "a token is needed to serve the pages beyond this machine",
                where=f"host {self.host}",
                hint="Set HYPOGRAPH_UI_TOKEN to a long random text, or serve on 127.0.0.1.",
            )
