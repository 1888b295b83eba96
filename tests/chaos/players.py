"""Simulated players: most play honestly, all of them do what browsers and children do."""

import asyncio
import contextlib
from typing import Any

from tests.chaos import canary
from tests.chaos.plan import Plan
from tests.chaos.stage import Stage
from tests.chaos.tabs import Client, Tab
from tests.chaos.wire import Lost, Refused

MISCHIEF = {
    "plain": 40,
    "refresh_before": 6,
    "refresh_after": 8,
    "second_tab": 6,
    "sleep": 5,
    "cut": 6,
    "send_twice": 7,
    "two_answers": 7,
    "forge": 8,
    "early": 3,
    "after_close": 4,
}


class Player(Client):
    """Joins, answers every question once (or tries more), comes back with its resume token until the game has ended."""

    def __init__(self, stage: Stage, plan: Plan, number: int, *, again: int = 0) -> None:
        name = f"{plan.name}-p{number}" + (f"-again{again}" if again else "")
        super().__init__(stage, name, "player", f"{plan.seed}/{name}")
        self.plan, self.number = plan, number
        self.nickname = plan.nickname(number)
        self.join_id = self.next_id("join")
        self.device = self.next_id("device")
        self.kicks = again
        self.clock_is_off_by = self.dice.choice([0, 1, 700, 3_600_000, -3_600_000])

    async def play(self) -> None:
        """Everything from the join to the end of the game."""
        await self.plan.open.wait()
        self.game = self.plan.game_id
        self.auth = {"device": self.device}
        self.tab = Tab(self)
        if await self._join():
            await self._play_questions()
        if self.gone and self.player:
            await self._haunt()
        if self.gone and not self.tab.ended and self.kicks == 0 and self.dice.random() < 0.7:
            comeback = Player(self.stage, self.plan, self.number, again=self.kicks + 1)
            self.plan.players.append(comeback)
            await comeback.play()
        elif not self.gone and self.dice.random() < 0.8:
            # Most go home after the podium; the others stay and are asked at the end of the run.
            await asyncio.sleep(self.dice.uniform(1, 3))
            await self.tab.close()

    async def _haunt(self) -> None:
        """Kicked, and back with the old token: nothing may open to it, and nothing it sends may be stored."""
        await asyncio.sleep(self.dice.uniform(0, 2))
        self.connections += 1
        wire = self.wire(self.connections, lambda *_: None)
        op_id = self.next_id("haunting")
        try:
            await wire.open(self.auth)
            payload = {"answer_id": op_id, "question_id": self.plan.any_question, "text": "boo"}
            for event, body in (("sync_game", {}), ("submit_answer", payload)):
                ack = await wire.ask(event, body)
                phase = "ok" if ack.get("ok") else "fail"
                self.write("haunting", self.connections, {"event": event}, op_id=op_id, phase=phase)
        except Refused:
            self.write("haunting", self.connections, op_id=op_id, phase="fail")
        except Lost:
            self.write("haunting", self.connections, op_id=op_id, phase="info")
        finally:
            await wire.close()

    async def _join(self) -> bool:
        """Whether this client is a player now."""
        for _ in range(6):
            payload = {"pin": self.plan.pin, "nickname": self.nickname, "join_id": self.join_id}
            if self.dice.random() < 0.15:
                payload |= {"identifier": str(self.number)}
            ack = await self.perform(
                "join", "join_game", payload, op_id=self.join_id, more={"nickname": self.nickname, "join": self.join_id}
            )
            if ack.get("ok"):
                self.player = ack["player_id"]
                self.auth = {"resume": ack["resume_token"], "device": self.device}
                self.write("joined", more={"join": self.join_id, "nickname": self.nickname})
                self.plan.joined(self)
                if self.dice.random() < 0.1:
                    await self._join_again(payload)
                return True
            if ack["error"]["code"] in ("ended", "locked", "banned", "game_ended", "game_locked", "not_found"):
                return False
            self.join_id = self.next_id("join")
            self.nickname = f"{self.nickname[:20]}{self.dice.randrange(10, 99)}"
        return False

    async def _join_again(self, payload: dict[str, Any]) -> None:
        """The same join_id once more: the same player, a working token."""
        op_id = self.next_id("rejoin")
        ack = await self.perform("join", "join_game", payload, op_id=op_id, more={"join": self.join_id})
        if ack.get("ok"):
            self.auth = {"resume": ack["resume_token"], "device": self.device}
            self.write("joined", more={"join": self.join_id, "became": ack["player_id"]})

    async def _play_questions(self) -> None:
        handled: set[str] = set()
        working: set[asyncio.Task[None]] = set()
        while not self.gone:
            tab = self.tab
            assert tab is not None
            if tab.ended:
                break
            if tab.phase == "question" and tab.question and tab.question["id"] not in handled and not tab.answered:
                handled.add(tab.question["id"])
                task = self.stage.spawn(self.log, self._handle(tab.question))
                working.add(task)
                task.add_done_callback(working.discard)
            tab.changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.25):
                    await tab.changed.wait()
        if working:
            await asyncio.wait(working)

    async def _handle(self, question: dict[str, Any]) -> None:
        if question["type"] == "slide" and self.dice.random() < 0.8:
            return
        if self.dice.random() < 0.04:
            return
        kinds, weights = zip(*MISCHIEF.items(), strict=True)
        mischief = self.dice.choices(kinds, weights)[0]
        answer_id = self.next_id("answer")
        choice = self.choose(question)
        assert self.tab is not None
        if mischief == "early":
            await self.submit(question, answer_id, choice)
            return
        await self._wait_for_opening()
        await asyncio.sleep(self.plan.think(self.dice))
        if mischief == "refresh_before":
            await self.refresh()
        elif mischief == "sleep":
            await self.tab.sleep(self.dice.uniform(0.5, 3.0))
        elif mischief == "after_close":
            await self._wait_for_closing(question["id"])
        if mischief == "second_tab":
            await self._with_second_tab(question, answer_id, choice)
        elif mischief == "send_twice":
            await asyncio.gather(*(self.submit(question, answer_id, choice) for _ in range(2)))
        elif mischief == "two_answers":
            other = self.next_id("answer")
            await asyncio.gather(
                self.submit(question, answer_id, choice), self.submit(question, other, self.choose(question))
            )
        elif mischief == "forge":
            ack = await self.submit(question, self.next_id("answer"), choice, forged=True)
            if not ack.get("ok"):
                await self.submit(question, answer_id, choice)
        elif mischief == "cut":
            sending = asyncio.create_task(self.submit(question, answer_id, choice))
            await asyncio.sleep(self.dice.uniform(0, 0.004))
            self.tab.cut()
            await sending
        else:
            await self.submit(question, answer_id, choice)
        if mischief == "refresh_after":
            await self.refresh()
        if self.dice.random() < self.plan.repeats:
            # The very same answer long after: the very same receipt.
            await asyncio.sleep(self.dice.uniform(0.5, 4.0))
            await self.submit(question, answer_id, choice)

    async def submit(
        self,
        question: dict[str, Any],
        answer_id: str,
        choice: dict[str, Any],
        *,
        tab: Tab | None = None,
        forged: bool = False,
    ) -> dict[str, Any]:
        """Answer until there is a receipt. With `forged`, the body claims to be another's."""
        payload = {"answer_id": answer_id, "question_id": question["id"], **choice, "elapsed_ms": self.clock_is_off_by}
        if forged:
            victim = self.plan.somebody(self.dice)
            payload |= {"player_id": victim, "nickname": "forged", "sid": "0", "received_ms": 0, "points": 9999}
        return await self.perform(
            "answer",
            "submit_answer",
            payload,
            op_id=answer_id,
            again=frozenset({"early"}),
            tab=tab,
            question=question["id"],
            choice=choice,
            more={"forged": True} if forged else None,
        )

    def choose(self, question: dict[str, Any]) -> dict[str, Any]:
        """A choice, right more often than not."""
        index, right, kind = self.plan.index_of(question), self.dice.random() < 0.6, question["type"]
        ids = {option["text"]: option["id"] for option in question.get("options", ())}
        if kind in ("single_choice", "true_false", "poll"):
            solved = {"single_choice": "option 2", "true_false": "True"}.get(kind)
            return {"option_ids": [ids[solved] if right and solved else self.dice.choice(list(ids.values()))]}
        if kind == "multiple_choice":
            wrong = self.dice.sample(list(ids.values()), self.dice.randint(1, 4))
            return {"option_ids": [ids["option 0"], ids["option 2"]] if right else wrong}
        if kind == "order":
            wrong = self.dice.sample(list(ids.values()), 4)
            return {"option_ids": [ids[text] for text in sorted(ids)] if right else wrong}
        if kind == "number":
            self.said.add(f"q{index}k")
            near = canary.number(index) - self.dice.randrange(0, 9000, 1000)
            return {"number": canary.number(index) if right else near}
        if kind == "typed" and right:
            self.said.add(f"{self.plan.tag}q{index}k")
            return {"text": canary.key(self.plan.tag, index)}
        self.said.add(f"{self.plan.tag}q{index}a{self.number}")
        return {"text": canary.words(self.plan.tag, index, self.number)}

    async def refresh(self) -> None:
        """The page is loaded anew: everything is forgotten but the resume token."""
        old = self.tab
        assert old is not None
        if self.gone or not self.player:
            return
        self.tab = Tab(self)
        await old.close(rudely=self.dice.random() < 0.5)

    async def _with_second_tab(self, question: dict[str, Any], answer_id: str, choice: dict[str, Any]) -> None:
        second = Tab(self)
        await asyncio.gather(
            self.submit(question, answer_id, choice),
            self.submit(question, self.next_id("answer"), self.choose(question), tab=second),
        )
        await asyncio.sleep(self.dice.uniform(0.2, 2.0))
        await second.close()

    async def _wait_for_opening(self) -> None:
        loop = asyncio.get_running_loop()
        assert self.tab is not None
        if self.tab.opens_at is not None:
            await asyncio.sleep(max(0.0, self.tab.opens_at - loop.time() + 0.02))

    async def _wait_for_closing(self, question: str) -> None:
        for _ in range(120):
            tab = self.tab
            if (
                self.gone
                or tab is None
                or tab.ended
                or tab.phase != "question"
                or (tab.question or {})["id"] != question
            ):
                return
            await asyncio.sleep(0.1)

    async def last_look(self) -> None:
        """After the quiet time: what does the server say now?"""
        if self.gone or self.tab is None or self.tab.closed:
            return
        with contextlib.suppress(Lost, TimeoutError):
            async with asyncio.timeout(5):
                _, wire = await self.tab.up()
                await wire.ask("sync_game", {})


