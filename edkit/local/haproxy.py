"""A private HAProxy: one port in front of every gateway and game server.

Gateways stand in it twice: for requests, whoever has least to do, and for the sockets that notifications are pushed to.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from edkit.local.process import Process, own_file, program
from edkit.probes import PATHS

CONFIG = """
defaults
    mode http
    timeout connect 2s
    timeout client 70s
    timeout server 70s
    timeout tunnel 6h
    timeout http-request 15s
    timeout http-keep-alive 30s
    timeout check 800ms
    retries 3
    option redispatch 1
    option httpchk
    http-check expect status 200
    # Readiness answers, and a server that does not is left within a second; its connections stay as they are.
    default-server inter 400ms fastinter 200ms fall 2 rise 1 observe layer4 error-limit 1 on-error mark-down
{problems}frontend door
    bind {bind}
    # Who lives, is ready and does how much is asked of each process itself, not from outside.
    http-request return status 404 content-type text/plain string "Not here." if {{ path,url_dec -m str {inside} }}
    # Only proxies that are named stand in front of us; nobody else says who he is.
    acl in_front src {trusted}
    acl told req.hdr(X-Forwarded-For) -m found
    http-request set-header X-Forwarded-For %[req.fhdr(X-Forwarded-For)],%[src] if in_front told
    http-request set-header X-Forwarded-For %[src] unless in_front told
    http-request set-header X-Forwarded-Proto http unless in_front
    http-request del-header X-Forwarded-Host unless in_front
    acl pushes path_beg /push/socket.io/
    use_backend pushers if pushes {{ nbsrv(pushers) gt 0 }}
    use_backend pushers_alive if pushes
    acl sockets path_beg /socket.io/
    use_backend game_servers if sockets {{ nbsrv(game_servers) gt 0 }}
    use_backend game_servers_alive if sockets
    use_backend gateways_alive if {{ nbsrv(gateways) eq 0 }}
    default_backend gateways
"""
"""`..._alive`: when nobody is ready, as while the broker is away, those that live say so better than we could."""

NOBODY = ("255.255.255.255",)
PROBLEMS = {
    502: (
        "unavailable",
        "Not available right now",
        "The connection broke off. Whether it was done is not known: look.",
    ),
    503: ("unavailable", "Not available right now", "Nobody is here to answer. Try again in a moment."),
    504: ("timed_out", "No answer in time", "Whether it was done is not known: look before you try again."),
}
"""What the gateways would say, where none of them can."""

GATEWAYS = """
backend {name}
    http-check send meth GET uri {probe}
    balance leastconn
    retry-on conn-failure empty-response response-timeout
    http-request disable-l7-retry unless METH_GET
    # Who follows something is told at least every 15 s that nothing is new.
    http-request set-timeout server 10s if METH_GET !{{ path_end /events }}
"""
"""What only reads is asked of another gateway when one dies, or freezes, in the middle."""

SOCKETS = """
backend {name}
    http-check send meth GET uri {probe}
    balance {balance}
    http-response set-header x-served-by %s
    cookie {cookie} insert indirect nocache httponly attr SameSite=Lax
    # Who begins is sent elsewhere when one dies or freezes. Long polling must come back to where it began; a
    # websocket is one connection and may begin anywhere.
    acl begun urlp(sid) -m found
    retry-on conn-failure empty-response response-timeout
    http-request disable-l7-retry if begun
    http-request set-timeout server 3s if !begun
    ignore-persist if !begun {{ hdr(upgrade) -i websocket }}
"""


class HAProxy(Process):
    """A HAProxy of our own on `host`: sockets of games go to game servers, all else to gateways, each given as name and
    port."""

    name = "haproxy"

    def __init__(
        self,
        folder: Path,
        gateways: Mapping[str, int],
        game_servers: Mapping[str, int],
        port: int = 0,
        log: Path | None = None,
        *,
        host: str = "127.0.0.1",
        trusted: Sequence[str] = (),
    ) -> None:
        super().__init__(folder, port, log)
        self._trusted = trusted
        self._host, self._gateways, self._game_servers = host, gateways, game_servers

    def prepare(self) -> None:
        gateways, game_servers = (
            {name: f"127.0.0.1:{port}" for name, port in each.items()} for each in (self._gateways, self._game_servers)
        )
        own_file(
            self.folder / "haproxy.cfg",
            configuration(f"{self._host}:{self.port}", gateways, game_servers, trusted=self._trusted),
        )

    def command(self) -> Sequence[str]:
        return [program("haproxy", "haproxy"), "-db", "-f", str(self.folder / "haproxy.cfg")]


def configuration(
    bind: str,
    gateways: Mapping[str, str],
    game_servers: Mapping[str, str],
    check: str = "check",
    trusted: Sequence[str] = (),
) -> str:
    """What HAProxy reads. Servers are given as name and address; `check` is what else is said of each. `trusted` are
    the addresses of proxies in front, whose word on who calls is passed on."""
    parts = [
        CONFIG.format(bind=bind, problems=_problems(), inside=" ".join(PATHS), trusted=" ".join(trusted or NOBODY))
    ]
    for kind, probe in (("", "/readyz"), ("_alive", "/livez")):
        parts.append(GATEWAYS.format(name=f"gateways{kind}", probe=probe))
        parts += [f"    server {name} {address} {check}\n" for name, address in gateways.items()]
        known = {name: check.replace("check", f"track gateways{kind}/{name}", 1) for name in gateways}
        parts.append(SOCKETS.format(name=f"pushers{kind}", probe=probe, balance="leastconn", cookie="edtech_gateway"))
        parts += [f"    server {name} {address} cookie {name} {known[name]}\n" for name, address in gateways.items()]
        parts.append(
            SOCKETS.format(name=f"game_servers{kind}", probe=probe, balance="roundrobin", cookie="edtech_server")
        )
        parts += [f"    server {name} {address} cookie {name} {check}\n" for name, address in game_servers.items()]
    return "".join(parts)


def _problems() -> str:
    lines = []
    for status, (code, title, detail) in PROBLEMS.items():
        body = json.dumps(
            {"type": f"urn:edtech:problem:{code}", "title": title, "status": status, "detail": detail, "code": code}
        )
        lines.append(f"    http-error status {status} content-type application/problem+json string '{body}'")
    return "".join(f"{line} hdr Retry-After 2 hdr Cache-Control no-store\n" for line in lines)
