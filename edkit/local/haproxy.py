"""A private HAProxy: one port in front of every gateway and game server."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from edkit.local.process import Process, own_file, program

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
    http-error status 503 content-type application/problem+json string '{nobody}' hdr Retry-After 1
frontend door
    bind {host}:{port}
    http-request set-header X-Forwarded-For %[src]
    http-request set-header X-Forwarded-Proto http
    acl sockets path_beg /socket.io/
    use_backend game_servers if sockets {{ nbsrv(game_servers) gt 0 }}
    use_backend game_servers_alive if sockets
    use_backend gateways_alive if {{ nbsrv(gateways) eq 0 }}
    default_backend gateways
"""
"""`..._alive`: when nobody is ready, as while the broker is away, those that live say so better than we could."""

NOBODY = '{"status":503,"title":"Nobody is here to answer","code":"unavailable"}'

GATEWAYS = """
backend {name}
    http-check send meth GET uri {probe}
    balance leastconn
    retry-on conn-failure empty-response
    http-request disable-l7-retry unless METH_GET
"""
"""What only reads is asked of another gateway when one dies in the middle."""

GAME_SERVERS = """
backend {name}
    http-check send meth GET uri {probe}
    balance roundrobin
    http-response set-header x-served-by %s
    cookie edtech_server insert indirect nocache httponly attr SameSite=Lax
    # Long polling must come back to where it began; a websocket is one connection and may begin anywhere.
    ignore-persist if {{ hdr(upgrade) -i websocket }} !{{ urlp(sid) -m found }}
"""


class HAProxy(Process):
    """A HAProxy of our own on `host`: sockets go to game servers, all else to gateways, each given as name and port."""

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
    ) -> None:
        super().__init__(folder, port, log)
        self._host, self._gateways, self._game_servers = host, gateways, game_servers

    def prepare(self) -> None:
        parts = [CONFIG.format(host=self._host, port=self.port, nobody=NOBODY)]
        for name, probe in (("", "/readyz"), ("_alive", "/livez")):
            parts.append(GATEWAYS.format(name=f"gateways{name}", probe=probe))
            parts += [f"    server {server} 127.0.0.1:{port} check\n" for server, port in self._gateways.items()]
            parts.append(GAME_SERVERS.format(name=f"game_servers{name}", probe=probe))
            parts += [
                f"    server {server} 127.0.0.1:{port} cookie {server} check\n"
                for server, port in self._game_servers.items()
            ]
        own_file(self.folder / "haproxy.cfg", "".join(parts))

    def command(self) -> Sequence[str]:
        return [program("haproxy", "haproxy"), "-db", "-f", str(self.folder / "haproxy.cfg")]
