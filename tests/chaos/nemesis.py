"""Breaks things on purpose and notes what it did: kills, stops, slows and cuts parts of a target, steps their clocks.

A fault is named `verb what`: `kill game_server` ends one of the game servers, `delay database` slows that wire. The
verbs are the methods below.
"""

import asyncio
import contextlib
import random
import signal
from collections.abc import Mapping

from tests.chaos.history import Recorder
from tests.chaos.stage import Stage
from tests.chaos.target import Target

Faults = Mapping[str, int]
"""How often each fault comes in a deck; a deck is shuffled and played to its end before the next."""

EMBEDDED: Faults = {
    "kill process": 6, "stop_then_kill process": 3, "term process": 1, "stop process": 2, "cut tabs": 3,
}  # fmt: skip
SPREAD: Faults = {
    "kill game_server": 6, "stop_then_kill game_server": 3, "term game_server": 2, "stop game_server": 1,
    "freeze game_server": 2, "step game_server": 2, "kill gateway": 2, "kill quiz_service": 2, "term gateway": 1,
    "kill redis": 2, "flush redis": 1, "freeze redis": 1, "kill broker": 1, "kill database": 2, "stop database": 1,
    "cut tabs": 2, "cut clients": 1, "cut database": 1, "cut redis": 1, "delay clients": 1, "delay database": 1,
    "delay redis": 1, "hold database": 1,
}  # fmt: skip

DOWN_S: Mapping[str, tuple[float, float]] = {"redis": (0, 4), "broker": (0, 1), "database": (0, 2)}
"""For how long a part stays away after a kill, beside what it takes to start."""
BREATHER = 0.15
"""How often there is a pause in which it can be seen that everything comes to rest."""
REST_S = 11.0


