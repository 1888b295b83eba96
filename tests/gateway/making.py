"""Jobs, drafts and notifications of somebody's, for tests that ask for them."""

import asyncio
from typing import Any

from tests.gateway.school import Person

TEXT = """
Photosynthesis is the process by which green plants turn light, water and carbon dioxide into sugar and oxygen.
Chlorophyll is the green pigment that catches the light inside the leaves of plants. Respiration is the process by which
living cells release the energy that is stored in sugar. Transpiration is the loss of water from the leaves of a plant
through tiny openings. Osmosis is the movement of water through a thin skin from a weak to a strong solution. Diffusion
is the movement of particles from a place with many of them to a place with few. Germination is the beginning of growth
of a seed when there is water, air and warmth. Pollination is the carrying of pollen from one flower to another by wind
or insects. Fertilisation is the joining of a male and a female cell to form the first cell of a new plant.
"""


async def failed_job(person: Person) -> str:
    """A job that could not be done, because a topic alone is not enough without a model."""
    answer = await person.ask("POST", "/api/quizzes/generate", {"topic": "Rome"})
    assert answer.status_code == 202, answer.text
    return str((await ended(person, answer.json()["job_id"]))["id"])


async def draft_of(person: Person) -> dict[str, Any]:
    """A draft that is ready to be looked through."""
    answer = await person.ask("POST", "/api/quizzes/generate", {"text": TEXT, "count": 4})
    assert answer.status_code == 202, answer.text
    job = await ended(person, answer.json()["job_id"])
    assert job["status"] == "completed", job
    draft: dict[str, Any] = (await person.ask("GET", f"/api/drafts/{answer.json()['draft_id']}")).json()
    return draft


async def ended(person: Person, job_id: str) -> dict[str, Any]:
    """The job once it has ended."""
    async with asyncio.timeout(60):
        while True:
            job: dict[str, Any] = (await person.ask("GET", f"/api/jobs/{job_id}")).json()
            if job["status"] in ("completed", "failed", "cancelled"):
                return job
            await asyncio.sleep(0.02)


async def notification_of(person: Person) -> str:
    """The id of something that the person was told."""
    await failed_job(person)
    async with asyncio.timeout(60):
        while not (page := (await person.ask("GET", "/api/notifications")).json())["items"]:
            await asyncio.sleep(0.02)
    return str(page["items"][0]["id"])
