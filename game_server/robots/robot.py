"""One robot: joins, reads, thinks, answers until it has a receipt, drops out now and then, and comes back by itself."""

import asyncio
from typing import Any, Protocol

from edkit.chance import Chance
from edkit.clock import Clock
from game_server.robots.line import Line, Lost
from game_server.robots.mind import Mind

BACK_OFF_S = 1.0
"""The longest wait between two attempts to come back."""

PASSING = frozenset({"paused", "server_leaving", "unavailable", "timed_out", "too_many", "internal", "not_in_game"})
"""Refusals after which the same is asked again."""

FINAL = frozenset({"late", "closed", "duplicate", "accepted", "invalid"})


class Watcher(Protocol):
    """Who is told what a robot lives through."""

    def joined(self, robot: "Robot") -> None: ...
    def gave_up(self, robot: "Robot", why: str) -> None: ...
    def opened(self, robot: "Robot", question: dict[str, Any]) -> None: ...
    def receipt(self, robot: "Robot", question_id: str, status: str, sends: int) -> None: ...
    def result(self, robot: "Robot", result: dict[str, Any]) -> None: ...
    def closed(self, robot: "Robot", question_id: str) -> None: ...
    def dropped(self, robot: "Robot") -> None: ...
    def came_back(self, robot: "Robot") -> None: ...
    def contradicted(self, robot: "Robot", what: str) -> None: ...


