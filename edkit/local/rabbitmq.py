"""A private RabbitMQ node with a name server (epmd) of its own, so that it meets no other node of this machine."""

import base64
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from edkit.local.process import Process, ServerMissing, free_port, own_file, program, run, said

PACKAGE = "rabbitmq-server"
NODE = "edtech@localhost"
HELLO = b"AMQP\x00\x00\x09\x01"
METHOD_FRAME = b"\x01"
SCRIPTS = ("/usr/lib/rabbitmq/bin", "/usr/local/lib/rabbitmq/bin", "/opt/rabbitmq/sbin")
"""Where the real scripts are; those on the PATH of Debian insist on root or on a user of their own."""


class NameServer(Process):
    """Erlang's epmd, on a port of its own."""

    name = "epmd"

    def command(self) -> Sequence[str]:
        return [program("epmd", PACKAGE), "-port", str(self.port), "-address", "127.0.0.1"]


class RabbitMQ(Process):
    """A broker of our own. Durable queues and confirmed messages survive `kill`.

    `definitions` is a file of users, virtual hosts, queues and bindings that it loads at each start. Without one there
    is the user `admin` with `password`. `management` adds the HTTP API, which `load` and `api` need.
    """

    name = "rabbitmq"
    start_within_s = 120.0
    stop_within_s = 30.0
    dies_by = "KILL"  # TERM takes it six seconds, and nobody is left to wait for them

    def __init__(
        self,
        folder: Path,
        port: int = 0,
        log: Path | None = None,
        *,
        definitions: Path | None = None,
        management: bool = False,
        password: str,
    ) -> None:
        super().__init__(folder, port, log)
        self.password = password
        self.management_port = free_port() if management else 0
        self._definitions = definitions
        self._distribution_port = free_port()
        self.names = NameServer(folder)

    def prepare(self) -> None:
        settings = [f"listeners.tcp.1 = 127.0.0.1:{self.port}", "log.file.level = warning", "log.console = false"]
        if self._definitions:
            settings.append(f"load_definitions = {self._definitions}")
        else:
            settings += ["default_user = admin", f"default_pass = {self.password}"]
        if self.management_port:
            settings += ["management.tcp.ip = 127.0.0.1", f"management.tcp.port = {self.management_port}"]
        own_file(self.folder / "rabbitmq.conf", "".join(f"{line}\n" for line in settings))
        own_file(self.folder / "enabled_plugins", f"[{'rabbitmq_management' if self.management_port else ''}].\n")
        (self.folder / "home").mkdir(exist_ok=True)
        self.names.start()

    def command(self) -> Sequence[str]:
        return [_script("rabbitmq-server")]

    def environment(self) -> Mapping[str, str]:
        here = self.folder
        path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(("RABBITMQ_", "ERL_"))},
            "PATH": path,
            "HOME": str(here / "home"),  # the cookie that lets rabbitmqctl in is made there
            "RUNNING_UNDER_SYSTEMD": "true",  # the node itself is our child, without a shell in between
            "ERL_EPMD_PORT": str(self.names.port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": NODE,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_MNESIA_BASE": str(here / "mnesia"),
            "RABBITMQ_LOG_BASE": str(here / "logs"),
            "RABBITMQ_PID_FILE": str(here / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(here / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(here / "rabbitmq"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_GENERATED_CONFIG_DIR": str(here / "config"),
            "RABBITMQ_FEATURE_FLAGS_FILE": str(here / "feature_flags"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(here / "advanced.config"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -start_epmd false"
                " -kernel inet_dist_use_interface {127,0,0,1}"
            ),
        }

    def answers(self) -> bool:
        return said(self.port, HELLO, 1) == METHOD_FRAME

    def kill(self) -> None:
        super().kill()
        self.names.kill()

    def stop(self) -> None:
        super().stop()
        self.names.stop()

    def control(self, *arguments: str) -> str:
        """Run `rabbitmqctl`; what it prints. Takes a second or two."""
        return run([_script("rabbitmqctl"), "-q", "-n", NODE, *arguments], self.environment())

    def url(self, vhost: str = "%2F", user: str = "admin", password: str | None = None) -> str:
        """The AMQP URL of a virtual host; `{service}` as the user makes a template."""
        return f"amqp://{user}:{self.password if password is None else password}@127.0.0.1:{self.port}/{vhost}"

    def load(self, definitions: Mapping[str, Any]) -> None:
        """Add users, virtual hosts, permissions, queues and bindings to what is there."""
        self.api("POST", "definitions", definitions)

    def api(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Call the management API as `admin`; what it answers, decoded. Raises RuntimeError when it refuses."""
        assert self.management_port, "started without management"
        request = Request(
            f"http://127.0.0.1:{self.management_port}/api/{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={
                "content-type": "application/json",
                "authorization": "Basic " + base64.b64encode(f"admin:{self.password}".encode()).decode(),
            },
        )
        try:
            with urlopen(request, timeout=30) as answer:  # noqa: S310 - always http, always loopback
                text = answer.read()
        except HTTPError as refused:
            raise RuntimeError(f"{method} {path}: {refused.read().decode()}") from refused
        return json.loads(text) if text else None


def _script(name: str) -> str:
    path = shutil.which(name, path=":".join(SCRIPTS))
    if path is None:
        raise ServerMissing(f"{name} is not installed; run `make setup`, or: sudo apt-get install {PACKAGE}")
    return path
