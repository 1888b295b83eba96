"""Schema changes: Alembic, one chain of revisions per service, under a lock, the same on SQLite and MariaDB.

A service's `migrations/env.py` is `run(Base.metadata)`; each revision makes one change, since DDL there is not
transactional.
"""

import contextlib
import fcntl
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from alembic import command, context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, MetaData, create_engine, make_url, text

_DRIVERS = {"sqlite+aiosqlite": "sqlite", "mysql+aiomysql": "mysql+pymysql", "mariadb+aiomysql": "mariadb+pymysql"}


def _sync_url(url: str) -> URL:
    parsed = make_url(url)
    return parsed.set(drivername=_DRIVERS.get(parsed.drivername, parsed.drivername))


def _config(package: str, connection: Connection | None = None) -> Config:
    folder = Path(str(import_module(package).__file__)).parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


class UnknownSchema(Exception):
    """The database has been brought to a schema that this version does not know: it belongs to a newer one."""


@contextlib.contextmanager
def _locked(url: str, package: str) -> Iterator[Connection]:
    """A connection that alone may change this database's schema."""
    target = _sync_url(url)
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
        config = _config(package, connection)
        current = MigrationContext.configure(connection).get_current_revision()
        connection.rollback()
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if current is not None and current not in known:
            raise UnknownSchema(
                f"The database of {package} is at revision {current}, which this version does not know. A newer version"
                " has upgraded it: start that one, or restore the copy made before."
            )
        command.upgrade(config, revision)
        connection.commit()


def pending(url: str, package: str) -> bool:
    """Whether the database at `url` is not at the newest revision. Blocking."""
    engine = create_engine(_sync_url(url))
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    return current != ScriptDirectory.from_config(_config(package)).get_current_head()


def differences(url: str, package: str, metadata: MetaData) -> list[object]:
    """What the models say and the migrated database does not. Blocking; for tests."""
    engine = create_engine(_sync_url(url))
    try:
        with engine.connect() as connection:
            options = {"compare_type": True, "target_metadata": metadata}
            return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))
    finally:
        engine.dispose()


def run(metadata: MetaData) -> None:
    """What a service's `migrations/env.py` calls."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
