"""The graph store over Bolt: validated writes in one transaction, fixed reads, a hash of the content."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TypeVar

import neo4j
from neo4j.exceptions import (
    AuthError,
    ConstraintError,
    Neo4jError,
    ServiceUnavailable,
    TransientError,
)

from hypograph.graph.core.query import Query
from hypograph.graph.core.schema import LABELS
from hypograph.graph.queries import core
from hypograph.graph.store.config import StoreConfig
from hypograph.graph.store.content import HASHED, ContentHash
from hypograph.graph.store.credentials import Credentials, proven
from hypograph.graph.store.embedded import EmbeddedServer
from hypograph.graph.store.footprint import footprint
from hypograph.graph.store.migrations import migrate, refuse_newer
from hypograph.graph.store.validate import checked_edges, checked_nodes
from hypograph.models.core.errors import InputError, StoreCredentialsError, StoreError, StoreUnreachableError
from hypograph.models.core.locks import writing
from hypograph.models.core.records import Edge, ModelCall, Node, Unit

T = TypeVar("T")
Row = TypeVar("Row")
BATCH = 5_000
# Seconds before each new try when two writers collide; three tries are enough for a handful of writers.
COLLISION_PAUSES = (0.02, 0.1, 0.4)
# The driver tells of every lost connection; what matters of it is in our errors.
logging.getLogger("neo4j").addHandler(logging.NullHandler())


class NowhereError(InputError):
    """A relationship joins a node that is nowhere."""


@dataclass(frozen=True, slots=True)
class FlowRun:
    """A run as the graph keeps it."""

    id: str
    flow: str
    started_at: datetime
    settings: Mapping[str, Any] = field(default_factory=dict)


class GraphStore:
    """A connection to the graph; make one with `open_store`."""

    def __init__(self, config: StoreConfig, uri: str, auth: Credentials, reader: Credentials | None = None) -> None:
        self.config = config
        self.recover: Callable[[GraphStore], None] = lambda store: None  # `open_store` gives the real one
        self._lock = threading.Lock()
        self._connect(uri, auth, reader)

    def _connect(self, uri: str, auth: Credentials, reader: Credentials | None) -> None:
        self.uri = uri
        options: dict[str, Any] = {
            "connection_acquisition_timeout": 30,
            "connection_timeout": 10,
            # A server that is gone is told after this long; what was finished is kept.
            "max_transaction_retry_time": 5,
            "notifications_min_severity": "OFF",
        }
        self._writer = neo4j.GraphDatabase.driver(uri, auth=auth, **options)
        self._reads_apart = reader is not None
        self._reader = neo4j.GraphDatabase.driver(uri, auth=reader, **options) if reader else self._writer

    def __enter__(self) -> GraphStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._writer.close()
        if self._reader is not self._writer:
            self._reader.close()

    def verify(self) -> None:
        """Connect once.

        Raises
        ------
        StoreUnreachableError, StoreCredentialsError
            If nobody answers, or the password is wrong.
        """
        self._guard(lambda: self._writer.verify_connectivity())
        if self._reads_apart:
            self._guard(lambda: self._reader.verify_connectivity())

    def read(self, query: Query[Row], **parameters: object) -> list[Row]:
        """Run a reading constant and return its rows."""
        rows: list[Any] = self._guard(lambda: self._read(query, parameters))
        return rows

    def read_all(self, queries: Sequence[Query]) -> list[list[dict[str, Any]]]:
        """Run reading constants without parameters in one transaction and return the rows of each.

        A transaction costs more than a short statement in it.
        """

        def work(tx: neo4j.ManagedTransaction) -> list[list[dict[str, Any]]]:
            return [tx.run(query.text).data() for query in queries]

        return self._guard(lambda: self._reading(work))

    def run_command(self, query: Query, **parameters: object) -> list[dict[str, Any]]:
        """Run a named writing constant in one transaction and return its rows."""

        def work(tx: neo4j.ManagedTransaction) -> list[dict[str, Any]]:
            return tx.run(query.text, parameters).data()

        return self._write(work)

    def commit(self, unit: Unit) -> bool:
        """Write a unit in one transaction; False if it was there already.

        Raises
        ------
        InputError
            If the unit holds what the schema does not list, or joins a node that is nowhere.
        StoreError
            If the server refuses.
        """
        nodes, edges = checked_nodes(unit.outcome.nodes), checked_edges(unit.outcome.edges)
        props = {"kind": unit.kind, "code": unit.code, "run": unit.run, "wrote": footprint(nodes, edges)}

        def work(tx: neo4j.ManagedTransaction) -> bool:
            if tx.run(core.HAS_UNIT.text, key=unit.key).single() is not None:
                return False
            # CREATE, not MERGE: of two writers the second waits for the first and then fails on the constraint.
            tx.run(core.CREATE_UNIT.text, key=unit.key, props={**props, "at": now()}).consume()
            _merge(tx, nodes, edges)
            return True

        return self._write(work)

    def merge(self, nodes: Iterable[Node], edges: Iterable[Edge]) -> None:
        """Write records outside a unit (restore, import), in one transaction.

        Raises
        ------
        InputError
            If they hold what the schema does not list, or join a node that is nowhere.
        """
        rows, relations = checked_nodes(nodes), checked_edges(edges)
        self._write(lambda tx: _merge(tx, rows, relations))

    def has_unit(self, key: str) -> bool:
        """Tell whether the unit was committed."""
        return bool(self.read(core.HAS_UNIT, key=key))

    def done_units(self, keys: Iterable[str]) -> set[str]:
        """Return those of the keys whose units were committed."""
        return {row["key"] for row in self.read(core.DONE_UNITS, keys=sorted(keys))}

    def record(self, calls: Sequence[ModelCall]) -> None:
        """Keep language-model calls."""
        rows = [
            {
                "key": c.id,
                "props": {k: getattr(c, k) for k in ModelCall.__slots__ if k != "id"} | {"at": now()},
            }
            for c in calls
        ]
        self.run_command(core.MERGE_NODES["ModelCall"], rows=rows)

    def start_run(self, run: FlowRun) -> None:
        """Note that a run has begun."""
        props = {
            "flow": run.flow,
            "state": "running",
            "started_at": stamp(run.started_at),
            "settings": json.dumps(run.settings, sort_keys=True, default=str),
        }
        self.run_command(core.MERGE_NODES["FlowRun"], rows=[{"key": run.id, "props": props}])

    def finish_run(self, run_id: str, state: str, **props: Any) -> None:
        """Note how a run ended; `summary` may be a mapping."""
        if "summary" in props:
            props["summary"] = json.dumps(props["summary"], sort_keys=True, default=str)
        row = {"key": run_id, "props": {"state": state, "finished_at": now(), **props}}
        self.run_command(core.MERGE_NODES["FlowRun"], rows=[row])

    def counts(self) -> dict[str, int]:
        """Return the number of nodes a label and of relationships a type."""
        found = {label: self.read(q)[0]["n"] for label, q in core.COUNT_NODES.items()}
        return found | {kind: self.read(q)[0]["n"] for kind, q in core.COUNT_EDGES.items()}

    def content_hash(self) -> str:
        """Hash what the graph says, whatever the order it was written in and the server it is on."""
        content = ContentHash()
        for label in HASHED:
            for row in self.nodes(label):
                content.add_node(label, row["key"], row["props"])
        for (kind, a, b), query in core.READ_EDGES.items():
            if {a, b} <= HASHED:
                for row in self.read(query):
                    content.add_edge((kind, a, b), row["start"], row["end"], row["props"])
        return content.text()

    def nodes(self, label: str) -> Iterable[dict[str, Any]]:
        """Yield every node of a label as ``{"key", "props"}``, in the order of the keys."""
        after, query = "", core.READ_NODES[label]
        if label == "Migration":
            return
        while rows := self.read(query, after=after, limit=BATCH):
            yield from rows
            after = rows[-1]["key"]

    def ensure_schema(self) -> None:
        """Make constraints and indexes that are missing, and bring an older graph up to date.

        Raises
        ------
        StoreError
            If a newer program wrote the graph.
        """
        since = refuse_newer(self)
        self.recover(self)
        for label, spec in LABELS.items():
            self._ddl(
                f"CREATE CONSTRAINT {label.lower()}_key IF NOT EXISTS FOR (n:{label}) REQUIRE n.{spec.key} IS UNIQUE"
            )
            for prop in spec.indexed:
                self._ddl(f"CREATE INDEX {label.lower()}_{prop} IF NOT EXISTS FOR (n:{label}) ON (n.{prop})")
        migrate(self, since)

    def schema_version(self) -> int | None:
        """Return the version of the schema in the graph, None for an empty one."""
        rows = self.read(core.SCHEMA_VERSION)
        return rows[0]["version"] if rows else None

    def server_version(self) -> str:
        """Return what the server calls itself."""
        return str(self._guard(lambda: self._writer.get_server_info().agent))

    def _ddl(self, text: str) -> None:
        def work() -> None:
            with self._writer.session(database=self.config.database) as session:
                session.run(text).consume()

        self._guard(work)

    def _read(self, query: Query[object], parameters: Mapping[str, object]) -> list[dict[str, Any]]:
        return self._reading(lambda tx: tx.run(query.text, dict(parameters)).data())

    def _reading(self, work: Callable[[neo4j.ManagedTransaction], T]) -> T:
        with self._reader.session(database=self.config.database, default_access_mode=neo4j.READ_ACCESS) as session:
            return session.execute_read(work)

    def _write(self, work: Callable[[neo4j.ManagedTransaction], T]) -> T:
        def attempt() -> T:
            # A backup on this machine holds writers up, so that it shows one moment.
            with writing(self.config.data_folder), self._writer.session(database=self.config.database) as session:
                return session.execute_write(work)

        for pause in COLLISION_PAUSES:
            try:
                return self._guard(attempt, passes=(ConstraintError, TransientError))
            except (ConstraintError, TransientError, NowhereError):
                # Two first writers of one key collide, or (on the embedded server) one does not see what
                # the other is writing; another try finds the other's node.
                time.sleep(pause)
        return self._guard(attempt)

    def _guard(self, work: Callable[[], T], passes: tuple[type[Exception], ...] = ()) -> T:
        try:
            return work()
        except passes:
            raise
        except (OverflowError, UnicodeError) as error:  # of the driver, which writes the parameters down
            raise InputError(
                f"what no graph can hold ({error})", expected="text, and numbers of at most 64 bits"
            ) from error
        except AuthError as error:
            raise StoreCredentialsError(
                "the server refuses user name or password",
                where=self.uri,
                hint="Check NEO4J_USERNAME and NEO4J_PASSWORD.",
            ) from error
        except (ServiceUnavailable, TransientError, OSError) as error:
            raise StoreUnreachableError(
                f"the graph server does not answer ({type(error).__name__})",
                where=self.uri,
                hint="Is it running?",
            ) from error
        except (Neo4jError, neo4j.exceptions.DriverError) as error:
            raise StoreError(f"the graph server refused: {error}", where=self.uri) from error


def _merge(tx: neo4j.ManagedTransaction, nodes: Mapping[str, Any], edges: Mapping[tuple[str, str, str], Any]) -> None:
    for label, rows in nodes.items():
        for part in batches(rows):
            tx.run(core.MERGE_NODES[label].text, rows=part).consume()
    for kind, rows in edges.items():
        for part in batches(rows):
            found = tx.run(core.MERGE_EDGES[kind].text, rows=part).single(strict=True)["n"]
            if found != len(part):
                raise NowhereError(
                    f"{len(part) - found} of {len(part)} relationships join a node that is nowhere",
                    where=f"{kind[0]} from {kind[1]} to {kind[2]}",
                    expected="both nodes in the graph or in the same unit",
                )


def batches(rows: Sequence[T]) -> Iterator[list[T]]:
    """Part rows into lists that one statement takes."""
    for start in range(0, len(rows), BATCH):
        yield list(rows[start : start + BATCH])


def stamp(moment: datetime) -> str:
    """Write a moment as UTC text that ends in Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def now() -> str:
    """Return the present moment as text."""
    return stamp(datetime.now(UTC))


