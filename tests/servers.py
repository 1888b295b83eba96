"""Servers that the tests start for themselves: private ports, temporary folders, and gone when the session ends."""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from edkit.local.servers import MariaDB, RabbitMQ, Redis, free_port

__all__ = ["MariaDB", "RabbitMQ", "Redis", "free_port", "fresh_vhost", "mariadb", "rabbitmq", "redis"]

STOP_WITHIN_S = 10
ROLES = "gateway", "quiz_service", "game_server", "job_handler", "operator"
SECRET = "secret"

_vhosts = count(1)


@contextlib.contextmanager
def mariadb() -> Iterator[MariaDB]:
    """Run a private MariaDB; it ends with the block, and with this process even if that is killed."""
    with _folder("mariadb") as folder, MariaDB(folder) as server:
        yield server


@contextlib.contextmanager
def rabbitmq() -> Iterator[RabbitMQ]:
    """Run a private RabbitMQ with its HTTP API; what it holds is thrown away with the block."""
    with _folder("rabbitmq") as folder:
        server = RabbitMQ(folder, management=True, password=SECRET)
        try:
            server.start()
            yield server
        finally:
            server.kill()


@contextlib.contextmanager
def redis() -> Iterator[Redis]:
    """Run a private Redis; it ends with the block."""
    with _folder("redis") as folder, Redis(folder) as server:
        yield server


def fresh_vhost(
    server: RabbitMQ, roles: Sequence[str] = ROLES, definitions: Mapping[str, Any] | None = None
) -> tuple[str, str]:
    """Make an empty virtual host: its name, and the URL template `amqp://{service}:secret@...` of it.

    Every role is a user who may do everything in there, unless `definitions` say who may do what; the name of the
    virtual host is put into every part of them.
    """
    name = f"test-{next(_vhosts)}"
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    said = definitions or {
        "users": [{"name": role, "password": SECRET, "tags": ""} for role in roles],
        "permissions": [{"user": role, **everything} for role in roles],
    }
    server.load({"vhosts": [{"name": name}], "permissions": [{"user": "admin", "vhost": name, **everything}]})
    whole = {"users", "vhosts", "global_parameters", "rabbit_version", "rabbitmq_version"}
    server.load(
        {
            part: [{**entry, "vhost": name} for entry in entries] if part not in whole else entries
            for part, entries in said.items()
            if part != "vhosts"
        }
    )
    return name, server.url(name, "{service}", SECRET)


@contextlib.contextmanager
def _folder(name: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=f"edtech-{name}-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
