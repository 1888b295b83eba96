"""What compose.yaml mounts: passwords, keys and configurations of one installation, made once.

    python -m edkit.local.compose var/compose

Run it again after an update: passwords and keys stay, and what follows from the tables of the product is made anew.
"""

import json
import secrets
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from edkit.bus.rabbit.topology import OPERATOR, definitions
from edkit.launch import SERVICES, load, topology
from edkit.local.haproxy import configuration
from edkit.local.installation import REPLICAS, VHOST
from edkit.settings import Settings
from edkit.tokens import Keys

PORT = 8000
"""Where each container listens, the load balancer too."""

RESOLVERS = """
resolvers docker
    nameserver dns 127.0.0.11:53
    hold valid 2s
"""
"""A container that was made anew has another address."""

BY_NAME = "check resolvers docker init-addr last,libc,none"
ROLES = (*SERVICES, OPERATOR)


def write(folder: Path, settings: Settings) -> None:
    """Make every file that compose.yaml names.

    The folder is for its owner alone. The files are for everybody: each container sees only its own, as another user.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    words = _passwords(folder / "passwords.json")
    Keys.open(folder)
    rabbit = definitions(topology(load()), VHOST, {role: words[role] for role in ROLES}, settings.retry_tiers_ms)
    files = {
        "mariadb_root_password": words["root"],
        "mariadb.sql": _lines([*_replication(words["root"]), *_accounts(words, "ALL PRIVILEGES")]),
        "mariadb-replica.sql": _lines([*_accounts(words, "SELECT"), *_following(words["root"])]),
        "definitions.json": json.dumps(rabbit, indent=1),
        "redis.conf": f'requirepass {words["redis"]}\nsave ""\nappendonly no\nmaxmemory 256mb\n'
        "maxmemory-policy volatile-lru\n",
        "redis_url": f"redis://default:{words['redis']}@redis:6379/0",
        "rabbitmq.conf": "load_definitions = /run/secrets/definitions.json\nlog.console.level = warning\n",
        "haproxy.cfg": _haproxy(),
    }
    for role in ROLES:
        database = "edtech_{service}?charset=utf8mb4"
        files[f"{role}.database_url"] = f"mysql+aiomysql://{role}:{words[role]}@mariadb:3306/{database}"
        files[f"{role}.database_reader_url"] = f"mysql+aiomysql://{role}:{words[role]}@mariadb-replica:3306/{database}"
        files[f"{role}.bus_url"] = f"amqp://{role}:{words[role]}@rabbitmq:5672/{VHOST}"
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    for path in folder.iterdir():
        path.chmod(0o600 if path.name == "passwords.json" else 0o644)


def _passwords(path: Path) -> dict[str, str]:
    kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    made = {name: kept.get(name) or secrets.token_urlsafe(24) for name in ("root", "redis", *ROLES)}
    path.touch(mode=0o600)
    path.write_text(json.dumps(made, indent=1), encoding="utf-8")
    return made


def _accounts(words: Mapping[str, str], rights: str) -> list[str]:
    """A service may reach its own database, the operator all of them. Said to either server, so not replicated."""
    said = []
    for role in ROLES:
        database = "%" if role == OPERATOR else role.replace("_", r"\_")
        said.append(f"CREATE USER IF NOT EXISTS '{role}'@'%' IDENTIFIED BY '{words[role]}'")
        said.append(rf"GRANT {rights} ON `edtech\_{database}`.* TO '{role}'@'%'")
    return said


def _replication(password: str) -> list[str]:
    return [
        f"CREATE USER IF NOT EXISTS 'replica'@'%' IDENTIFIED BY '{password}'",
        "GRANT REPLICATION SLAVE ON *.* TO 'replica'@'%'",
    ]


def _following(password: str) -> list[str]:
    return [
        "STOP SLAVE",
        "CHANGE MASTER TO MASTER_HOST='mariadb', MASTER_PORT=3306, MASTER_USER='replica',"
        f" MASTER_PASSWORD='{password}', MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1",
        "START SLAVE",
    ]


def _lines(statements: Sequence[str]) -> str:
    return "".join(f"{statement};\n" for statement in ("SET sql_log_bin = 0", *statements))


def _haproxy() -> str:
    """The load balancer of `edtech local`, with the names of containers."""
    gateways, game_servers = ({name: f"{name}:{PORT}" for name in _names(each)} for each in ("gateway", "game_server"))
    return RESOLVERS + configuration(f":{PORT}", gateways, game_servers, BY_NAME)


def _names(service: str) -> list[str]:
    return [f"{service}-{number}" for number in range(1, REPLICAS[service] + 1)]


if __name__ == "__main__":
    write(Path(sys.argv[1]), Settings.load())
