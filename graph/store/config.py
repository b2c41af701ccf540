"""Where the graph is kept, and who asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class StoreConfig:
    """A server's address and credentials, or the data folder of the embedded server.

    Attributes
    ----------
    uri
        Bolt address of a Neo4j server; None for the embedded one.
    data_folder
        Folder of the embedded server: database, logs, credentials.
    reader_username, reader_password
        Credentials that only read, where the server has them.
    """

    data_folder: Path
    uri: str | None = None
    username: str = "neo4j"
    password: str | None = field(default=None, repr=False)
    database: str = "neo4j"
    reader_username: str | None = None
    reader_password: str | None = field(default=None, repr=False)
