"""Stock clients against our server. Numbers are rules of edkit/sockets/SPEC.md."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import socketio

from tests.sockets.playground import Classroom, Served, until

# The stock client drops its HTTP connections without closing them, and says so in warnings.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

TRANSPORTS = pytest.mark.parametrize("transports", [["websocket"], ["polling"], ["polling", "websocket"]], ids="+".join)


@pytest.fixture(autouse=True)
def no_litter() -> Iterator[None]:
    """What a client leaves behind is swept here, where its warnings are ignored."""
    yield
    gc.collect()


class Player:
    """python-socketio's client with a list of what it was sent."""

    def __init__(self, **options: Any) -> None:
        self.client = socketio.AsyncClient(reconnection=False, **options)
        self.events: list[tuple[str, object]] = []
        self.refusals: list[object] = []
        for namespace in ("/games", "/notes"):
            for name in ("state", "question", "kicked"):
                self.client.on(name, self._note(name), namespace=namespace)
            self.client.on("probe", self._probe, namespace=namespace)
            self.client.on("connect_error", self.refusals.append, namespace=namespace)

    def _note(self, name: str) -> Callable[[object], None]:
        return lambda data: self.events.append((name, data))

    async def _probe(self, data: object) -> object:
        return {"seen": data}

    async def join(self, served: Served, transports: list[str], *namespaces: str, auth: object = None) -> None:
        await self.client.connect(
            served.url, namespaces=list(namespaces or ("/games",)), transports=transports, auth=auth, wait_timeout=5
        )

    async def ask(self, event: str, data: object, namespace: str = "/games") -> Any:
        return await self.client.call(event, data, namespace=namespace, timeout=5)

    async def leave(self) -> None:
        await self.client.disconnect()
        await self.client.eio.wait()


@TRANSPORTS
async def test_5_acknowledgements_go_both_ways(served: Served, room: Classroom, transports: list[str]) -> None:
    player = Player()
    await player.join(served, transports)
    assert await player.ask("echo", {"text": "schön"}) == {"ok": True, "args": [{"text": "schön"}]}
    assert await player.ask("ask", None) == {"ok": True, "args": []}
    await until(lambda: room.answers)
    assert room.answers == [{"seen": {"n": 1}}]
    assert player.client.transport() == transports[-1]
    await player.leave()
    await until(lambda: room.ended)
    assert len(room.ended) == 1


@TRANSPORTS
async def test_5_2_what_connected_emits_follows_the_answer(
    served: Served, room: Classroom, transports: list[str]
) -> None:
    player = Player()
    joining = asyncio.create_task(player.join(served, transports, auth={"token": "slow"}))
    await until(lambda: room.auths)
    room.gate.set()
    await joining
    await until(lambda: player.events)
    assert player.events == [("state", {"seq": 8})]
    await player.leave()


@TRANSPORTS
async def test_5_3_a_refusal_carries_message_and_code(served: Served, transports: list[str]) -> None:
    player = Player()
    with pytest.raises(socketio.exceptions.ConnectionError):
        await player.join(served, transports, auth={"token": "expired"})
    assert player.refusals == [{"message": "This token has expired.", "data": {"code": "token_expired"}}]
    assert not served.room.ended


async def test_5_3_an_unforeseen_error_in_connected_is_refused_without_detail(served: Served) -> None:
    player = Player()
    with pytest.raises(socketio.exceptions.ConnectionError):
        await player.join(served, ["websocket"], auth={"token": "broken"})
    assert [r["data"] for r in player.refusals if isinstance(r, dict)] == [{"code": "internal"}]
    assert served.server.counters.failed == 1


async def test_5_1_an_unknown_namespace_is_refused(served: Served) -> None:
    player = Player()
    refusals: list[object] = []
    player.client.on("connect_error", refusals.append, namespace="/nowhere")
    with pytest.raises(socketio.exceptions.ConnectionError):
        await player.join(served, ["websocket"], "/nowhere")
    assert refusals == [{"message": "Invalid namespace", "data": {"code": "unknown_namespace"}}]


@TRANSPORTS
async def test_5_1_two_namespaces_share_one_session_and_part_alone(served: Served, transports: list[str]) -> None:
    player = Player()
    await player.join(served, transports, "/games", "/notes")
    assert len(served.server.engine.sessions) == 1
    assert await player.ask("echo", 1, "/notes") == {"ok": True, "args": [1]}
    await player.client.emit("kick", None, namespace="/games")
    await until(lambda: served.room.ended)
    assert served.room.ended[0][1] == "server namespace disconnect"
    assert await player.ask("echo", 2, "/notes") == {"ok": True, "args": [2]}
    assert not served.notes.ended
    await player.leave()
    await until(lambda: served.notes.ended)