class Forger(Client):
    """Says it is somebody, with tokens nobody gave it. Nothing may believe it, and nothing it sends leave a row."""

    def __init__(self, stage: Stage, plan: Plan) -> None:
        super().__init__(stage, f"{plan.name}-forger", "forger", f"{plan.seed}/forger")
        self.plan = plan

    async def play(self) -> None:
        """Try a handful of forgeries while the game goes on."""
        await self.plan.open.wait()
        self.game = self.plan.game_id
        for attempt in range(6):
            await asyncio.sleep(self.dice.uniform(0.5, 3.0))
            await self._try(attempt)

    async def _try(self, attempt: int) -> None:
        victim = self.plan.somebody_s_token(self.dice)
        forged = (
            "x",
            victim[:-2] + ("AA" if victim[-2:] != "AA" else "BB"),
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.",
        )[attempt % 3]
        op_id = self.next_id("forgery")
        answer = {"answer_id": op_id, "question_id": self.plan.any_question, "option_ids": ["a"]}
        for auth in ({"resume": forged}, {"token": forged}, {}):
            self.connections += 1
            wire = self.wire(self.connections, self._hear)
            try:
                await wire.open(auth)
                for event, payload in (
                    ("resume_game", {"resume_token": forged}),
                    ("resume_game", {"game_id": self.game, "host_key": "guessed"}),
                    ("resume_game", {"game_id": self.game}),
                    ("next_question", {"op_id": self.next_id("op")}),
                    ("end_game", {"op_id": self.next_id("op")}),
                    ("submit_answer", answer),
                ):
                    ack = await wire.ask(event, payload)
                    phase, code = "ok" if ack.get("ok") else "fail", (ack.get("error") or {}).get("code")
                    self.write("forgery", self.connections, {"event": event}, op_id=op_id, phase=phase, status=code)
            except Refused:
                self.write("forgery", self.connections, {"event": "connect"}, op_id=op_id, phase="fail")
            except Lost:
                self.write("forgery", self.connections, op_id=op_id, phase="info")
            finally:
                await wire.close()

    def _hear(self, name: str, payload: Any, raw: str) -> None:
        for tag, index, part in canary.sighted(raw):
            self.write("canary", self.connections, {"tag": tag, "index": index, "part": part, "event": name})
        if name == "state":
            self.write("forgery", self.connections, {"event": "state"}, phase="ok")
