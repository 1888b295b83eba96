"""A private MariaDB, and a replica of it."""

import contextlib
import getpass
import shutil
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pymysql

from edkit.local.process import NotStarted, Process, own_file, program, run, until

PACKAGE = "mariadb-server"
HOSTS = "localhost", "127.0.0.1"
"""Where root may come from: the socket in the data folder, and the loopback address."""


class MariaDB(Process):
    """A MariaDB of our own. Committed rows survive `kill`; with `durable` they survive a power cut, too.

    `replicated` writes the binlog that a replica needs from the very first change on; `replica_of` makes this one a
    read-only copy that follows by GTID. `first` are statements run at each start before anybody may connect.
    """

    def __init__(
        self,
        folder: Path,
        port: int = 0,
        log: Path | None = None,
        *,
        password: str = "",
        durable: bool = False,
        replicated: bool = False,
        replica_of: "MariaDB | None" = None,
        first: Sequence[str] = (),
    ) -> None:
        super().__init__(folder, port, log)
        self.name = "mariadb-replica" if replica_of else "mariadb"
        self.password = password
        self.primary = replica_of
        self._durable = durable
        self._replicated = replicated
        self._first = first
        self._numbers = count(1)

    def prepare(self) -> None:
        if not (self.folder / "data").exists():
            self._initialise()
        accounts = [f"ALTER USER 'root'@'{host}' IDENTIFIED BY '{self.password}'" for host in HOSTS]
        if self._replicated:
            accounts.append(f"CREATE OR REPLACE USER 'replica'@'127.0.0.1' IDENTIFIED BY '{self.password}'")
            accounts.append("GRANT REPLICATION SLAVE ON *.* TO 'replica'@'127.0.0.1'")
        statements = ["SET sql_log_bin = 0", *accounts, *self._first]
        own_file(self.folder / "first.sql", "".join(f"{statement};\n" for statement in statements))

    def _initialise(self) -> None:
        """Make the data folder, under another name until it is whole."""
        unfinished = self.folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        run(
            [
                program("mariadb-install-db", PACKAGE),
                "--no-defaults",
                f"--datadir={unfinished}",
                f"--user={getpass.getuser()}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--skip-name-resolve",
                "--innodb-log-file-size=8M",
                f"--tmpdir={self.folder}",
            ]
        )
        unfinished.rename(self.folder / "data")

    def command(self) -> Sequence[str]:
        return [
            program("mariadbd", PACKAGE),
            "--no-defaults",
            f"--user={getpass.getuser()}",
            f"--datadir={self.folder / 'data'}",
            f"--init-file={self.folder / 'first.sql'}",
            "--socket=m.sock",  # inside the data folder: the whole path may be longer than a socket's name can be
            f"--port={self.port}",
            f"--tmpdir={self.folder}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--innodb-buffer-pool-size=64M",
            "--innodb-log-file-size=8M",
            f"--innodb-flush-log-at-trx-commit={1 if self._durable else 2}",
            "--character-set-server=utf8mb4",
            "--performance-schema=OFF",
            "--max-connections=600",
            *self._replication(),
        ]

    def _replication(self) -> Sequence[str]:
        if self.primary is not None:
            return ["--server-id=2", "--read-only", "--relay-log=relay", "--relay-log-recovery"]
        if self._replicated:
            return ["--server-id=1", "--log-bin=binlog", "--binlog-format=ROW", f"--sync-binlog={int(self._durable)}"]
        return []

    def answers(self) -> bool:
        with contextlib.suppress(pymysql.Error, OSError), self._connect():
            return True
        return False

    def begun(self) -> None:
        if self.primary is not None:
            self.execute("STOP SLAVE")
            self.execute(
                "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=%s, MASTER_USER='replica', MASTER_PASSWORD=%s,"
                " MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1",
                self.primary.port,
                self.primary.password,
            )
            self.execute("START SLAVE")

    def pause(self) -> None:
        """Let the replica fall behind: it applies nothing until `resume`."""
        self.execute("STOP SLAVE SQL_THREAD")

    def resume(self) -> None:
        """Let the replica follow again."""
        self.execute("START SLAVE SQL_THREAD")

    def catch_up(self, within_s: float = 30) -> None:
        """Return when the replica holds all that its primary has committed by now. Raises NotStarted if it does not."""
        assert self.primary is not None, "only a replica follows somebody"
        there = self.primary.execute("SELECT @@gtid_binlog_pos")[0][0]
        if not until(lambda: self.execute("SELECT MASTER_GTID_WAIT(%s, 0)", there)[0][0] == 0, within_s):
            raise NotStarted(f"the replica does not follow: {self.status()}")

    def status(self) -> str:
        """What the replica says about itself: whether both of its threads run, and its last error."""
        columns = "Slave_IO_Running", "Slave_SQL_Running", "Last_IO_Error", "Last_SQL_Error"
        with self._connect() as connection, connection.cursor(pymysql.cursors.DictCursor) as cursor:
            cursor.execute("SHOW SLAVE STATUS")
            row = cursor.fetchone() or {}
        return ", ".join(f"{column}={row.get(column, '?')}" for column in columns)

    def execute(self, statement: str, *values: object) -> Sequence[tuple[Any, ...]]:
        """Run one statement as root; its rows."""
        with self._connect() as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())

    def url(self, database: str, user: str = "root", password: str | None = None) -> str:
        """The SQLAlchemy URL of a database in this server."""
        secret = self.password if password is None else password
        login = f"{user}:{secret}" if secret else user
        return f"mysql+aiomysql://{login}@127.0.0.1:{self.port}/{database}?charset=utf8mb4"

    def fresh_database(self) -> str:
        """Create an empty database and return its SQLAlchemy URL."""
        name = f"edtech_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database made by `fresh_database`; connections still open to it lose it."""
        name = url.rsplit("/", 1)[1].partition("?")[0]
        self.execute(f"DROP DATABASE IF EXISTS {name}")

    def _connect(self) -> "pymysql.Connection[pymysql.cursors.Cursor]":
        return pymysql.connect(
            host="127.0.0.1", port=self.port, user="root", password=self.password, connect_timeout=2, autocommit=True
        )
