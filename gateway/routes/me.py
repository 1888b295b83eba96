"""`/api/me`: one's own account."""

from starlette.responses import Response, StreamingResponse

from edkit.contracts.accounts import (
    AccountChanges,
    ChangeAccount,
    EraseAccount,
    GetAccount,
    LoggedOut,
    User,
)
from gateway.desk import SignedInVisit
from gateway.exports import zip_of
from gateway.routes.route import FOR_SIGNED_IN, WITH_BODY, family, refusals

router = family("/api/me", "accounts", *FOR_SIGNED_IN)


@router.get("", response_model=User)
async def get_account(visit: SignedInVisit) -> Response:
    """The account that is signed in."""
    return await visit.ask(GetAccount())


@router.patch("", response_model=User, responses=refusals(*WITH_BODY, "Conflict"))
async def change_account(visit: SignedInVisit, body: AccountChanges) -> Response:
    """Change name, e-mail or password. A new password signs out every other device."""
    if body.current_password is None:
        return await visit.ask(ChangeAccount(changes=body))
    account = f"me {visit.actor.id}"
    await visit.desk.limits.sign_in(account, visit.address)
    answer = await visit.ask(ChangeAccount(changes=body))
    await visit.desk.limits.signed_in(account, visit.address)
    return answer


@router.delete("", status_code=204, responses=refusals("Conflict"))
async def erase_account(visit: SignedInVisit) -> Response:
    """Erase the account and everything that belongs to it, for ever."""
    answer = await visit.ask(EraseAccount(), status=204)
    visit.desk.sign_ins.forget(LoggedOut(user_id=visit.actor.id))
    return answer


@router.get(
    "/export",
    response_class=Response,
    responses={200: {"description": "A zip of JSON files.", "content": {"application/zip": {}}}},
)
async def export_account(visit: SignedInVisit) -> Response:
    """Everything held about the account, as a zip of JSON files."""
    headers = {"Content-Disposition": 'attachment; filename="my-data.zip"', "Cache-Control": "no-store"}
    return StreamingResponse(await zip_of(visit), headers=headers, media_type="application/zip")
