"""A process that takes a message and never ends it: `python -m tests.contract.dying URL FOLDER`, to be killed."""

import asyncio
import sys
from pathlib import Path

from edkit.bus import open_broker
from edkit.clock import SystemClock
from edkit.message import Envelope, Reply
from tests.contract.stages import TOPOLOGY, RabbitStage


async def main(url: str, folder: Path) -> None:
    broker = open_broker(url, data=folder, topology=TOPOLOGY, clock=SystemClock(), retry_tiers_ms=RabbitStage.tiers_ms)

    async def hang(message: Envelope) -> Reply:
        print("begun", message.id, flush=True)
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    await broker.connect("echo").serve(hang)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
