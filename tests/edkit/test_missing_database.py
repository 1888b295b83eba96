"""A database server may be empty: the first migration makes the database of its service."""

import pytest

from edkit.db.migrate import pending, upgrade
from tests import servers


@pytest.mark.mariadb
def test_a_migration_makes_the_database_that_is_not_there_yet(mariadb_server: servers.MariaDB) -> None:
    """It asked for a connection to the very database that it was about to make."""
    url = mariadb_server.url("not_there_yet")
    try:
        upgrade(url, "tests.echo_service")
        assert not pending(url, "tests.echo_service")
    finally:
        mariadb_server.drop(url)
