"""The fixtures other tests stand on: both databases are empty, separate and reachable through SQLAlchemy."""

import os
import subprocess
import sys
import time
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

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


KILLED_IN_THE_MIDDLE = """
import os, signal
from tests import servers
with servers.mariadb() as server:
    print(server.port, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_session_leaves_no_server_behind(tmp_path: Path) -> None:
    session = [sys.executable, "-c", KILLED_IN_THE_MIDDLE]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(session, stdout=subprocess.PIPE, text=True, env=environment, check=False)
    orphan = servers.MariaDB(int(done.stdout))
    deadline = time.monotonic() + servers.STOP_WITHIN_S
    while orphan.answers() and time.monotonic() < deadline:
        time.sleep(0.05)  # another process: there is no clock to pass in
    assert not orphan.answers()