@TRANSPORTS
async def test_5_6_disconnect_delivers_what_was_sent_before_and_ends_the_session(
    served: Served, room: Classroom, transports: list[str]
) -> None:
    player = Player()
    await player.join(served, transports)
    await player.client.emit("kick", None, namespace="/games")
    await until(lambda: not player.client.connected)
    assert ("kicked", {"ban": False}) in player.events
    await until(lambda: room.ended and not served.server.engine.sessions)
    await player.client.eio.wait()


async def test_5_4_handlers_of_one_client_begin_in_order_and_run_together(served: Served, room: Classroom) -> None:
    player = Player()
    await player.join(served, ["websocket"])
    for event, number in (("later", 1), ("echo", 2), ("future", 3), ("later", 4), ("echo", 5)):
        await player.client.emit(event, number, namespace="/games")
    await until(lambda: len(room.heard) == 7)
    begun = [args[0] for event, args in room.heard if event != "later"]
    assert begun == [1, 2, 3, 4, 5]
    assert not room.finished
    room.gate.set()
    await until(lambda: len(room.finished) == 2)
    await player.leave()
    await until(lambda: room.ended)


async def test_5_5_waiting_handlers_and_futures_answer_when_they_are_done(served: Served, room: Classroom) -> None:
    player = Player()
    await player.join(served, ["websocket"])
    later = asyncio.create_task(player.ask("later", 1))
    assert await player.ask("future", 2) == {"ok": True, "args": [2]}
    assert not later.done()
    room.gate.set()
    assert await later == {"ok": True, "args": [1]}
    await player.leave()


@pytest.mark.parametrize("event", ["boom", "nonsense"])
async def test_5_9_a_failing_handler_is_answered_and_the_socket_lives(served: Served, event: str) -> None:
    player = Player()
    await player.join(served, ["websocket"])
    answer = await player.ask(event, 1)
    assert answer["ok"] is False
    assert answer["error"]["code"] == "internal"
    assert await player.ask("echo", 1) == {"ok": True, "args": [1]}
    assert served.server.counters.failed == 1
    await player.leave()


async def test_6_5_a_broadcast_reaches_every_transport(served: Served, room: Classroom) -> None:
    players = [Player() for _ in range(30)]
    kinds = [["websocket"], ["polling"], ["polling", "websocket"]]
    await asyncio.gather(*(p.join(served, kinds[i % 3]) for i, p in enumerate(players)))
    await players[0].client.emit("broadcast", None, namespace="/games")
    await until(lambda: all(("question", {"text": "Wie spät ist es?"}) in p.events for p in players))
    counters = served.server.counters
    assert (counters.open_websocket, counters.open_polling, counters.upgraded) == (20, 10, 10)
    await asyncio.gather(*(p.leave() for p in players))
    await until(lambda: len(room.ended) == 30)
    assert (counters.open_websocket, counters.open_polling) == (0, 0)


@TRANSPORTS
async def test_8_clients_of_a_closing_server_lose_their_socket_and_may_come_back(
    served: Served, room: Classroom, transports: list[str]
) -> None:
    player = Player()
    await player.join(served, transports)
    await served.server.close()
    await until(lambda: not player.client.connected)
    await player.client.eio.disconnect()
    assert [reason for _, reason in room.ended] == ["server shutting down"]
    again = Player()
    with pytest.raises(socketio.exceptions.ConnectionError):
        await again.join(served, transports)
    served.server.engine.draining = False
    await again.join(served, transports)
    await again.leave()


async def test_8_a_stock_client_reconnects_by_itself_after_its_connection_broke(
    served: Served, room: Classroom
) -> None:
    client = socketio.AsyncClient(reconnection_delay=0.01, randomization_factor=0)
    await client.connect(served.url, namespaces=["/games"], transports=["websocket"])
    await until(lambda: room.sockets)
    next(iter(room.sockets)).session.abort("cut by the test")
    await until(lambda: len(room.auths) == 2 and client.connected)
    assert await client.call("echo", 1, namespace="/games", timeout=5) == {"ok": True, "args": [1]}
    await client.disconnect()
    await client.eio.wait()
