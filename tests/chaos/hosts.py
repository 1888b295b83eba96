"""The simulated teacher: signs up, writes the quiz, hosts the game in one tab or two, clicks twice, reloads."""

import asyncio
import contextlib
from typing import Any

import aiohttp

from tests.chaos.plan import Plan
from tests.chaos.stage import Stage
from tests.chaos.tabs import Client, Tab
from tests.chaos.wire import Lost, Wire

GAME_SETTINGS = {
    "scoring": "kahoot",
    "streak_bonus": True,
    "late_join": True,
    "shuffle_options": True,
    "show_leaderboard": True,
    "leaderboard_size": 100,
    "reading_ms": 300,
    "latency_credit_ms_max": 250,
}


class Api:
    """HTTP as a browser speaks it. A POST carries an idempotency key and is repeated until it is answered."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    async def ask(self, method: str, path: str, *, token: str = "", key: str = "", body: Any = None) -> Any:
        """The answer's JSON. Raises RuntimeError with what the server said for a final refusal."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if key:
            headers["Idempotency-Key"] = key
        for _ in range(200):
            try:
                async with self.stage.http.request(
                    method, self.stage.base + path, json=body, headers=headers, timeout=aiohttp.ClientTimeout(10)
                ) as answer:
                    text = await answer.text()
                    if answer.status < 300:
                        return await answer.json(content_type=None)
                    if answer.status not in (429, 502, 503, 504):
                        raise RuntimeError(f"{method} {path}: {answer.status} {text[:500]}")
                    await asyncio.sleep(min(2.0, float(answer.headers.get("Retry-After", 0.3))))
            except (aiohttp.ClientError, OSError, TimeoutError):
                await asyncio.sleep(0.3)
        raise RuntimeError(f"{method} {path}: no answer after 200 attempts")

    async def teacher(self, name: str) -> str:
        """The access token of a fresh teacher account; the same name again is the same account."""
        who = {"email": f"{name}@school.example", "password": f"correct horse {name}"}
        try:
            fields = who | {"name": name, "role": "teacher"}
            return str((await self.ask("POST", "/api/auth/register", body=fields))["access_token"])
        except RuntimeError as refusal:
            if "email_taken" not in str(refusal):
                raise
        return str((await self.ask("POST", "/api/auth/login", body=who))["access_token"])


