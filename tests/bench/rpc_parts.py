"""One process of the product for the RPC benchmark, by its name: gateway, quiz_service or echo_service.

The gateway and the quiz service are the real ones. To compare with an echo, the gateway gets one more route, written as
all others are, and a service that answers it.
"""

import sys
from dataclasses import replace
from typing import Annotated

import uvloop
from pydantic import Field
from starlette.responses import Response

from edkit import log
from edkit.launch import load, up
from edkit.message import Frozen, Request
from edkit.service import Context, Mounts, Runtime, Service, read
from edkit.settings import Settings
from gateway import app
from gateway.desk import Anyone
from gateway.routes.route import WITH_BODY, family


class Fields(Frozen):
    """What the peer validates, too."""

    name: Annotated[str, Field(max_length=80)]
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=200)]
    age: Annotated[int, Field(ge=3, le=120)]
    bio: Annotated[str, Field(max_length=500)] | None = None


class Made(Frozen):
    id: int
    name: str
    email: str
    age: int
    created_at: str


class MakeUser(Request[Made]):
    service = "echo_service"
    fields: Fields


async def make_user(cmd: MakeUser, ctx: Context) -> Made:
    fields = cmd.fields
    return Made(id=4711, name=fields.name, email=fields.email, age=fields.age, created_at="2026-01-01T00:00:00Z")


router = family("/api/users", "bench", *WITH_BODY)


@router.post("", response_model=Made)
async def post_user(visit: Anyone, body: Fields) -> Response:
    return await visit.ask(MakeUser(fields=body))


def make_http(runtime: Runtime) -> Mounts:
    return app.make_http(runtime, router)


echo = Service("echo_service", requests={MakeUser: read(make_user)})


def table() -> list[Service]:
    """The services of this installation."""
    gateway, quizzes = load(("gateway", "quiz_service"))
    return [replace(gateway, http=make_http), quizzes, echo]


if __name__ == "__main__":
    settings = Settings.load()
    log.configure(settings.log_level)
    uvloop.run(up(settings, sys.argv[1:], table=table()))
