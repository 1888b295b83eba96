"""A whole installation on one machine, in one folder: its servers, and every process of the product by its name."""

import json
import os
import secrets
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from edkit.bus.rabbit.topology import OPERATOR, definitions
from edkit.launch import SERVICES, load, topology
from edkit.local.process import Process, own_file, run, said
from edkit.local.servers import HAProxy, MariaDB, RabbitMQ, Redis
from edkit.settings import PREFIX, Settings

EDTECH = (sys.executable, "-m", "edkit.cli")
REPLICAS = {"gateway": 2, "quiz_service": 2, "game_server": 3, "job_handler": 2}
VHOST = "edtech"


class Replica(Process):
    """One process that serves one service: `game_server-2`."""

    stop_within_s = 30.0

    def __init__(self, name: str, service: str, folder: Path, port: int, log: Path, command: Sequence[str]) -> None:
        super().__init__(folder, port, log)
        self.name, self.service = name, service
        self.settings: Mapping[str, str] = {}
        self._command = command

    @property
    def base(self) -> str:
        """Where this very process answers."""
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> Sequence[str]:
        return [*self._command, self.service]

    def environment(self) -> Mapping[str, str]:
        return {**_without_settings(os.environ), **self.settings}

    def prepare(self) -> None:
        own_file(self.folder / "env", as_lines(self.settings))

    def answers(self) -> bool:
        answer = said(self.port, b"GET /readyz HTTP/1.0\r\n\r\n", 16)
        return answer is not None and b" 200" in answer