class Host(Client):
    """Hosts one game from creation to the end and, if planned, a regrade."""

    def __init__(self, stage: Stage, plan: Plan, token: str) -> None:
        super().__init__(stage, f"{plan.name}-host", "host", f"{plan.seed}/{plan.name}/host")
        self.plan, self.token = plan, token
        self.host_key = ""

    async def greet(self, wire: Wire) -> None:
        if not self.host_key:
            return
        by_key = {"game_id": self.game, "host_key": self.host_key}
        ack = await wire.ask("resume_game", by_key if self.dice.random() < 0.5 else {"game_id": self.game})
        if not ack.get("ok"):
            raise Lost(f"resume_game: {ack}")

    async def play(self) -> None:
        """The whole game."""
        quiz = await Api(self.stage).ask(
            "POST", "/api/quizzes", token=self.token, key=f"quiz-{self.plan.tag}", body=self.plan.quiz
        )
        self.auth = {"token": self.token}
        self.tab = Tab(self)
        settings = GAME_SETTINGS | self.plan.settings
        op_id = self.next_id("create")
        ack = await self.perform(
            "host",
            "create_game",
            {"quiz_id": quiz["id"], "settings": settings, "op_id": op_id},
            op_id=op_id,
            more={"command": "create_game"},
        )
        if not ack.get("ok"):
            raise RuntimeError(f"create_game: {ack}")
        self.game = self.plan.game_id = ack["game_id"]
        self.plan.pin, self.host_key = ack["pin"], ack["host_key"]
        self.write("game", more={"tag": self.plan.tag, "quiz": self.plan.quiz, "settings": settings})
        self.plan.open.set()
        await self._wait_for_players()
        await self._lead()
        if self.plan.regrade:
            await self._regrade()

    async def _wait_for_players(self) -> None:
        for _ in range(300):
            if len({player.number for player in self.plan.players}) >= self.plan.player_count - 1:
                return
            await asyncio.sleep(0.1)

    async def command(
        self, name: str, *, tab: Tab | None = None, seq: int | None = None, **fields: Any
    ) -> dict[str, Any]:
        """One click: its own op_id, and the seq the teacher saw."""
        assert self.tab is not None
        op_id = self.next_id("op")
        seen = seq if seq is not None else (tab or self.tab).seq
        return await self.perform(
            "host",
            name,
            {"op_id": op_id, "seq": seen, **fields},
            op_id=op_id,
            tab=tab,
            more={"command": name, "seen": seen} | fields,
        )

    async def _lead(self) -> None:
        assert self.tab is not None
        await self.command("start_game")
        kicked, paused = not self.plan.kick, not self.plan.pause
        asked: set[str] = set()
        while True:
            tab = self.tab
            assert tab is not None
            if tab.ended:
                return
            if tab.phase == "lobby":
                await asyncio.sleep(0.2)
                await self.command("start_game")
            elif tab.phase == "result":
                await asyncio.sleep(self.dice.uniform(*self.plan.wait_s))
                if not kicked and self.dice.random() < 0.4:
                    kicked = True
                    await self.command("kick_player", player_id=self.plan.somebody(self.dice))
                await self._advance()
            elif tab.phase == "question" and tab.question and tab.question["id"] not in asked:
                asked.add(tab.question["id"])
                self.plan.any_question = tab.question["id"]
                self.plan.known[tab.question["id"]] = tab.question
                if not paused and self.dice.random() < 0.5:
                    paused = True
                    await self._pause()
                elif self.plan.index_of(tab.question) % 4 == 3 and self.dice.random() < 0.5:
                    await self.command("extend_question", ms=1000)
                elif self.dice.random() < self.plan.impatience or tab.question["type"] == "slide":
                    await asyncio.sleep(0.3 + self.plan.think(self.dice))
                    if self.tab.phase == "question":
                        await self.command(self.dice.choice(["close_question", "next_question"]))
            if self.dice.random() < 0.02:
                await self._reload()
            tab.changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.25):
                    await tab.changed.wait()

    async def _advance(self) -> None:
        """Next, in one of the ways people click: once, twice, or from two tabs at the same moment."""
        assert self.tab is not None
        seq, way = self.tab.seq, self.dice.random()
        if self.tab.phase != "result":
            return
        if way < 0.55:
            await self.command("next_question", seq=seq)
        elif way < 0.85:
            await asyncio.gather(*(self.command("next_question", seq=seq) for _ in range(2)))
        else:
            second = Tab(self)
            await second.up()
            await asyncio.gather(
                self.command("next_question", seq=seq), self.command("next_question", seq=seq, tab=second)
            )
            await second.close()

    async def _pause(self) -> None:
        await asyncio.sleep(self.dice.uniform(0.1, 0.8))
        if self.tab is not None and self.tab.phase == "question":
            await self.command("pause_game", reason="fire drill")
            await asyncio.sleep(self.dice.uniform(0.3, 1.0))
            for _ in range(50):
                if not self.tab.paused:
                    return
                await self.command("unpause_game")
                await asyncio.sleep(0.1)

    async def _regrade(self) -> None:
        """The first single choice had another right answer, after all."""
        for question in self.plan.known.values():
            if question["type"] == "single_choice":
                other = next(option["id"] for option in question["options"] if option["text"] == "option 1")
                await self.command("regrade_question", question_id=question["id"], correct_option_ids=[other])
                return

    async def _reload(self) -> None:
        old = self.tab
        assert old is not None
        self.tab = Tab(self)
        await self.tab.up()
        await old.close(rudely=self.dice.random() < 0.5)

    async def last_look(self) -> None:
        """After the quiet time: what does the server say now?"""
        if self.tab is not None:
            with contextlib.suppress(Lost, TimeoutError):
                async with asyncio.timeout(5):
                    _, wire = await self.tab.up()
                    await wire.ask("sync_game", {})
