"""How many connections an installation may ask its databases for, and how many they allow."""

import re
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from edkit.db.mysql import MOST_CONNECTIONS, MySQL
from edkit.db.replica import Replica
from edkit.local.installation import REPLICAS
from edkit.local.servers import MariaDB

URL = "mysql+aiomysql://user@127.0.0.1:1/none"
BESIDE = 30
"""Commands, migrations of processes that start at the same moment, replication, and whoever looks after it."""


def allowed(said: str) -> list[int]:
    return [int(number) for number in re.findall(r"--max-connections=(\d+)", said)]


def most(engine: AsyncEngine) -> int:
    pool = engine.pool
    assert isinstance(pool, QueuePool)
    return pool.size() + pool._max_overflow


async def test_a_process_asks_for_no_more_than_it_says() -> None:
    primary = MySQL(URL)
    assert sum(map(most, (primary.writer, primary.reader, primary.lone, primary.glance))) == MOST_CONNECTIONS
    assert most(Replica(URL, primary.lone)._engine) <= MOST_CONNECTIONS


def test_the_databases_allow_what_all_processes_together_may_ask_for(tmp_path: Path) -> None:
    wanted = sum(REPLICAS.values()) * MOST_CONNECTIONS + BESIDE
    composed = (Path(__file__).parents[2] / "compose.yaml").read_text(encoding="utf-8")
    limits = allowed(" ".join(MariaDB(tmp_path).command())) + allowed(composed)
    assert len(limits) == 3
    assert min(limits) >= wanted
