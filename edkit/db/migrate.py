"""Schema changes: one chain of revisions per service, under a lock, the same on SQLite and MariaDB.

A service's `migrations/versions/` holds a file per revision, named by its number; each makes one change, since DDL
there is not transactional. Where nothing is to be done, as at nearly every start, Alembic is not even imported.
"""

import contextlib
import fcntl
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, inspect, make_url, text

_DRIVERS = {"sqlite+aiosqlite": "sqlite", "mysql+aiomysql": "mysql+pymysql", "mariadb+aiomysql": "mariadb+pymysql"}


def sync_url(url: str) -> URL:
    """The same database for a driver that blocks."""
    parsed = make_url(url)
    return parsed.set(drivername=_DRIVERS.get(parsed.drivername, parsed.drivername))


def folder_of(package: str) -> Path:
    """Where the migrations of a service lie."""
    return Path(str(import_module(package).__file__)).parent / "migrations"


def _revisions(package: str) -> list[str]:
    """The revisions there are, oldest first: their files begin with them."""
    return sorted(path.stem.partition("_")[0] for path in (folder_of(package) / "versions").glob("[0-9]*_*.py"))


def _current(connection: Connection) -> str | None:
    """The revision that a database is at; none when nothing has been made yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


class UnknownSchema(Exception):
    """The database has been brought to a schema that this version does not know: it belongs to a newer one."""


@contextlib.contextmanager
def _locked(url: str, package: str) -> Iterator[Connection]:
    """A connection that alone may change this database's schema."""
    target = sync_url(url)
    if target.get_backend_name() == "sqlite":
        path = Path(str(target.database))
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_suffix(".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            engine = create_engine(target)
            try:
                with engine.connect() as connection:
                    # Kept in the file: connections opened later need no lock to change the journal.
                    connection.exec_driver_sql("PRAGMA journal_mode=WAL")
                    connection.commit()
                    yield connection
            finally:
                engine.dispose()
        return
    server = create_engine(target.set(database=""))
    try:
        with server.begin() as connection:
            name = str(target.database).replace("`", "``")
            connection.execute(
                text(f"CREATE DATABASE IF NOT EXISTS `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
            )
    finally:
        server.dispose()
    engine = create_engine(target)
    try:
        with engine.connect() as connection:
            lock = {"name": f"edtech-migrate-{package}"}
            if connection.execute(text("SELECT GET_LOCK(:name, 120)"), lock).scalar() != 1:
                raise TimeoutError(f"another process has been migrating {package} for two minutes")
            try:
                yield connection
            finally:
                connection.rollback()
                connection.execute(text("SELECT RELEASE_LOCK(:name)"), lock)
    finally:
        engine.dispose()


def upgrade(url: str, package: str, revision: str = "head") -> None:
    """Bring the database at `url` to `revision`. Doing it again changes nothing; doing it twice at once, one waits for
    the other. Raises UnknownSchema. Blocking: run it in a thread."""
    with _locked(url, package) as connection:
        known, current = _revisions(package), _current(connection)
        connection.rollback()
        if current is not None and current not in known:
            raise UnknownSchema(
                f"The database of {package} is at revision {current}, which this version does not know. A newer version"
                " has upgraded it: start that one, or restore the copy made before."
            )
        if current == (known[-1] if revision == "head" else revision):
            return
        from edkit.db.revisions import bring  # a large import, needed here alone

        bring(connection, package, revision)
        connection.commit()


def pending(url: str, package: str) -> bool:
    """Whether the database at `url` is not at the newest revision. Blocking."""
    engine = create_engine(sync_url(url))
    try:
        with engine.connect() as connection:
            return _current(connection) != _revisions(package)[-1]
    finally:
        engine.dispose()
