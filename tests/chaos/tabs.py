"""One browser tab of a simulated client: connects, comes back by itself, records everything it sees and asks."""

import asyncio
import random
import time
from collections.abc import Callable
from typing import Any

from tests.chaos import canary
from tests.chaos.language import FINAL, SEQUENCED, TRANSIENT, VARYING
from tests.chaos.stage import Stage
from tests.chaos.wire import Lost, Refused, Wire

BACK_OFF = 1.0
OLD_S = 0.5
"""For so long after waking what is read may have been lying there."""


class Client:
    """Who sits before the tabs. `player` is who the server says this client is."""

    def __init__(self, stage: Stage, name: str, role: str, seed: str) -> None:
        self.stage, self.name, self.role = stage, name, role
        self.log = stage.recorder.log(name, role)
        self.dice = random.Random(seed)
        self.game = ""
        self.player: str | None = None
        self.auth: dict[str, Any] = {}
        self.said: set[str] = set()
        self.connections = 0
        self.operations = 0
        self.tab: Tab | None = None
        self.gone = False
        self.servers: dict[int, str] = {}
        # Where this client comes in: most at the front, some over the slow wire, some straight to one server.
        ways = random.Random(f"{seed}/way")
        self.polls = ways.random() < stage.polling
        self.pinned = ways.choice(sorted(stage.target.servers)) if stage.target.servers and ways.random() < 0.3 else ""
        self.slow = ways.random() < 0.3

    def wire(self, conn: int, hear: Callable[[str, Any, str], None], *, front: bool = False) -> Wire:
        """A wire that is not yet open; with `front` not straight to a server."""
        base = self.stage.target.slow_base if self.slow else self.stage.base
        if self.pinned and not front:
            base, self.servers[conn] = self.stage.target.servers[self.pinned], self.pinned
        return Wire(self.stage.http, base, hear, polling=self.polls)

    def next_id(self, kind: str) -> str:
        """An id for one operation, fixed before its first send."""
        self.operations += 1
        return f"{kind}-{self.name}-{self.operations}"

    def write(self, kind: str, conn: int = 0, more: dict[str, Any] | None = None, **fields: Any) -> None:
        """A line of this client, now."""
        more = {"player": self.player} | (more or {})
        self.log.write(kind, game=self.game, conn=conn, server=self.servers.get(conn, ""), more=more, **fields)

    def kicked(self) -> None:
        """The server has said that this player is out: nothing of this client is alive any more."""
        self.gone = True
        for tab in [tab for tab in self.stage.tabs if tab.client is self]:
            tab.drop()

    async def greet(self, wire: Wire) -> None:
        """Called on every fresh connection before the tab counts as up."""

    async def perform(
        self,
        kind: str,
        event: str,
        payload: dict[str, Any],
        *,
        op_id: str,
        again: frozenset[str] = frozenset(),
        tab: "Tab | None" = None,
        more: dict[str, Any] | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """Ask until it is acknowledged, always with the same payload, on `tab` or whichever is the present one.

        Receipts whose status is in `again` are asked again. Returns the last acknowledgement.
        """
        while True:
            seat = tab if tab is not None and not tab.closed else self.tab
            assert seat is not None
            try:
                conn, wire = await seat.up()
            except Lost:
                if self.gone:
                    self.write(kind, 0, more, op_id=op_id, phase="fail", status="kicked", **fields)
                    return {"ok": False, "error": {"code": "kicked"}}
                await asyncio.sleep(0.02)
                continue
            extra = (more or {}) | seat.timing(fields.get("question"))
            self.write(kind, conn, extra, op_id=op_id, phase="invoke", **fields)
            self.stage.in_flight += kind == "answer"
            try:
                ack = await wire.ask(event, payload)
            except Lost:
                self.write(kind, conn, more, op_id=op_id, phase="info", **fields)
                await asyncio.sleep(self.dice.uniform(0.02, 0.15))
                continue
            finally:
                self.stage.in_flight -= kind == "answer"
            if not ack.get("ok"):
                error = ack.get("error") or {"code": "no_error_given"}
                again_later = error["code"] in TRANSIENT or error.get("retry_after_ms") is not None
                transient = again_later and not self.stage.quiet
                self.write(
                    kind, conn, more, op_id=op_id, phase="info" if transient else "fail", status=error["code"], **fields
                )
                if not transient:
                    return ack
                await asyncio.sleep(min(2.0, error.get("retry_after_ms", 200) / 1000))
                continue
            outcome: dict[str, Any] = {name: ack.get(name) for name in ("status", "seq", "received_ms")}
            if kind == "answer":
                receipt = {name: value for name, value in ack.items() if name != "ok"}
                extra = (more or {}) | seat.timing(fields.get("question")) | {"receipt": receipt}
            else:
                outcome["status"] = None
            self.write(kind, conn, extra, op_id=op_id, phase="ok", **(fields | outcome))
            if ack.get("status") not in again:
                return ack
            await asyncio.sleep(0.15)


class Tab:
    """One tab. `view` is the latest snapshot or what events made of it; `changed` is set whenever it may have moved."""

    def __init__(self, client: Client, on_change: Callable[["Tab"], None] | None = None) -> None:
        self.client, self.stage = client, client.stage
        self.seq = -1
        self.phase = "lobby"
        self.question: dict[str, Any] | None = None
        self.answered: str | None = None
        self.ended = False
        self.paused = False
        self.closed = False
        self.opens_at: float | None = None
        self.deadline: float | None = None
        self._woke, self._read_late = 0.0, False
        self.changed = asyncio.Event()
        self.conn = 0
        self._wire: Wire | None = None
        self._live = asyncio.Event()
        self._greeted: asyncio.Future[None] | None = None
        self._wait_s = 0.0
        self._asked_ns = 0
        self._episode = ""
        self._seen: set[tuple[Any, ...]] = set()
        self._task = self.stage.spawn(client.log, self._stay_connected())
        self.stage.tabs.add(self)

    async def up(self) -> tuple[int, Wire]:
        """The present connection, waiting for one if need be. Raises Lost once the tab is closed."""
        await self._live.wait()
        if self.closed or self._wire is None:
            raise Lost("the tab is closed")
        return self.conn, self._wire

    def cut(self) -> None:
        """The network goes away; the tab comes back by itself."""
        if self._wire is not None:
            self._wire.cut()

    async def sleep(self, seconds: float) -> None:
        """A phone in a pocket: nothing is read for a while."""
        wire = self._wire
        if wire is None:
            return
        self.client.write("sleep", self.conn, phase="invoke")
        wire.awake.clear()
        await asyncio.sleep(seconds)
        wire.awake.set()
        self._woke = time.monotonic()
        self.client.write("sleep", self.conn, phase="ok")

    def drop(self) -> None:
        """Stop coming back; whoever waits for this tab is told."""
        self.closed = True
        self.stage.tabs.discard(self)
        self._live.set()
        self.changed.set()

    async def close(self, *, rudely: bool = False) -> None:
        """Close the tab for good."""
        self.drop()
        self.client.write("tab", self.conn, phase="ok", status="closed")
        wire, self._wire = self._wire, None
        if wire is not None:
            if rudely:
                wire.cut()
            else:
                await wire.close()
        self._task.cancel()
        await asyncio.wait([self._task])

    def timing(self, question: str | None) -> dict[str, Any]:
        """What this tab knows to be left to the deadline, in ms; never sent to the server.

        After sleeping it reads what is old, and knows nothing until something new is said."""
        if question is None or self.question is None or self.question["id"] != question:
            return {}
        if self.deadline is None or self._read_late:
            return {}
        return {"left_ms": round((self.deadline - time.monotonic()) * 1000)}

    async def _stay_connected(self) -> None:
        wait, failed = 0.05, False
        while not self.closed:
            self.client.connections += 1
            self.conn = self.client.connections
            self._asked_ns = time.monotonic_ns()
            self._episode = self._episode or self.client.next_id("resume")
            self.client.write("resume", self.conn, op_id=self._episode, phase="invoke")
            self._greeted = asyncio.get_running_loop().create_future()
            wire = self.client.wire(self.conn, self._hear, front=failed)
            failed = not failed
            try:
                await wire.open(self.client.auth)
                self._wire = wire
                if wire.server:
                    self.client.servers[self.conn] = wire.server
                if self.client.auth.get("resume"):
                    async with asyncio.timeout(3):
                        await asyncio.shield(self._greeted)
                await self.client.greet(wire)
            except (Lost, TimeoutError):
                wire.cut()
                self.client.write("resume", self.conn, op_id=self._episode, phase="info")
                await asyncio.sleep(wait * self.client.dice.uniform(0.5, 1.0))
                wait = min(BACK_OFF, wait * 2)
                continue
            except Refused as refusal:
                code = refusal.args[0].get("data", refusal.args[0])
                code = code.get("code", str(code)) if isinstance(code, dict) else str(code)
                self.client.write(
                    "resume", self.conn, op_id=self._episode, phase="fail" if code in FINAL else "info", status=code
                )
                if code in FINAL:
                    self.client.kicked()
                    return
                await asyncio.sleep(wait)
                wait = min(BACK_OFF, wait * 2)
                continue
            wait, failed = 0.05, False
            if self._episode:
                self.client.write("resume", self.conn, op_id=self._episode, phase="ok")
                self._episode = ""
            self._live.set()
            self.changed.set()
            await wire.ended.wait()
            if self.closed:
                return
            self._live.clear()
            self.changed.set()
            await asyncio.sleep(self._wait_s)
            self._wait_s = 0.0

    def _hear(self, name: str, payload: Any, raw: str) -> None:
        body = payload.get("state", payload) if isinstance(payload, dict) else {}
        if not isinstance(body, dict):
            body = {}
        if self.client.role != "host":
            self._watch_for_leaks(name, body, raw)
        if name == "state" or (isinstance(payload, dict) and "state" in payload):
            if not self.client.game:
                self.client.game = body["game_id"]
            if name == "ack:join_game":
                self.client.player = payload["player_id"]
            self._take_snapshot(name, body)
        elif name in SEQUENCED or name == "your_result":
            self._take_event(name, body)
        elif name == "kicked":
            self.client.write("event", self.conn, {"event": name}, seq=body.get("seq"))
            self.client.kicked()
        elif name == "move":
            self._wait_s = body["retry_after_ms"] / 1000
            self.client.write("event", self.conn, {"event": name})
            self.cut()
        elif name in ("players_changed", "answers_counted"):
            self.client.write(
                "count",
                self.conn,
                {"event": name, "about": body.get("game_id"), "of": body.get("of")}
                | {"number": body.get("answered", body.get("count"))},
                question=body.get("question_id"),
                seq=body.get("seq"),
            )
        if name == "state" and self._greeted is not None and not self._greeted.done():
            self._greeted.set_result(None)
        self.changed.set()

    def _watch_for_leaks(self, name: str, body: dict[str, Any], raw: str) -> None:
        for tag, index, part in canary.sighted(raw):
            token = f"{tag}q{index}{part}"
            sighting = (token, name, body.get("seq"))
            if token in self.client.said or sighting in self._seen:
                continue
            self._seen.add(sighting)
            self.client.write(
                "canary", self.conn, {"tag": tag, "index": index, "part": part, "event": name}, seq=body.get("seq")
            )
        if body.get("phase") == "question" and (keys := canary.solving_keys(body)):
            self.client.write("leak", self.conn, {"keys": sorted(keys), "event": name}, seq=body.get("seq"))
        options = (body.get("question") or {}).get("options") or []
        if options and body["question"]["type"] == "order" and body.get("phase") == "question":
            texts = [option["text"] for option in options]
            if texts == sorted(texts):
                self.client.write("leak", self.conn, {"keys": ["order as solved"], "event": name}, seq=body.get("seq"))

    def _take_snapshot(self, name: str, body: dict[str, Any]) -> None:
        me = body.get("me") or {}
        answer = me.get("answer") or {}
        question = body.get("question")
        self.client.write(
            "snapshot",
            self.conn,
            {
                "via": name,
                "about": body.get("game_id"),
                "asked_ns": self._asked_ns,
                "phase": body.get("phase"),
                "shown": answer.get("answer_id"),
                "me": me.get("player_id"),
            },
            question=question["id"] if question else None,
            seq=body["seq"],
            points=me.get("score"),
            hash=self.stage.recorder.payload(plain(body)),
        )
        self._board(f"snapshot:{body.get('phase')}", body)
        if body["seq"] < self.seq:
            return
        self.seq, self.phase, self.question = body["seq"], body["phase"], question
        self.paused = bool(body.get("paused"))
        self.answered = answer.get("answer_id")
        self._take_times(body, opened=bool(body.get("opens_in_ms")))
        self.ended = self.phase == "ended"
        if self.phase == "question" and question:
            self.stage.open_questions.add((self.client.game, question["id"]))

    def _take_event(self, name: str, body: dict[str, Any]) -> None:
        question = body.get("question_id") or (body.get("question") or {}).get("id")
        points = body.get("points")
        more: dict[str, Any] = {"event": name, "about": body.get("game_id"), "phase": body.get("phase")}
        if name == "your_result":
            more |= {key: body.get(key) for key in ("score", "rank", "streak", "status", "parts")}
        self.client.write(
            "event",
            self.conn,
            more,
            question=question,
            seq=body["seq"],
            points=points,
            hash=self.stage.recorder.payload(plain(body)),
        )
        self._board(name, body)
        if name == "your_result" or body["seq"] < self.seq:
            return
        self.seq, self.phase = body["seq"], body["phase"]
        if name == "question_opened":
            self.question, self.answered = body["question"], None
            self._take_times(body, opened=True)
            self.stage.open_questions.add((self.client.game, question or ""))
        elif name == "question_closed":
            self.stage.open_questions.discard((self.client.game, question or ""))
        elif name in ("game_paused", "game_unpaused", "question_extended"):
            self.paused = name == "game_paused" or (self.paused and name != "game_unpaused")
            self.opens_at = None
            self._take_times(body, opened=False)
        elif name == "game_ended":
            self.ended = True

    def _take_times(self, body: dict[str, Any], *, opened: bool) -> None:
        now = time.monotonic()
        self._read_late = now < self._woke + OLD_S
        if opened:
            self.opens_at = now + body.get("opens_in_ms", 0) / 1000
        left = body.get("closes_in_ms", body.get("remaining_ms"))
        self.deadline = None if left is None or self.paused else now + left / 1000

    def _board(self, source: str, body: dict[str, Any]) -> None:
        for name in ("leaderboard", "podium"):
            if body.get(name) is None:
                continue
            board = [[row["player_id"], row["nickname"], row["score"], row["rank"]] for row in body[name]]
            self.client.write(
                "board",
                self.conn,
                {"source": source, "list": name},
                seq=body["seq"],
                hash=self.stage.recorder.payload(board),
            )


def plain(body: dict[str, Any]) -> dict[str, Any]:
    """A message without what may differ between two deliveries of the same (game, seq)."""
    return {name: value for name, value in body.items() if name not in VARYING}
