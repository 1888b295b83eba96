"""The servers and fixtures other tests stand on: empty, separate, kept over a kill, gone with whoever started them."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import aio_pika
import pytest
import redis
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from edkit.local.process import accepts, until
from tests import servers


async def test_a_fresh_database_takes_a_table_and_any_letter(database_url: str) -> None:
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(sa.text("CREATE TABLE words (word VARCHAR(20) PRIMARY KEY)"))
        await connection.execute(sa.text("INSERT INTO words VALUES ('José'), ('Jose'), ('josé 🎈')"))
        assert await connection.scalar(sa.text("SELECT count(*) FROM words")) == 3
    await engine.dispose()


async def test_two_databases_do_not_see_each_other(mariadb_server: servers.MariaDB) -> None:
    urls = [mariadb_server.fresh_database(), mariadb_server.fresh_database()]
    for url in urls:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.execute(sa.text("CREATE TABLE mine (id INT PRIMARY KEY)"))
        await engine.dispose()
        mariadb_server.drop(url)


def test_a_frozen_server_does_nothing_more_when_freezing_it_returns(mariadb_server: servers.MariaDB) -> None:
    threads = Path(f"/proc/{mariadb_server.pid}/task")
    try:
        for _ in range(20):
            mariadb_server.signal(signal.SIGSTOP)
            assert {each.read_text().rpartition(")")[2].split()[0] for each in threads.glob("*/stat")} == {"T"}
            mariadb_server.signal(signal.SIGCONT)
    finally:
        mariadb_server.signal(signal.SIGCONT)


KILLED_IN_THE_MIDDLE = """
import os, signal
from tests import servers
with servers.mariadb() as database, servers.redis() as cache, servers.rabbitmq() as broker:
    print(database.port, cache.port, broker.port, broker.names.port, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_session_leaves_no_server_behind(tmp_path: Path) -> None:
    session = [sys.executable, "-c", KILLED_IN_THE_MIDDLE]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(session, stdout=subprocess.PIPE, text=True, env=environment, check=False)
    ports = [int(port) for port in done.stdout.split()]
    assert len(ports) == 4
    assert until(lambda: not any(accepts(port) for port in ports), servers.STOP_WITHIN_S)


def logged_in(url: str) -> bool:
    """Whether a broker takes the name and password of a URL for its virtual host."""

    async def try_it() -> None:
        await (await aio_pika.connect(url)).close()

    try:
        asyncio.run(try_it())
    except aio_pika.exceptions.AMQPConnectionError:
        return False
    return True


@pytest.mark.rabbitmq
def test_a_fresh_virtual_host_knows_the_roles_and_nobody_else(rabbitmq_url: str) -> None:
    assert logged_in(rabbitmq_url.format(service="gateway"))
    assert not logged_in(rabbitmq_url.format(service="stranger"))


@pytest.mark.redis
def test_a_fresh_redis_is_empty_and_its_database_can_be_asked_for(redis_server: servers.Redis, redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.set("left", "behind")
        redis_server.flush()
        assert client.get("left") is None


@pytest.mark.mariadb
def test_a_replica_follows_its_primary_through_kills_of_both(tmp_path: Path) -> None:
    with (
        servers.MariaDB(tmp_path / "primary", replicated=True, password="p") as primary,
        servers.MariaDB(tmp_path / "replica", replica_of=primary, password="p") as replica,
    ):
        primary.execute("CREATE DATABASE school")
        primary.execute("CREATE TABLE school.classes (id INT PRIMARY KEY)")
        for number, killed in enumerate((primary, replica)):
            killed.kill()
            killed.start()
            primary.execute("INSERT INTO school.classes VALUES (%s)", number)
        replica.catch_up()
        assert replica.execute("SELECT id FROM school.classes ORDER BY id") == [(0,), (1,)]


def test_a_killed_broker_holds_its_durable_queues_when_it_is_back(tmp_path: Path) -> None:
    broker = servers.RabbitMQ(tmp_path, management=True, password=servers.SECRET)
    queue = {
        "name": "work",
        "vhost": "/",
        "durable": True,
        "auto_delete": False,
        "arguments": {"x-queue-type": "quorum"},
    }
    try:
        broker.start()
        broker.load({"queues": [queue]})
        broker.kill()
        broker.start()
        assert [found["name"] for found in broker.api("GET", "queues")] == ["work"]
    finally:
        broker.kill()