class Installation:
    """MariaDB and a replica, RabbitMQ, Redis, HAProxy, and the replicas of every service. What is stored is kept.

    `base` is the one address for everybody. `parts` has every process by its name, each of which may be killed, stopped
    and started alone. Everything blocks for as long as it takes.
    """

    def __init__(
        self,
        folder: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        game_server_ports: Sequence[int] = (),
        replicas: Mapping[str, int] = REPLICAS,
        settings: Mapping[str, str] | None = None,
        management: bool = False,
        command: Sequence[str] = (*EDTECH, "up"),
    ) -> None:
        """`settings` are more `EDTECH_...` for every process; `command` runs the service that is named behind it."""
        self.folder = folder.resolve()
        self._given = dict(settings or {})
        self._management = management
        self.passwords = self._made_once()
        root = self.passwords["root"]
        self.mariadb = MariaDB(
            self._of("mariadb"),
            log=self._log("mariadb"),
            password=root,
            durable=True,
            replicated=True,
            first=[*self._rights(OPERATOR, "ALL PRIVILEGES"), *self._everybody("ALL PRIVILEGES")],
        )
        self.replica = MariaDB(
            self._of("mariadb-replica"),
            log=self._log("mariadb-replica"),
            password=root,
            replica_of=self.mariadb,
            first=[*self._rights(OPERATOR, "SELECT"), *self._everybody("SELECT")],
        )
        self.rabbitmq = RabbitMQ(
            self._of("rabbitmq"),
            log=self._log("rabbitmq"),
            password=root,
            management=management,
            definitions=self._of("rabbitmq") / "definitions.json",
        )
        self.redis = Redis(self._of("redis"), log=self._log("redis"), password=self.passwords["redis"])
        ports = {f"game_server-{number}": port for number, port in enumerate(game_server_ports, 1)}
        self.replicas = [
            Replica(name, service, self._of(name), ports.get(name, 0), self._log(name), command)
            for service, count in replicas.items()
            for name in (f"{service}-{number}" for number in range(1, count + 1))
        ]
        self.haproxy = HAProxy(
            self._of("haproxy"),
            {replica.name: replica.port for replica in self.of("gateway")},
            {replica.name: replica.port for replica in self.of("game_server")},
            port,
            self._log("haproxy"),
            host=host,
            trusted=self._in_front(),
        )
        self.servers: list[Process] = [self.mariadb, self.replica, self.rabbitmq, self.redis]
        for replica in self.replicas:
            replica.settings = self.settings_of(replica.service, replica)
        self.parts: dict[str, Process] = {part.name: part for part in (*self.servers, *self.replicas, self.haproxy)}

    @property
    def base(self) -> str:
        """Where everybody is answered."""
        return f"http://127.0.0.1:{self.haproxy.port}"

    def of(self, service: str) -> list[Replica]:
        """The replicas of one service."""
        return [replica for replica in self.replicas if replica.service == service]

    def settings_of(self, role: str, replica: Replica | None = None) -> Mapping[str, str]:
        """The environment of one who has this role: of a replica, or of a command such as `edtech dead-letters`."""
        mine = self.passwords[role]
        settings = {
            "DATABASE_URL": self.mariadb.url("edtech_{service}", role, mine),
            "DATABASE_READER_URL": self.replica.url("edtech_{service}", role, mine),
            "BUS_URL": self.rabbitmq.url(VHOST, role, mine),
            "HUB_URL": self.redis.url,
            "CACHE_URL": self.redis.url,
            "LIMITS_URL": self.redis.url,
            "BLOBS_URL": f"folder:{self.folder / 'blobs'}",
            "KEYS_DIR": str(self.folder / "keys"),
            "DATA": str(self._of(replica.name if replica else role)),
            "HOST": "127.0.0.1",
            "PORT": str(replica.port if replica else 0),
            "TRUSTED_PROXIES": ",".join(("127.0.0.1", *self._in_front())),
            "LEAVE_S": "1.5",  # HAProxy notices within a second
            "DRAIN_S": "8",
        }
        return {**self._given, **{PREFIX + name: value for name, value in settings.items()}}

    def start(self) -> None:
        """Start what does not run, and return when all of it is ready. Raises NotStarted or ServerMissing."""
        self._write_definitions()
        together([self._start_databases, self.rabbitmq.start, self.redis.start])
        for replica in self.replicas:
            replica.launch()
        together(replica.wait_ready for replica in self.replicas)
        self.haproxy.start()

    def stop(self) -> None:
        """Stop everything, those first that others do not stand on."""
        self.haproxy.stop()
        together(replica.stop for replica in self.replicas)
        together([self.replica.stop, self.rabbitmq.stop, self.redis.stop])
        self.mariadb.stop()

    def kill(self) -> None:
        """End everything at once."""
        for part in reversed(self.parts.values()):
            part.kill()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _in_front(self) -> list[str]:
        """Proxies in front of HAProxy, such as one that speaks https."""
        return [part.strip() for part in self._given.get(PREFIX + "TRUSTED_PROXIES", "").split(",") if part.strip()]

    def _start_databases(self) -> None:
        self.mariadb.start()
        self.replica.start()
        run([*EDTECH, "migrate"], {**_without_settings(os.environ), **self.settings_of(OPERATOR)})

    def _write_definitions(self) -> None:
        tiers = Settings.load(self.settings_of(OPERATOR)).retry_tiers_ms
        roles = {role: self.passwords[role] for role in (*SERVICES, OPERATOR)}
        said = definitions(topology(load()), VHOST, roles, tiers)
        if self._management:
            said["users"].append({"name": "admin", "password": self.rabbitmq.password, "tags": "administrator"})
            said["permissions"].append(
                {"user": "admin", "vhost": VHOST, "configure": ".*", "write": ".*", "read": ".*"}
            )
        own_file(self._of("rabbitmq") / "definitions.json", json.dumps(said, indent=1))
        own_file(self._of(OPERATOR) / "env", as_lines(self.settings_of(OPERATOR)))

    def _everybody(self, rights: str) -> Sequence[str]:
        return [line for service in SERVICES for line in self._rights(service, rights)]

    def _rights(self, role: str, rights: str) -> Sequence[str]:
        """A service may reach its own database, the operator all of them."""
        user = f"'{role}'@'127.0.0.1'"
        database = "%" if role == OPERATOR else role.replace("_", r"\_")
        return [
            f"CREATE USER IF NOT EXISTS {user} IDENTIFIED BY '{self.passwords[role]}'",
            rf"GRANT {rights} ON `edtech\_{database}`.* TO {user}",
        ]

    def _made_once(self) -> dict[str, str]:
        path = self.folder / "secrets.json"
        kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        names = ("root", "redis", OPERATOR, *SERVICES)
        made = {name: kept.get(name) or secrets.token_urlsafe(24) for name in names}
        if made != kept:
            own_file(path, json.dumps(made, indent=1))
        return made

    def _of(self, name: str) -> Path:
        return self.folder / name

    def _log(self, name: str) -> Path:
        return self.folder / "log" / f"{name}.log"


def together(actions: Iterable[Callable[[], None]]) -> None:
    """Do all of it at the same time; raises the first failure once everything has ended."""
    with ThreadPoolExecutor() as threads:
        for done in [threads.submit(action) for action in actions]:
            done.result()


def as_lines(settings: Mapping[str, str]) -> str:
    """An environment as a file that `env $(cat file)` reads."""
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def _without_settings(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if not name.startswith(PREFIX)}
