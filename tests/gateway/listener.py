"""A service that remembers what the gateway tells the others."""

from edkit.contracts.accounts import LoggedOut, UserErased
from edkit.contracts.classes import MembershipChanged
from edkit.message import Message
from edkit.service import Context, Runtime, Service, write


def heard(runtime: Runtime) -> list[Message]:
    """What has come so far, in order."""
    messages: list[Message] = runtime.state.setdefault("heard", [])
    return messages


async def _event(message: Message, ctx: Context) -> None:
    heard(ctx.runtime).append(message)


async def _notice(message: Message, runtime: Runtime) -> None:
    heard(runtime).append(message)


service = Service(
    "listener", events={MembershipChanged: write(_event), UserErased: write(_event)}, notices={LoggedOut: _notice}
)
