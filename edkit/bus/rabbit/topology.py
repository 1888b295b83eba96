"""Every name on the broker, in one table: exchanges, queues, bindings, users and what each user may do.

| exchange | type | leads to |
|---|---|---|
| `edtech.requests` | topic | `edtech.requests.{service}`: made by the replicas that serve, gone with the last of them |
| `edtech.tasks` | direct | `edtech.{service}`: a quorum queue for Tasks and Events together |
| `edtech.events` | topic | `edtech.{service}` of each service that lists the type |
| `edtech.notices` | fanout | `edtech.notices.{service}.*`: one for each replica, gone with it |
| `edtech.own.{service}` | direct | `edtech.{service}`, its `.retry.{ms}` queues (which lead back to it) and `.dead` |

`edtech.requests` is a topic exchange only because the broker can then check the key of a binding: a service may bind
its queue to its own name and to no other. Keys are whole names; there are no patterns.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from edkit.bus import Topology

REQUESTS = "edtech.requests"
TASKS = "edtech.tasks"
EVENTS = "edtech.events"
NOTICES = "edtech.notices"
OPERATOR = "operator"
"""The user that declares all this, and that lists and replays dead letters."""

DELIVERY_LIMIT = 50
"""How often a message is handed out before the broker itself buries it. A backstop: consumers count their failures."""
NEVER = 10**9
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TAKEN = {"requests", "tasks", "events", "notices", "own", OPERATOR}


def queue_of(service: str) -> str:
    """Where the Tasks and Events of a service wait."""
    return f"edtech.{service}"


def requests_queue(service: str) -> str:
    """Where its Requests wait while at least one replica serves."""
    return f"{REQUESTS}.{service}"


def notices_queue(service: str, replica: str) -> str:
    """Where the Notices for one replica wait."""
    return f"{NOTICES}.{service}.{replica}"


def own_exchange(service: str) -> str:
    """Through which a service sends its failures to its own queues, by their names."""
    return f"edtech.own.{service}"


def retry_queue(service: str, wait_ms: int) -> str:
    """Where a failure waits `wait_ms` for its next attempt."""
    return f"edtech.{service}.retry.{wait_ms}"


def dead_queue(service: str) -> str:
    """Where its dead letters lie."""
    return f"edtech.{service}.dead"


def vhost_of(url: str) -> str:
    """The virtual host that an AMQP URL names."""
    return unquote(urlsplit(url).path[1:]) or "/"


def url_of(url: str, role: str) -> str:
    """`url` for one role. Raises ValueError when its user is another: the broker's word on who sends rests on it."""
    own = url.replace("{service}", role)
    user = unquote(urlsplit(own).username or "")
    if user != role:
        raise ValueError(f"EDTECH_BUS_URL: the user must be {role} (or {{service}}), not {user!r}")
    return own


class Exchange(NamedTuple):
    """A durable exchange."""

    name: str
    type: str


class Queue(NamedTuple):
    """A durable quorum queue."""

    name: str
    arguments: dict[str, Any]


class Binding(NamedTuple):
    """From an exchange to a queue, for one routing key."""

    exchange: str
    queue: str
    key: str


class Rights(NamedTuple):
    """What one user may do: regular expressions over names, as the broker wants them. `requests` is the pattern of keys
    to which it may bind a queue of Requests."""

    configure: str
    write: str
    read: str
    requests: str


class Table:
    """Everything durable that the services of `topology` need."""

    def __init__(self, topology: Topology, retry_tiers_ms: Sequence[int]) -> None:
        unfit = [name for name in topology.services if not _NAME.fullmatch(name) or name in _TAKEN]
        if unfit:
            raise ValueError(f"{unfit[0]!r} cannot be the name of a service on the broker")
        self.services = topology.services
        self.exchanges = [
            Exchange(REQUESTS, "topic"),
            Exchange(TASKS, "direct"),
            Exchange(EVENTS, "topic"),
            Exchange(NOTICES, "fanout"),
        ]
        self.queues: list[Queue] = []
        self.bindings: list[Binding] = []
        for service in topology.services:
            own, waits = own_exchange(service), sorted(set(retry_tiers_ms))
            queues = [
                Queue(queue_of(service), _quorum(own, dead_queue(service), **{"x-delivery-limit": DELIVERY_LIMIT})),
                *(Queue(retry_queue(service, ms), _quorum(own, queue_of(service), **_waiting(ms))) for ms in waits),
                Queue(dead_queue(service), {"x-queue-type": "quorum", "x-delivery-limit": NEVER}),
            ]
            self.exchanges.append(Exchange(own, "direct"))
            self.queues += queues
            self.bindings += [Binding(own, queue.name, queue.name) for queue in queues]
            self.bindings.append(Binding(TASKS, queue_of(service), service))
        for event, listeners in topology.subscriptions.items():
            self.bindings += [Binding(EVENTS, queue_of(service), event) for service in listeners]

    @property
    def roles(self) -> tuple[str, ...]:
        """Every user there is."""
        return (*self.services, OPERATOR)

    def rights(self, role: str) -> Rights:
        """As narrow as they can be: a service makes and empties its own passing queues, takes from its own queue, and
        writes where everybody writes and to itself. `amq.default` is how an answer finds its caller."""
        if role == OPERATOR:
            ours = r"^edtech\..*$"
            return Rights(ours, ours, ours, ".*")
        passing = rf"edtech\.requests\.{role}|edtech\.notices\.{role}\..*"
        everybody = rf"amq\.default|edtech\.(requests|tasks|events|notices)|edtech\.own\.{role}"
        return Rights(
            configure=f"^({passing})$",
            write=f"^({everybody}|{passing})$",
            read=rf"^(edtech\.(requests|notices|{role})|{passing})$",
            requests=f"^{role}$",
        )


