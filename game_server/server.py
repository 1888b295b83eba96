"""One game server: its parts put together, and what it does each second whether or not anybody is connected."""

from dataclasses import asdict

from edkit import log, metrics
from edkit.leaving import Leaving
from edkit.service import Mounts, Runtime
from edkit.sockets import SocketServer, SocketSettings
from game_server.fanout import NAMESPACE
from game_server.hub import Hub, open_hub
from game_server.play import Play
from game_server.rooms import Rooms
from game_server.rules.decide import decide_due
from game_server.sockets import Games

logger = log.get(__name__)
socket_counts = metrics.gauge("game_socket_counts", "Counters of the socket server", ["what"])

PATH = "/socket.io/"
TICK_S = 1.0
SWEEP_TICKS = 60
PRESENCE_TICKS = 3
"""Hosts are told at least this often of players whose server died, or whose coming and going was never announced."""
PLAYERS_TICKS = 15
"""And this often of everything there is to say about players."""
COMEBACKS_PER_S = 50
"""Players who are sent elsewhere in a second: each costs their new server some 6 ms."""
ALONE_S = 5
"""Over how long at most players come back to a server that is the only one, once it is there again."""
OTHERS_AFTER_MS = 300
"""How much later a server acts that has no host of the game, so that not all of them close one question at once."""
STATE = "game_server"
HUB = "hub"


class GameServer:
    """Everything one replica runs. Several in one process share nothing but a hub and a database."""

    def __init__(self, runtime: Runtime, hub: Hub) -> None:
        self._clock, self._hub = runtime.clock, hub
        self.play = Play(runtime, hub)
        self.rooms = Rooms(self.play)
        self.games = Games(self.play, self.rooms)
        settings = runtime.settings
        limits = SocketSettings(allowed_origins=settings.allowed_origins, trusted_proxies=settings.trusted_proxies)
        self.sockets = SocketServer(PATH, {NAMESPACE: self.games}, limits)
        self._drain_s = settings.drain_s
        self._ticks = 0

    async def start(self) -> None:
        """Take over the database's time and say that this server lives."""
        await self.play.time.estimate(step=True)
        await self.play.presence.beat()

    async def run(self) -> None:
        """Tick for ever: each second, and at the very moment a game that is followed here falls due."""
        second = self._clock.monotonic()
        while True:
            await self._clock.sleep(self._until_next(second))
            try:
                if self._clock.monotonic() - second >= TICK_S:
                    second = self._clock.monotonic()
                    await self.tick()
                else:
                    await self._look_at_due()
            except Exception:
                logger.exception("tick_failed")

    async def tick(self) -> None:
        """What each second brings."""
        self._ticks += 1
        await self.play.presence.beat()
        await self._look_at_due()
        await self._look_at_followed()
        await self.rooms.close_empty()
        self.games.probe_due()
        for name, value in asdict(self.sockets.counters).items():
            socket_counts.labels(name).set(value)
        if self._ticks % SWEEP_TICKS == 0:
            await self.play.presence.sweep()

    async def drain(self, leaving: Leaving | None = None) -> None:
        """Let nobody in any more and send everybody elsewhere, one after the other; then end what is under way.

        Players stay until it is their turn where there are other servers (`drain_s`); else this one ends at once.
        """
        self.games.leaving = True
        spread_s = len(self.sockets.engine.sessions) / COMEBACKS_PER_S
        if self._drain_s:
            await self.sockets.disperse(min(spread_s, self._drain_s), self.games.move, leaving or Leaving())
        else:
            self.sockets.tell(min(spread_s, ALONE_S), self.games.move)
        await self.sockets.close()
        await self.close()

    async def close(self) -> None:
        """End what is under way, and say that nobody is connected here any more."""
        await self.play.answers.close()
        await self.play.presence.leave()
        await self.rooms.close()
        await self.play.follower.quiet()
        await self._hub.close()

    def _until_next(self, second: float) -> float:
        now = self.play.time.now()
        waits = [TICK_S - (self._clock.monotonic() - second)]
        dues = (
            room.due_at + (0 if room.audience.hosts else OTHERS_AFTER_MS) for room in self.rooms.all() if room.due_at
        )
        waits += [(due - now) / 1000 for due in dues if due > now]
        return max(0.001, min(waits))

    async def _look_at_due(self) -> None:
        """Games in which something is due, whoever has their sockets."""
        now = self.play.time.now()
        hosted = {room.followed.game_id for room in self.rooms.all() if room.audience.hosts}
        for row in await self.play.log.due(now):
            if row.id in hosted or row.due_at <= now - OTHERS_AFTER_MS:
                self.play.look_soon(row.id)

    async def _look_at_followed(self) -> None:
        """Entries never announced, and players who stopped counting without a word."""
        rooms = {room.followed.game_id: room for room in self.rooms.all()}
        if not rooms:
            return
        rows = await self.play.log.rows(list(rooms))
        for row in rows:
            self.play.follower.compare(rooms[row.id].followed, row)
        now = self.play.time.now()
        for game_id, (question_id, attendance) in (await self.play.presence.attendance(list(rooms))).items():
            game = rooms[game_id].match.game
            shown = game.open_question
            if shown is not None and shown.id == question_id and decide_due(game, now, attendance) is not None:
                self.play.look_soon(game_id)
        if self._ticks % PRESENCE_TICKS == 0:
            populations = await self.play.presence.populations(list(rooms))
            for row in rows:
                population = (row.joined, populations.get(row.id))
                if rooms[row.id].population != population or self._ticks % PLAYERS_TICKS == 0:
                    rooms[row.id].population = population
                    rooms[row.id].players_moved()


def of(runtime: Runtime) -> GameServer:
    """The game server that `start` made for this runtime."""
    server: GameServer = runtime.state[STATE]
    return server


async def start(runtime: Runtime) -> None:
    """Start hook. Servers that should hear each other in one process are given one hub in `runtime.state`."""
    hub: Hub = runtime.state.setdefault(HUB, open_hub(runtime.settings.hub_url, runtime.keys.seal("hub")))
    server = runtime.state[STATE] = GameServer(runtime, hub)
    await server.start()


async def tick(runtime: Runtime) -> None:
    """Background work."""
    await of(runtime).run()


async def follow_time(runtime: Runtime) -> None:
    """Background work."""
    await of(runtime).play.time.follow()


def http(runtime: Runtime) -> Mounts:
    """Where browsers reach the sockets."""
    server = of(runtime)
    return Mounts(apps={PATH: server.sockets.asgi}, websocket=server.sockets.websocket_protocol(), drain=server.drain)
