"""What every test may ask for. A fixture that is not asked for costs nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[servers.MariaDB]:
    """One private MariaDB per test process (so one per xdist worker), started when the first test asks."""
    with servers.mariadb() as server:
        yield server


@pytest.fixture
def mariadb_url(mariadb_server: servers.MariaDB) -> Iterator[str]:
    """The URL of an empty MariaDB database, dropped after the test."""
    url = mariadb_server.fresh_database()
    yield url
    mariadb_server.drop(url)


@pytest.fixture(scope="session")
def rabbitmq_server() -> Iterator[servers.RabbitMQ]:
    """One private RabbitMQ per test process, started when the first test asks."""
    with servers.rabbitmq() as server:
        yield server


@pytest.fixture
def rabbitmq_url(rabbitmq_server: servers.RabbitMQ) -> Iterator[str]:
    """The URL template of an empty virtual host, `amqp://{service}:secret@...`, deleted after the test."""
    name, url = servers.fresh_vhost(rabbitmq_server)
    yield url
    rabbitmq_server.api("DELETE", f"vhosts/{name}")


@pytest.fixture(scope="session")
def redis_server() -> Iterator[servers.Redis]:
    """One private Redis per test process, started when the first test asks."""
    with servers.redis() as server:
        yield server


@pytest.fixture
def redis_url(redis_server: servers.Redis) -> str:
    """The URL of an empty Redis."""
    redis_server.flush()
    return redis_server.url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite file that does not exist yet."""
    return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database; the test runs once on SQLite and once on MariaDB."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