class Robot:
    """`drops` is how often, per question, it loses its connection for some seconds; `speed` divides all its waiting."""

    def __init__(
        self,
        nickname: str,
        url: str,
        pin: str,
        *,
        watcher: Watcher,
        chance: Chance,
        clock: Clock,
        drops: float,
        speed: float,
        verify_tls: bool,
    ) -> None:
        self.nickname, self.score = nickname, 0
        self._pin, self._watcher, self._chance, self._clock = pin, watcher, chance, clock
        self._drops, self._speed = drops, speed
        self._mind = Mind.made(chance)
        self._line = Line(url, self._hear, verify_tls=verify_tls)
        self._device, self._join_id = f"robot-{chance.token(9)}", f"robot-{chance.token(12)}"
        self._token = ""
        self._seq = 0
        self._over = asyncio.Event()
        self._online = asyncio.Event()
        self._away_until = 0.0
        self._answering: dict[str, asyncio.Task[None]] = {}
        self._accepted: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def live(self, after_s: float) -> None:
        """From walking in, `after_s` from now, to the end of the game."""
        await self._clock.sleep(after_s / self._speed)
        try:
            while not self._over.is_set():
                await self._be_connected()
                await self._nap(0.2)
            await asyncio.gather(*self._answering.values())
        finally:
            for task in (*self._answering.values(), *self._tasks):
                task.cancel()
            await asyncio.gather(*self._answering.values(), *self._tasks, return_exceptions=True)
            await self._line.close()

    async def _nap(self, seconds: float) -> None:
        """Sleep, but wake when the game is over."""
        sleeping = asyncio.ensure_future(self._clock.sleep(seconds))
        over = asyncio.ensure_future(self._over.wait())
        try:
            await asyncio.wait((sleeping, over), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            over.cancel()

    # Coming in and coming back

    async def _be_connected(self) -> None:
        if self._line.up and self._online.is_set():
            return
        self._online.clear()
        away = self._away_until - self._clock.monotonic()
        if away > 0:
            await self._nap(away)
            return
        try:
            await self._line.open({"device": self._device, **({"resume": self._token} if self._token else {})})
            await (self._resume() if self._token else self._join())
        except Lost:
            await self._nap(self._chance.uniform(0.2, BACK_OFF_S))

    async def _join(self) -> None:
        ack = await self._line.ask(
            "join_game",
            {"pin": self._pin, "nickname": self.nickname, "join_id": self._join_id, "identifier": self.nickname},
        )
        if ack.get("ok"):
            self._token = ack["resume_token"]
            self._watcher.joined(self)
            self._take(ack["state"])
            return
        error = ack.get("error", {})
        if error.get("code") == "nickname_taken":
            self.nickname = f"{self.nickname.rstrip('0123456789 ')} {self._chance.digits(2)}"
        elif error.get("code") in PASSING:
            await self._nap(max(0.5, error.get("retry_after_ms", 0) / 1000))
        else:
            self._watcher.gave_up(self, error.get("message", "it was refused without a reason"))
            self._over.set()

    async def _resume(self) -> None:
        """`state` comes by itself for a resume token; asking once more makes sure it is the newest."""
        ack = await self._line.ask("sync_game", {"last_seq": self._seq})
        if ack.get("ok"):
            self._watcher.came_back(self)
            self._take(ack["state"])
        elif ack.get("error", {}).get("code") not in PASSING:
            self._watcher.gave_up(self, ack.get("error", {}).get("message", "it could not come back"))
            self._over.set()

    def _drop(self, seconds: float) -> None:
        self._away_until = self._clock.monotonic() + seconds
        self._online.clear()
        self._spawn(self._line.close())

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # What it hears

    def _take(self, state: dict[str, Any]) -> None:
        """A snapshot: all that counts, whatever was heard before."""
        self._seq = state["seq"]
        me = state.get("me", {})
        self.score = me.get("score", self.score)
        self._check(state.get("question", {}).get("id", ""), me.get("answer"))
        if (result := me.get("result")) is not None:
            self._watcher.result(self, result)
        self._online.set()
        if state["phase"] == "ended":
            self._over.set()
        elif state["phase"] == "question" and "answer" not in me:
            self._consider(state["question"], state.get("opens_in_ms", 0))

    def _check(self, question_id: str, answer: dict[str, Any] | None) -> None:
        """An answer that was once accepted stands, and no other."""
        accepted = self._accepted.get(question_id)
        if accepted is not None and (answer is None or answer["answer_id"] != accepted):
            self._watcher.contradicted(self, f"the accepted answer {accepted} is not in the snapshot")

    def _hear(self, event: str, body: dict[str, Any]) -> None:
        if event == "state":
            self._take(body)
            return
        if "seq" in body and event != "your_result" and body["seq"] > self._seq + 1 and self._online.is_set():
            self._spawn(self._sync())
        self._seq = max(self._seq, body.get("seq", 0))
        match event:
            case "question_opened":
                self._consider(body["question"], body["opens_in_ms"])
            case "your_result":
                self.score = body["score"]
                self._watcher.result(self, body)
            case "question_closed":
                self._watcher.closed(self, body["question_id"])
            case "game_ended" | "kicked":
                self._over.set()
            case "move":
                self._drop(body["retry_after_ms"] / 1000)

    async def _sync(self) -> None:
        try:
            ack = await self._line.ask("sync_game", {"last_seq": self._seq})
        except Lost:
            return
        if ack.get("ok"):
            self._take(ack["state"])

    # Answering

    def _consider(self, question: dict[str, Any], opens_in_ms: int) -> None:
        if question["id"] in self._answering:
            return
        self._watcher.opened(self, question)
        self._answering[question["id"]] = asyncio.ensure_future(self._answer(question, opens_in_ms / 1000))
        if self._chance.uniform(0, 1) < self._drops:
            self._spawn(self._drop_later(question))

    async def _drop_later(self, question: dict[str, Any]) -> None:
        most = min(10.0, question["time_limit_ms"] / 1000) / self._speed
        await self._clock.sleep(self._chance.uniform(0, most))
        if not self._over.is_set():
            self._watcher.dropped(self)
            self._drop(self._chance.uniform(1, 6) / self._speed)

    async def _answer(self, question: dict[str, Any], opens_in_s: float) -> None:
        """Think, then send the one answer until a receipt comes; the same answer id every time."""
        choice = self._mind.answer(question, self._chance)
        await self._nap(opens_in_s + self._mind.thinking_s(question, self._chance) / self._speed)
        if choice is None or self._over.is_set():
            return
        sent = {"answer_id": f"robot-{self._chance.token(12)}", "question_id": question["id"], **choice}
        sends, status = 0, ""
        while status not in FINAL:
            await self._nap_until_online()
            if self._over.is_set():
                return
            sends += 1
            try:
                ack = await self._line.ask("submit_answer", sent)
            except Lost:
                self._online.clear()
                continue
            status = ack.get("status") or ack.get("error", {}).get("code", "no acknowledgement")
            if status == "accepted":
                self._accepted[question["id"]] = sent["answer_id"]
            if status not in FINAL and status not in PASSING and status != "early":
                break
            if status not in FINAL:
                await self._nap(self._chance.uniform(0.2, BACK_OFF_S))
        self._watcher.receipt(self, question["id"], status, sends)

    async def _nap_until_online(self) -> None:
        while not (self._online.is_set() and self._line.up) and not self._over.is_set():
            await self._nap(0.1)
