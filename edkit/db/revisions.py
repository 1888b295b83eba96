"""What Alembic does for us: apply revisions, and compare what was made with what the models say.

A service's `migrations/env.py` is `run(Base.metadata)`.
"""

from alembic import command, context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, create_engine

from edkit.db.migrate import folder_of, sync_url


def bring(connection: Connection, package: str, revision: str) -> None:
    """Bring the database behind `connection` to `revision`."""
    config = Config()
    config.set_main_option("script_location", str(folder_of(package)).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def differences(url: str, metadata: MetaData) -> list[object]:
    """What the models say and the migrated database does not. Blocking; for tests."""
    engine = create_engine(sync_url(url))
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
