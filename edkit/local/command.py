"""`edtech local`: the whole installation in the foreground, until Ctrl-C. What crashes is started again."""

import signal
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence

from edkit.greeting import announce
from edkit.local.installation import Installation
from edkit.local.process import NotStarted, Process, ServerMissing, accepts
from edkit.settings import Settings

LOOK_S = 0.5
LONGEST_WAIT_S = 30.0
CALM_S = 60.0
"""Who ran this long and then crashed is started again at once."""


def run_installation(settings: Settings, given: Mapping[str, str], game_server_ports: Sequence[int]) -> int:
    """Start everything in `distributed` of the data folder, keep it running, and stop it on SIGINT or SIGTERM."""
    here = settings.model_copy(update={"data": settings.data / "distributed"})
    taken = [port for port in (settings.port, *game_server_ports) if port and accepts(port)]
    if taken:
        _say(f"Something listens on port {taken[0]} already; choose others with EDTECH_PORT and --game-server-ports.")
        return 1
    installation = Installation(
        here.data, host=settings.host, port=settings.port, game_server_ports=game_server_ports, settings=given
    )
    stop = threading.Event()
    started = threading.Event()

    def leave(*_: object) -> None:
        stop.set()
        if not started.is_set():
            installation.kill()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    _say(
        f"starting {len(installation.parts)} processes, which takes some seconds; logs in {installation.folder / 'log'}"
    )
    try:
        installation.start()
    except (NotStarted, ServerMissing, RuntimeError, OSError) as fault:
        installation.kill()
        if not stop.is_set():
            _say(str(fault))
        return 1
    started.set()
    for part in installation.parts.values():
        _say(f"  {part.name:16} 127.0.0.1:{part.port:<6} process {part.pid}")
    announce(here, installation.haproxy.port)
    keeper = Keeper(installation.parts.values())
    while not stop.wait(LOOK_S):
        keeper.look()
    _say("stopping")
    installation.stop()
    return 0


class Keeper:
    """Starts again what has ended by itself: at once the first time, then after longer and longer waits."""

    def __init__(self, parts: Iterable[Process]) -> None:
        self._parts = list(parts)
        self._crashes: dict[str, int] = {}
        self._quiet: dict[str, float] = {}

    def look(self) -> None:
        """Look once at every part; called every `LOOK_S`."""
        for part in self._parts:
            quiet = self._quiet[part.name] = self._quiet.get(part.name, CALM_S) + LOOK_S
            if part.running:
                continue
            if quiet >= CALM_S:
                self._crashes[part.name] = 0
            if quiet >= min(LONGEST_WAIT_S, 2.0 ** self._crashes[part.name] - 1):
                _say(f"{part.name} ended; starting it again ({part.log})")
                self._crashes[part.name] += 1
                self._quiet[part.name] = 0
                part.launch()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