class Nemesis:
    """Seeded trouble. Most of it strikes while questions are open, and right after answers were sent."""

    def __init__(
        self, target: Target, stage: Stage, recorder: Recorder, seed: str, faults: Faults, *, every_s: float
    ) -> None:
        self.target, self.stage, self.recorder, self.faults, self.every_s = target, stage, recorder, faults, every_s
        self.dice = random.Random(f"{seed}/nemesis")
        self.deck: list[str] = []

    async def rage(self) -> None:
        """Break things until cancelled; whatever is broken is mended before the cancellation takes effect."""
        while True:
            await asyncio.sleep(REST_S if self._tired() else self.dice.uniform(0.5, 1.5) * self.every_s)
            if self.dice.random() < 0.9:
                await self._wait_for_answers()
            strike = asyncio.create_task(self.strike(self._draw()))
            try:
                await asyncio.shield(strike)
            except asyncio.CancelledError:
                await strike
                raise

    async def strike(self, fault: str) -> None:
        """Do one of `verb what`, to its end."""
        verb, _, what = fault.partition(" ")
        await getattr(self, f"_{verb}")(what)

    def _draw(self) -> str:
        if not self.deck:
            self.deck = [name for name, count in self.faults.items() for _ in range(count)]
            self.dice.shuffle(self.deck)
        return self.deck.pop()

    def _tired(self) -> bool:
        return self.dice.random() < BREATHER

    def _one(self, kind: str) -> str:
        return self.dice.choice([name for name, its in self.target.parts.items() if its == kind])

    async def _wait_for_answers(self) -> None:
        """At most 3 s, until somewhere a question is open and answers are on their way."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(3):
                while not (self.stage.open_questions and self.stage.in_flight):
                    await asyncio.sleep(0.0005)
        await asyncio.sleep(self.dice.choice([0, 0, 0.001, 0.003, 0.01]))

    async def _kill(self, kind: str, *, stopped_s: float = 0, away_s: float = 0) -> None:
        name = self._one(kind)
        self.recorder.fault("kill", "start", name)
        if stopped_s:
            self.target.signal(name, signal.SIGSTOP)
            await asyncio.sleep(stopped_s)
        code = await self.target.kill(name)
        await asyncio.sleep(away_s or self.dice.uniform(*DOWN_S.get(kind, (0, 0))))
        await self.target.start(name)
        self.recorder.fault("kill", "stop", name, code)

    async def _lose(self, kind: str) -> None:
        """Gone for long."""
        await self._kill(kind, away_s=self.dice.uniform(5, 9))

    async def _stop_then_kill(self, kind: str) -> None:
        """Answers pile up unread, then the process is gone: none of these may be believed stored."""
        await self._kill(kind, stopped_s=self.dice.uniform(0.1, 0.6))

    async def _term(self, kind: str) -> None:
        name = self._one(kind)
        self.recorder.fault("term", "start", name)
        code = await self.target.leave(name)
        await self.target.start(name)
        self.recorder.fault("term", "stop", name, code)

    async def _stop(self, kind: str) -> None:
        await self._freeze(kind, self.dice.choice([0.2, 0.5, 1.0, 2.5]), "stop")

    async def _freeze(self, kind: str, seconds: float = 0, fault: str = "freeze") -> None:
        """For so long that others take it for dead, unless said otherwise; then it goes on with what it had begun."""
        name = self._one(kind)
        self.recorder.fault(fault, "start", name)
        self.target.signal(name, signal.SIGSTOP)
        await asyncio.sleep(seconds or self.dice.uniform(4, 6))
        self.target.signal(name, signal.SIGCONT)
        self.recorder.fault(fault, "stop", name)

    async def _step(self, kind: str) -> None:
        """Its clock jumps by 5 s, and back."""
        name = self._one(kind)
        self.recorder.fault("step", "start", name)
        self.target.step(name, self.dice.choice([-5000, 5000]))
        await asyncio.sleep(self.dice.uniform(2, 5))
        self.target.step(name, 0)
        self.recorder.fault("step", "stop", name)

    async def _flush(self, kind: str) -> None:
        name = self._one(kind)
        self.recorder.fault("flush", "start", name)
        await asyncio.to_thread(self.target.flush)
        self.recorder.fault("flush", "stop", name)

    async def _delay(self, wire: str) -> None:
        self.recorder.fault("delay", "start", wire)
        self.target.shape(wire, 300)
        await asyncio.sleep(self.dice.uniform(2, 5))
        self.target.shape(wire)
        self.recorder.fault("delay", "stop", wire)

    async def _hold(self, wire: str) -> None:
        """Nothing comes through for a while, and nobody is told."""
        self.recorder.fault("hold", "start", wire)
        self.target.shape(wire, held=True)
        await asyncio.sleep(self.dice.uniform(0.5, 5))
        self.target.shape(wire)
        self.recorder.fault("hold", "stop", wire)

    async def _cut(self, wire: str) -> None:
        """The connections of a wire break; of `tabs`, a third of all connections there are."""
        self.recorder.fault("cut", "start", wire)
        if wire == "tabs":
            tabs = sorted(self.stage.tabs, key=lambda tab: (tab.client.name, tab.conn))
            for tab in self.dice.sample(tabs, len(tabs) // 3):
                tab.cut()
        else:
            self.target.cut(wire)
        self.recorder.fault("cut", "stop", wire)


class Rollout:
    """Updates: one game server after the other is asked to leave and started again, `rounds` times all of them."""

    def __init__(self, target: Target, recorder: Recorder, rounds: int) -> None:
        self.target, self.recorder, self.rounds = target, recorder, rounds

    async def rage(self) -> None:
        """Do all of it; a cancellation waits for the server that is on its way."""
        for _ in range(self.rounds):
            for name in self.target.servers:
                update = asyncio.create_task(self._update(name))
                try:
                    await asyncio.shield(update)
                except asyncio.CancelledError:
                    await update
                    raise
            await asyncio.sleep(1)

    async def _update(self, name: str) -> None:
        self.recorder.fault("term", "start", name)
        code = await self.target.leave(name)
        await self.target.start(name)
        self.recorder.fault("term", "stop", name, code)
