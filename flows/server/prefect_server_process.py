"""The Prefect server as a guarded child process; started by `prefect_server`, never by hand.

``python -m hypograph.flows.server.prefect_server_process FD PARENT {schedules|runs}`` serves on the listening socket
that it inherits as file descriptor FD.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import sys
import warnings
from pathlib import Path
from types import FrameType

from hypograph.flows.server.access import SECRET_VARIABLE, Guard
from hypograph.models.core.children import die_with_parent
from hypograph.models.core.locks import file_lock


def main(arguments: list[str]) -> None:
    """Prepare the database and serve until killed."""
    descriptor, parent, mode = int(arguments[0]), int(arguments[1]), arguments[2]
    die_with_parent(parent)
    folder = Path(os.environ["PREFECT_HOME"])
    auth_string = os.environ.pop(SECRET_VARIABLE)
    # Prefect reads both when its server module is imported.
    os.environ["PREFECT__SERVER_FINAL"] = "1"
    if mode == "runs":
        os.environ["PREFECT__SERVER_EPHEMERAL"] = "1"
    import uvicorn
    from prefect.server.api.server import create_app

    if "PREFECT_API_DATABASE_CONNECTION_URL" not in os.environ:
        with file_lock(folder / "boot.lock"):
            prepare(folder)
    config = uvicorn.Config(
        Guard(create_app(), auth_string), log_level="error", lifespan="on", timeout_graceful_shutdown=2
    )

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            # A service manager tells every process to end: the command that started us ends its run first, then us.
            if sig != signal.SIGTERM:
                super().handle_exit(sig, frame)

    Server(config).run(sockets=[socket.socket(fileno=descriptor)])


def prepare(folder: Path) -> None:
    """Bring the SQLite database to the schema of the installed Prefect, all or nothing.

    Prefect migrates in place, statement by statement; a kill half-way leaves a database that no later start
    can use. So the work is done on a copy, which replaces the original in one rename. A file beside the
    database names the version that made it: where it fits nothing is done.

    Parameters
    ----------
    folder
        Prefect's home folder.
    """
    import prefect

    database, copy, stamp = folder / "prefect.db", folder / "prefect.db.new", folder / "prefect.db.version"
    if database.exists() and stamp.exists() and stamp.read_text("utf-8").strip() == prefect.__version__:
        return
    for leftover in folder.glob("prefect.db.new*"):
        leftover.unlink()
    if database.exists():
        _copy(database, copy)
    _migrate(copy)
    for log in (folder / "prefect.db-wal", folder / "prefect.db-shm"):
        log.unlink(missing_ok=True)  # they belong to the database that is being replaced
    os.replace(copy, database)
    stamp.write_text(prefect.__version__ + "\n", "utf-8")


def _copy(database: Path, copy: Path) -> None:
    source, target = sqlite3.connect(database), sqlite3.connect(copy)
    try:
        source.backup(target)
    except sqlite3.DatabaseError:
        # Not a database any more: run history is a convenience, the graph holds the results. Keep it aside.
        shutil.move(database, database.with_suffix(".damaged"))
        copy.unlink(missing_ok=True)
    finally:
        source.close()
        target.close()


def _migrate(path: Path) -> None:
    # Prefect runs its migrations through an asynchronous driver, one thread hop a statement: 5 s for an empty
    # database. The same migrations through the plain driver take 2 s.
    import sqlalchemy
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory
    from prefect.server.database import provide_database_interface
    from prefect.server.database.alembic_commands import alembic_config

    database, config = provide_database_interface(), alembic_config()
    script = ScriptDirectory.from_config(config)
    script.version_locations = [str(database.orm.versions_dir)]
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    with (
        warnings.catch_warnings(),
        EnvironmentContext(config, script, fn=lambda revision, _: script._upgrade_revs("head", revision)) as step,
        engine.connect() as connection,
    ):
        warnings.filterwarnings("ignore", category=sqlalchemy.exc.SAWarning)
        for pragma in ("foreign_keys=OFF", "synchronous=OFF", "journal_mode=MEMORY"):
            connection.exec_driver_sql(f"PRAGMA {pragma}")
        connection.commit()
        step.configure(
            connection=connection,
            target_metadata=database.Base.metadata,
            include_schemas=True,
            render_as_batch=True,
            transaction_per_migration=True,
            template_args={"dialect": "sqlite"},
        )
        with step.begin_transaction():
            step.run_migrations()
        connection.commit()
    engine.dispose()
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


if __name__ == "__main__":
    main(sys.argv[1:])