class _Owned(GraphStore):
    """A store whose embedded server this object shares with other programs.

    When the server dies, the next call starts it anew: every write is a MERGE under a key, so doing it again does no
    harm.
    """

    server: EmbeddedServer

    def close(self) -> None:
        super().close()
        self.server.stop()

    def _guard(self, work: Callable[[], T], passes: tuple[type[Exception], ...] = ()) -> T:
        used = self.uri
        try:
            return super()._guard(work, passes)
        except (StoreUnreachableError, StoreCredentialsError):
            # The passwords are ours: a server that refuses them is ending, or does not yet know its users.
            with self._lock:
                if self.uri == used:
                    address = self.server.start()
                    super().close()
                    self._connect(address.uri, *proven(address, reader=self._reads_apart))
            return super()._guard(work, passes)


def connect(config: StoreConfig, recover: Callable[[GraphStore], None], *, reader: bool = False) -> GraphStore:
    """Connect to the configured server, or to the embedded one, which is started if none runs on the folder.

    Parameters
    ----------
    recover
        Puts right what a killed restore left.
    reader
        Read under a credential that cannot write: the embedded server's, or the configured reader of a Neo4j
        server (without one, only the transaction's READ mode guards, which Neo4j enforces).

    Raises
    ------
    StoreError
        If the server cannot be reached or started.
    """
    if config.uri is not None:
        apart = (config.reader_username, config.reader_password or "") if reader and config.reader_username else None
        store = GraphStore(config, config.uri, (config.username, config.password or ""), apart)
    else:
        server = EmbeddedServer(config.data_folder)
        address = server.start()
        store = _Owned(config, address.uri, *proven(address, reader=reader))
        store.server = server
    try:
        store.recover = recover
        store.verify()
        if not reader:
            recover(store)
    except BaseException:
        store.close()
        raise
    return store
