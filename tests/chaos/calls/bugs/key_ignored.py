"""Every request is a new one, also under the same key."""

from gateway import desk

CAUGHT_BY = {"M6 one effect", "M6 same answer"}


def plant() -> None:
    async def forgetful(runtime: object, *_: object) -> str:
        return str(runtime.ids.new())

    desk.message_id_for = forgetful
