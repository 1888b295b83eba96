"""Coming and leaving, in real processes: what is under way ends well, and what cannot work says so."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import orjson
import pytest
from sqlalchemy import func, select

from edkit.db.migrate import upgrade
from edkit.db.revisions import differences
from edkit.launch import load
from edkit.local.servers import MariaDB
from edkit.message import SYSTEM
from edkit.settings import BadSettings, Settings
from edkit.testing import running
from tests.chaos.server import Server
from tests.echo_service.app import CountTask, service
from tests.echo_service.models import metadata
from tests.edkit.test_cli import edtech, environment

pytestmark = pytest.mark.xdist_group("leaving")


async def ended(server: Server) -> int:
    assert server.process is not None
    return await asyncio.to_thread(server.process.wait, 60)


async def status(server: Server, path: str) -> int:
    async with aiohttp.ClientSession() as http, http.get(server.base + path) as answer:
        return answer.status


async def said(server: Server, word: str) -> None:
    """Return when the log of the process has this word."""
    file = server.folder / "server.log"
    async with asyncio.timeout(60):
        while not file.exists() or word not in file.read_text(errors="replace"):
            await asyncio.sleep(0.02)


async def test_a_request_under_way_is_answered_and_the_exit_code_is_0(tmp_path: Path) -> None:
    server = Server(tmp_path)
    await server.start()
    body = orjson.dumps({"email": "a@b.example", "password": "long enough for it", "name": "Ada", "role": "teacher"})
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = (
        f"POST /api/auth/register HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    )
    writer.write(f"{head}\r\n\r\n".encode() + body[:20])
    await writer.drain()
    assert await status(server, "/readyz") == 200  # by now the first half has been read
    server.signal(signal.SIGTERM)
    async with asyncio.timeout(60):
        while True:  # until the port is closed
            try:
                (await asyncio.open_connection("127.0.0.1", server.port))[1].close()
            except ConnectionRefusedError:
                break
            await asyncio.sleep(0.01)
    writer.write(body[20:])
    assert (await reader.readline()).startswith(b"HTTP/1.1 201")
    writer.close()
    assert await ended(server) == 0


async def test_unready_but_serving_for_a_moment_and_a_second_signal_hurries(tmp_path: Path) -> None:
    server = Server(tmp_path, extra={"EDTECH_LEAVE_S": "10", "EDTECH_LOG_LEVEL": "INFO"})
    await server.start()
    server.signal(signal.SIGTERM)
    await said(server, '"leaving"')
    assert await status(server, "/readyz") == 503
    assert await status(server, "/livez") == 200
    assert await status(server, "/api/me") == 401
    server.signal(signal.SIGTERM)
    assert await ended(server) == 0
    await said(server, '"left"')


async def test_asked_to_go_before_it_is_ready_it_goes(tmp_path: Path) -> None:
    url = "mysql+aiomysql://nobody@127.0.0.1:1/edtech_{service}"
    server = Server(tmp_path, extra={"EDTECH_DATABASE_URL": url, "EDTECH_LOG_LEVEL": "INFO"})
    starting = asyncio.create_task(server.start())
    await said(server, "waits_for_database")
    server.signal(signal.SIGTERM)
    assert await ended(server) == 0
    with pytest.raises(RuntimeError, match="ended with 0"):
        await starting
    await said(server, "left_before_ready")


@pytest.fixture
def late_server(tmp_path: Path) -> Iterator[MariaDB]:
    """A MariaDB that is not started yet."""
    server = MariaDB(tmp_path / "mariadb")
    yield server
    server.stop()


@pytest.mark.mariadb
async def test_a_database_that_starts_later_is_waited_for(tmp_path: Path, late_server: MariaDB) -> None:
    server = Server(tmp_path, extra={"EDTECH_DATABASE_URL": late_server.url("late_{service}")})
    starting = asyncio.create_task(server.start())
    await said(server, "waits_for_database")
    await asyncio.to_thread(late_server.start)
    await starting
    assert await server.leave() == 0


@pytest.mark.mariadb
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_without_its_database_it_leaves_as_well(
    tmp_path: Path, late_server: MariaDB, number: signal.Signals
) -> None:
    await asyncio.to_thread(late_server.start)
    server = Server(tmp_path, extra={"EDTECH_DATABASE_URL": late_server.url("leaves_{service}")})
    await server.start()
    late_server.signal(number)
    server.signal(signal.SIGTERM)
    assert await ended(server) == 0


async def test_a_schema_of_a_newer_version_is_refused_in_a_sentence(tmp_path: Path) -> None:
    assert edtech("migrate", data=tmp_path).returncode == 0
    with sqlite3.connect(tmp_path / "quiz_service.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    refused = edtech("up", data=tmp_path, port="0")
    assert refused.returncode == 2
    assert "quiz_service is at revision 9999, which this version does not know" in refused.stdout
    assert "Traceback" not in refused.stdout + refused.stderr


@pytest.mark.mariadb
def test_replicas_that_start_at_once_agree_on_the_schema(tmp_path: Path, mariadb_url: str) -> None:
    base = f"{mariadb_url.rsplit('/', 1)[0]}/together_{{service}}"
    command = [sys.executable, "-m", "edkit.cli", "migrate"]
    together = [
        subprocess.Popen(
            command,
            env=environment(tmp_path / f"{number}", database_url=base),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for number in range(3)
    ]
    said = [process.communicate(timeout=120)[0].decode() for process in together]
    assert [process.returncode for process in together] == [0, 0, 0], said
    for one in load():
        assert one.metadata is not None
        url = base.format(service=one.name)
        assert differences(url, one.metadata) == []
        upgrade(url, one.home)


async def test_a_relay_that_is_ended_leaves_no_claim_behind_and_sends_what_is_there(
    tmp_path: Path, database_url: str
) -> None:
    """A claim left behind would keep its messages back for half a minute."""
    table = metadata.tables["outbox"]
    async with running(tmp_path, [service], database_url=database_url, serve=False) as (runtime,):
        assert runtime.outbox is not None
        async with runtime.database.write() as session:
            for _ in range(250):
                await runtime.announce(session, CountTask(name="a"), actor=SYSTEM)
        relay = asyncio.create_task(runtime.outbox.relay())

        async def states() -> dict[str, int]:
            async with runtime.database.read() as session:
                query = select(table.c.status, func.count()).group_by(table.c.status)
                return {row[0]: row[1] for row in await session.execute(query)}

        async with asyncio.timeout(30):
            while "claimed" not in await states():
                await asyncio.sleep(0)
        relay.cancel()
        await asyncio.wait([relay])
        assert relay.cancelled()
        assert await states() == {"sent": 250}


def test_leaving_fits_into_the_time_that_orchestrators_give() -> None:
    with pytest.raises(BadSettings, match="EDTECH_LEAVE_S, EDTECH_DRAIN_S"):
        Settings.load({"EDTECH_LEAVE_S": "4", "EDTECH_DRAIN_S": "9"})
    assert Settings.load({"EDTECH_LEAVE_S": "4", "EDTECH_DRAIN_S": "8"}).drain_s == 8
