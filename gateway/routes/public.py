"""What anybody may know before signing in."""

from typing import Literal

from starlette.responses import Response

from edkit.contracts.demo import (
    DEMO_CLASS_NAME,
    DEMO_JOIN_CODE,
    DEMO_PASSWORD,
    DEMO_STUDENTS,
    DEMO_TEACHER,
    DemoAccount,
    DemoSchool,
)
from edkit.errors import NotFound
from edkit.message import Frozen
from gateway.desk import JSON, Anyone
from gateway.handlers.demo import has_demo
from gateway.routes.route import ALWAYS, family, refusals
from gateway.rules.codes import shown

router = family("/api", "start", *ALWAYS)


class PublicConfig(Frozen):
    """What the pages before sign-in depend on. Limits are bytes; `public_url` is empty when it was not set."""

    registration: Literal["open", "invite", "closed"]
    demo: bool
    public_url: str
    body_limit: int
    upload_limit: int


@router.get("/config", response_model=PublicConfig)
async def get_config(visit: Anyone) -> Response:
    """How this installation is set up, as far as everybody may know."""
    settings = visit.desk.runtime.settings
    config = PublicConfig(
        registration=settings.registration,
        demo=has_demo(visit.desk.runtime),
        public_url=settings.public_url,
        body_limit=settings.body_limit,
        upload_limit=settings.upload_limit,
    )
    return Response(config.model_dump_json(), media_type=JSON)


@router.get("/demo", response_model=DemoSchool, responses=refusals("NotFound"))
async def get_demo(visit: Anyone) -> Response:
    """How to get into the demo school; 404 where there is none."""
    if not has_demo(visit.desk.runtime):
        raise NotFound("There is no demo here.", code="no_demo")
    accounts = tuple(
        DemoAccount(**person._asdict(), password=DEMO_PASSWORD) for person in (DEMO_TEACHER, *DEMO_STUDENTS)
    )
    school = DemoSchool(accounts=accounts, class_name=DEMO_CLASS_NAME, join_code=shown(DEMO_JOIN_CODE))
    return Response(school.model_dump_json(), media_type=JSON)