def _quorum(dead_letter_exchange: str, dead_letter_key: str, **more: int) -> dict[str, Any]:
    """Arguments of a replicated queue that hands what it gives up to another queue, and is sure that it arrived."""
    return {
        "x-queue-type": "quorum",
        "x-overflow": "reject-publish",
        "x-dead-letter-strategy": "at-least-once",
        "x-dead-letter-exchange": dead_letter_exchange,
        "x-dead-letter-routing-key": dead_letter_key,
        **more,
    }


def _waiting(wait_ms: int) -> dict[str, int]:
    return {"x-message-ttl": wait_ms, "x-delivery-limit": NEVER}


def definitions(
    topology: Topology, vhost: str, passwords: Mapping[str, str], retry_tiers_ms: Sequence[int]
) -> dict[str, Any]:
    """The table as RabbitMQ reads it at its start (`load_definitions`) or by `rabbitmqctl import_definitions`.

    Passwords go in as salted hashes. The same arguments make the same definitions. Raises ValueError naming the roles
    that have no password.
    """
    table = Table(topology, retry_tiers_ms)
    missing = [role for role in table.roles if not passwords.get(role)]
    if missing:
        raise ValueError(f"no password for {', '.join(missing)}")
    rights = {role: table.rights(role) for role in table.roles}
    here = {"vhost": vhost}
    return {
        "vhosts": [{"name": vhost}],
        "users": [
            {
                "name": role,
                "password_hash": _hashed(role, passwords[role]),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": "",
            }
            for role in table.roles
        ],
        "permissions": [
            {"user": role, **here, "configure": own.configure, "write": own.write, "read": own.read}
            for role, own in rights.items()
        ],
        "topic_permissions": [
            {"user": role, **here, "exchange": REQUESTS, "write": ".*", "read": own.requests}
            for role, own in rights.items()
        ],
        "exchanges": [
            {
                "name": name,
                **here,
                "type": kind,
                "durable": True,
                "auto_delete": False,
                "internal": False,
                "arguments": {},
            }
            for name, kind in table.exchanges
        ],
        "queues": [
            {"name": name, **here, "durable": True, "auto_delete": False, "arguments": arguments}
            for name, arguments in table.queues
        ],
        "bindings": [
            {
                "source": exchange,
                **here,
                "destination": queue,
                "destination_type": "queue",
                "routing_key": key,
                "arguments": {},
            }
            for exchange, queue, key in table.bindings
        ],
    }


def _hashed(role: str, password: str) -> str:
    """As RabbitMQ keeps a password. The salt follows from both, so that nobody can tell it and it needs no dice."""
    salt = hashlib.sha256(f"{role}\n{password}".encode()).digest()[:4]
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def secrets_of(roles: Sequence[str], url: str, source: str | None, environ: Mapping[str, str]) -> dict[str, str]:
    """The password of each role: from a file of lines `role=password`, from `BUS_PASSWORD_<ROLE>` in the environment
    (source `env`), or the one in `url`."""
    if source is None:
        return {role: unquote(urlsplit(url.replace("{service}", role)).password or "") for role in roles}
    if source == "env":
        return {role: environ.get(f"BUS_PASSWORD_{role.upper()}", "") for role in roles}
    lines = Path(source).read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("=") for line in lines if line.strip() and not line.startswith("#")]
    return {role.strip(): password.strip() for role, _, password in pairs}
