"""The load balancer as strangers meet it: what they say of themselves, and what they may not ask."""

import http.client
import json
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from edkit.local.servers import HAProxy

SPOOFED = {
    "X-Forwarded-For": "203.0.113.9, 127.0.0.1",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
}


class Echo(BaseHTTPRequestHandler):
    """Ready for everything; answers with the path and headers that arrived."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        said = json.dumps({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def trusted() -> list[str]:
    return []


class GameEcho(Echo):
    """The same, as a game server: it says so."""

    def version_string(self) -> str:
        return "game server"


@pytest.fixture
def door(tmp_path: Path, trusted: list[str]) -> Iterator[HAProxy]:
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Echo) as one,
        ThreadingHTTPServer(("127.0.0.1", 0), Echo) as two,
        ThreadingHTTPServer(("127.0.0.1", 0), GameEcho) as games,
    ):
        for behind in (one, two, games):
            Thread(target=behind.serve_forever, daemon=True).start()
        gateways = {"one": one.server_port, "two": two.server_port}
        with HAProxy(tmp_path / "haproxy", gateways, {"games": games.server_port}, trusted=trusted) as balancer:
            yield balancer
        for behind in (one, two, games):
            behind.shutdown()


def seen_behind(door: HAProxy, path: str) -> dict[str, str]:
    """What arrives of a request that says much of itself."""
    line = http.client.HTTPConnection("127.0.0.1", door.port, timeout=10)
    line.request("GET", path, headers=SPOOFED)
    seen: dict[str, str] = json.loads(line.getresponse().read())
    line.close()
    return seen


def raw(port: int, request: bytes) -> bytes:
    """Everything that is answered."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(request)
        said = b""
        while part := line.recv(65536):
            said += part
    return said


def status(port: int, target: str) -> int:
    return int(raw(port, f"GET {target} HTTP/1.1\r\nHost: school\r\nConnection: close\r\n\r\n".encode()).split()[1])


def test_what_is_for_operators_is_not_answered_to_strangers_however_they_write_it(door: HAProxy) -> None:
    for path in ("/metrics", "/readyz", "/livez", "/metrics?x=1", "/%6detrics", "/%72%65adyz", "http://school/livez"):
        assert status(door.port, path) == 404, path
    assert status(door.port, "/metricsandmore") == 200
    assert status(door.port, "/") == 200


def test_each_socket_goes_where_it_is_spoken_and_polls_come_back_to_where_they_began(door: HAProxy) -> None:
    def asked(path: str, cookie: str = "") -> tuple[str, str, str]:
        """Who answered, the gateway or game server it was, and the cookie that it left."""
        line = http.client.HTTPConnection("127.0.0.1", door.port, timeout=10)
        line.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = line.getresponse()
        answer.read()
        line.close()
        kind = "games" if answer.headers["server"] == "game server" else "gateway"
        return kind, answer.headers["x-served-by"] or "", (answer.headers["set-cookie"] or "").partition(";")[0]

    kind, games, cookie = asked("/socket.io/?EIO=4&transport=polling")
    assert (kind, games, cookie) == ("games", "games", "edtech_server=games")
    assert asked("/api/games")[0] == "gateway"
    begun = [asked("/push/socket.io/?EIO=4&transport=polling") for _ in range(6)]
    assert {kind for kind, _, _ in begun} == {"gateway"}
    assert {name for _, name, _ in begun} == {"one", "two"}
    for _, name, cookie in begun:
        assert cookie == f"edtech_gateway={name}"
        for _ in range(3):
            assert asked("/push/socket.io/?EIO=4&transport=polling&sid=abc", cookie)[1] == name


@pytest.mark.parametrize("path", ["/", "/socket.io/?EIO=4&transport=polling", "/push/socket.io/?EIO=4"])
def test_nobody_chooses_the_address_and_the_host_that_we_take_for_theirs(door: HAProxy, path: str) -> None:
    seen = seen_behind(door, path)
    assert seen["path"] == path
    assert (seen["x-forwarded-for"], seen["x-forwarded-proto"]) == ("127.0.0.1", "http")
    assert "x-forwarded-host" not in seen


@pytest.mark.parametrize("trusted", [["10.0.0.0/8", "127.0.0.1"]])
def test_a_proxy_in_front_that_is_named_is_believed(door: HAProxy) -> None:
    seen = seen_behind(door, "/")
    assert seen["x-forwarded-for"] == "203.0.113.9, 127.0.0.1,127.0.0.1"
    assert (seen["x-forwarded-proto"], seen["x-forwarded-host"]) == ("https", "evil.example")


def test_a_request_hidden_in_another_is_never_answered(door: HAProxy) -> None:
    hidden = b"0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: school\r\n\r\n"
    both = b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n" % len(hidden)
    for lengths in (both, b"Transfer-Encoding: xchunked\r\n", b"Content-Length: 5\r\nContent-Length: 6\r\n"):
        said = raw(door.port, b"GET / HTTP/1.1\r\nHost: school\r\nConnection: close\r\n" + lengths + b"\r\n" + hidden)
        assert b"/hidden" not in said
    assert b" 400 " in raw(door.port, b"GET / HTTP/1.1\r\nHost: school\r\nX-Long: " + b"x" * 20_000 + b"\r\n\r\n")
