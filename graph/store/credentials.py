"""Credentials of the embedded server, handed to the driver only for a connection to the server itself."""

from __future__ import annotations

from neo4j import Auth, basic_auth
from neo4j.auth_management import AuthManager
from neo4j.exceptions import Neo4jError

from hypograph.graph.core.processes import Listening
from hypograph.graph.store.embedded import READER, Address
from hypograph.models.core.errors import StoreUnreachableError

Credentials = tuple[str, str] | AuthManager
ROOT = "root"


class ProvenAuth(AuthManager):
    """A password that goes only to the process that was started for it.

    The driver asks for it after it has connected and before it says anything, so the answer is about the connection at
    hand: whoever took the port after the server's end is told nothing. It asks again for each statement; then it is
    enough that the process still holds the sockets that were found at first.
    """

    def __init__(self, address: Address, user: str, password: str) -> None:
        self._address, self._auth = address, basic_auth(user, password)
        self._found: Listening | None = None

    def get_auth(self) -> Auth:
        """Return the credentials.

        Raises
        ------
        StoreUnreachableError
            If the server is gone, or somebody else listens in its place. The driver does not try again on that.
        """
        if self._found is None or not self._found.holds():
            self._found = self._address.listening()
            if self._found is None and not self._address.is_proven():
                raise StoreUnreachableError("the embedded server is gone", where=self._address.uri)
        return self._auth

    def handle_security_exception(self, auth: object, error: Neo4jError) -> bool:
        """Leave the error as it is: another password is not known here."""
        return False


def proven(address: Address, *, reader: bool) -> tuple[Credentials, Credentials | None]:
    """Return the writer's credentials, and the reader's where it is asked for."""
    own = ProvenAuth(address, READER, address.reader_password) if reader else None
    return ProvenAuth(address, ROOT, address.password), own
