"""What teachers ask for, what the model answers, and how both are found again."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.chaos.jobs.check import COUNT, Struck

TEXT = """Osmosis is the movement of water through a thin skin from a weak to a strong solution.

Transpiration is the loss of water from the leaves of a plant through tiny openings.

Diffusion is the movement of particles from a place with many of them to a place with few."""
QUOTES = TEXT.split("\n\n")
ASKED = (
    "A raisin swells in a glass of plain water overnight. Which process makes that happen?",
    "A potted plant stands under a dome of glass, and drops appear on its inside. Which process explains that?",
    "Perfume is opened in a corner of the room and is soon smelled in every other corner. Which process carries it?",
)
OPTIONS = (
    ["osmosis", "digestion", "combustion", "evaporation"],
    ["transpiration", "digestion", "combustion", "erosion"],
    ["diffusion", "digestion", "combustion", "erosion"],
)
ENDED = ("completed", "failed", "cancelled")


def answer(_: dict[str, Any]) -> str:
    """What the model of the proof says: three questions that pass every check."""
    items = [
        {
            "type": "single_choice",
            "question": asked,
            "options": options,
            "right": [0],
            "answers": [],
            "quote": quote,
            "explanation": "The text says what this process moves, and from where to where.",
            "topic": "Processes in plants",
            "demand": "application",
        }
        for asked, options, quote in zip(ASKED, OPTIONS, QUOTES, strict=True)
    ]
    return json.dumps({"items": items})


@dataclass
class Wish:
    """A quiz that was asked for. `strikes` came before its questions were stored: so often is asking again right.

    `struck` is the one that was meant for it.
    """

    teacher: "Teacher"
    key: str
    job_id: str = ""
    draft_id: str = ""
    struck: Struck | None = None
    strikes: int = 0
    cancelled: bool = False
    ended: dict[str, Any] = field(default_factory=dict)

    @property
    def told(self) -> bool:
        """Whether its owner is to be told of its end."""
        return bool(self.ended) and not self.cancelled


class Refused(Exception):
    """The product said no, for good."""


class Teacher:
    """An account with two sign-ins. Everything it asks is repeated until it is answered."""

    def __init__(self, base: str, http: aiohttp.ClientSession, name: str) -> None:
        self.base, self._http, self.name = base, http, name
        self.here = self.away = ""

    async def sign_in(self) -> None:
        """Make the account, and sign in a second time: somebody who is away until the end."""
        who = {"email": f"{self.name}@school.example", "password": f"long enough {self.name}"}
        made = await self.ask("POST", "/api/auth/register", {**who, "name": self.name, "role": "teacher"})
        self.here = made["access_token"]
        self.away = (await self.ask("POST", "/api/auth/login", who))["access_token"]

    async def ask(self, method: str, path: str, body: Any = None, key: str = "") -> Any:
        """The JSON of the answer. Raises Refused, and TimeoutError when nobody answered for two minutes."""
        headers = {"Authorization": f"Bearer {self.here}"} if self.here else {}
        if key:
            headers["Idempotency-Key"] = key
        async with asyncio.timeout(120):
            while True:
                try:
                    async with self._http.request(method, self.base + path, json=body, headers=headers) as answered:
                        told = await answered.json(content_type=None)
                        if answered.status < 300:
                            return told
                        if answered.status not in (409, 429, 502, 503, 504):
                            raise Refused(f"{method} {path}: {answered.status} {told}")
                except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
                    pass
                await asyncio.sleep(0.2)

    async def wish_once(self, key: str) -> dict[str, Any]:
        """Ask for a quiz: ids of its job and its draft."""
        body = {"text": TEXT, "count": COUNT, "types": ["single_choice"], "language": "en"}
        return dict(await self.ask("POST", "/api/quizzes/generate", body, key))

    async def wish(self, key: str) -> Wish:
        """Ask for a quiz, twice under the same key: whoever is not sure asks again."""
        first, again = await self.wish_once(key), await self.wish_once(key)
        if first != again:
            raise Refused(f"the same wish became two jobs: {first} and {again}")
        return Wish(self, key, first["job_id"], first["draft_id"])

    async def job(self, wish: Wish) -> dict[str, Any]:
        """How it stands."""
        return dict(await self.ask("GET", f"/api/jobs/{wish.job_id}"))

    async def told(self) -> list[dict[str, Any]]:
        """Everything this teacher was notified of."""
        return list((await self.ask("GET", "/api/notifications?limit=100"))["items"])
