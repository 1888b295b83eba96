"""The launcher: opens services, their ports and their HTTP, in order, and closes them in reverse."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from importlib import import_module

import uvicorn
from sqlalchemy.exc import DBAPIError

from edkit import log
from edkit.blobs import open_blobs
from edkit.bus import Broker, BusClient, Topology, open_broker
from edkit.cache import open_cache
from edkit.chance import Chance, SystemChance
from edkit.clock import KEEP_MS, Clock, SystemClock, open_clock
from edkit.db import Database, explained
from edkit.db.migrate import upgrade
from edkit.db.outbox import Outbox
from edkit.greeting import announce
from edkit.ids import Ids, SystemIds
from edkit.leaving import Leaving
from edkit.limits import open_limits
from edkit.probes import Probes, front_door
from edkit.runner import Runner
from edkit.service import Mounts, Runtime, Service
from edkit.settings import Settings
from edkit.sockets import joined
from edkit.sockets.http import PunctualHttp
from edkit.tokens import Keys

logger = log.get(__name__)

SERVICES = ("gateway", "quiz_service", "game_server", "job_handler")
"""Every service there is, in the order of starting. Each has `app.service`."""

START_ATTEMPTS = 60
"""How often, a second apart, a process that starts looks for its database."""

DRAIN_MORE_S = 7
"""How long ending sockets and what they have begun may take beyond `drain_s`."""

LATE_S = 5
"""How long open HTTP requests may take to end when the process stops."""


def load(names: Sequence[str] = SERVICES) -> list[Service]:
    """The tables of the named services. Raises ValueError naming the ones there are."""
    unknown = [name for name in names if name not in SERVICES]
    if unknown:
        raise ValueError(f"no service is called {', '.join(unknown)}; there are {', '.join(SERVICES)}")
    return [import_module(f"{name}.app").service for name in names]


def topology(services: Sequence[Service]) -> Topology:
    """Who takes which events, read from the services' tables."""
    subscriptions: dict[str, tuple[str, ...]] = {}
    for service in services:
        for event in service.events:
            subscriptions[event.__name__] = (*subscriptions.get(event.__name__, ()), service.name)
    return Topology(tuple(service.name for service in services), subscriptions)


def migrate(settings: Settings, services: Sequence[Service]) -> None:
    """Bring every service's database to its newest schema. Blocking."""
    for service in services:
        if service.metadata is not None:
            upgrade(settings.database_url_of(service.name), service.home)


def open_runtime(
    service: Service,
    settings: Settings,
    broker: Broker,
    clock: Clock,
    *,
    ids: Ids | None = None,
    chance: Chance | None = None,
) -> Runtime:
    """One service with its ports. Nothing runs yet. `ids` and `chance` are the machine's unless they are handed in."""
    ids = ids or SystemIds(clock)
    bus = BusClient(broker.connect(service.name), clock, ids)
    keys = Keys.open(settings.keys)
    database = Database(settings.database_url_of(service.name), settings.database_reader_url_of(service.name))
    runtime = Runtime(
        service=service,
        settings=settings,
        clock=clock,
        ids=ids,
        chance=chance or SystemChance(),
        keys=keys,
        bus=bus,
        blobs=open_blobs(settings.blobs, settings.blobs_key.get_secret_value()),
        cache=open_cache(settings.cache_url, keys.seal("cache")),
        limits=open_limits(settings.limits_url, clock.monotonic, keys.seal("limits")),
        database=database,
    )
    if service.metadata is not None and "outbox" in service.metadata.tables:
        runtime.outbox = Outbox(service.name, service.metadata, database, bus, clock)
    return runtime


@asynccontextmanager
async def opened(
    settings: Settings, names: Sequence[str], clock: Clock | None = None, *, table: Sequence[Service] = ()
) -> AsyncIterator[list[Runtime]]:
    """Services with migrated databases and open ports, not serving: what commands work with.

    `table` is every service of the installation; those of `SERVICES` unless it is given.
    """
    clock = clock or open_clock(settings.data, settings.clock_control)
    everything = table or load()
    chosen = [service for service in everything if service.name in names]
    await _migrate_patiently(settings, chosen)
    broker = open_broker(
        settings.bus_url,
        data=settings.data,
        topology=topology(everything),
        clock=clock,
        retry_tiers_ms=settings.retry_tiers_ms,
    )
    runtimes = [open_runtime(service, settings, broker, clock) for service in chosen]
    try:
        yield runtimes
    finally:
        await broker.close()
        for runtime in runtimes:
            await runtime.close()


async def _migrate_patiently(settings: Settings, services: Sequence[Service]) -> None:
    """Migrate, also when the database server starts a little later than this process."""
    for attempt in range(1, START_ATTEMPTS + 1):
        try:
            return await asyncio.to_thread(migrate, settings, services)
        except DBAPIError as error:
            if explained(error) is None or attempt == START_ATTEMPTS:
                raise
            logger.warning("waits_for_database", error=str(error.orig))
        await asyncio.sleep(1)


@asynccontextmanager
async def serving(runtimes: Sequence[Runtime]) -> AsyncIterator[None]:
    """Take messages, run start hooks, relay outboxes and run background work until the block ends."""
    async with AsyncExitStack() as stack:
        for runtime in runtimes:
            await runtime.bus.serve(Runner(runtime).handle)
            stack.push_async_callback(runtime.bus.close)
        for runtime in runtimes:
            if runtime.outbox is not None:
                await stack.enter_async_context(_beside(runtime.name, runtime.outbox.relay))
            for start in runtime.service.start:
                await start(runtime)
        for runtime in runtimes:
            for background in runtime.service.background:
                await stack.enter_async_context(_beside(runtime.name, partial(background, runtime)))
        yield


@asynccontextmanager
async def _beside(name: str, work: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Run `work` until the block ends; begin it again a second after it crashes."""

    async def supervise() -> None:
        log.service_name.set(name)
        while True:
            try:
                await work()
                return
            except Exception:
                logger.exception("background_crashed", service=name)
                await asyncio.sleep(1)

    task = asyncio.create_task(supervise())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _keep_time(clock: SystemClock) -> None:
    while True:
        await clock.sleep(KEEP_MS / 1000)
        await asyncio.to_thread(clock.keep)


class Server(uvicorn.Server):
    """uvicorn without its own signal handling: the launcher decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    @property
    def port(self) -> int:
        """The port that is listened on, also when the setting left the choice to the system."""
        return int(self.servers[0].sockets[0].getsockname()[1])


@asynccontextmanager
async def listening(
    settings: Settings, mounts: Sequence[Mounts], probes: Probes, leaving: Leaving | None = None
) -> AsyncIterator[Server]:
    """The HTTP and websocket side of this process. In the end it finishes the requests under way, but in a hurry."""
    leaving = leaving or Leaving()
    websockets = [mount.websocket for mount in mounts if mount.websocket is not None]
    config = uvicorn.Config(
        front_door(mounts, probes),
        host=settings.host,
        port=settings.port,
        http=PunctualHttp,
        ws=joined(websockets) if websockets else "none",
        loop="uvloop",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=4096,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=30,
        timeout_graceful_shutdown=LATE_S,
    )
    server = Server(config)
    task = asyncio.create_task(server.serve())
    hurry = asyncio.create_task(leaving.until_hurried())
    hurry.add_done_callback(lambda _: setattr(server, "force_exit", True))
    try:
        while not server.started:
            if task.done():
                await task
                raise OSError(f"port {settings.port} could not be opened; choose another with EDTECH_PORT")
            await asyncio.sleep(0.01)
        yield server
    finally:
        server.should_exit = True
        await asyncio.wait([task])
        hurry.cancel()
        await task


async def up(settings: Settings, names: Sequence[str] = SERVICES, *, table: Sequence[Service] = ()) -> None:
    """Run services of `table` in this process until SIGTERM or SIGINT.

    Then: readiness off; `leave_s` for whoever watches it; sockets are sent elsewhere over `drain_s`; HTTP requests
    under way are finished (5 s at most); background work ends, the outbox is sent, messages under way are answered
    (2 s each at most). A second signal cuts the waiting short; one before everything is ready ends it at once.
    """
    leaving, starting = Leaving(), asyncio.current_task()

    def ask() -> None:
        leaving.ask()
        if starting is not None:
            starting.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ask)
    clock = open_clock(settings.data, settings.clock_control)
    try:
        async with opened(settings, names, clock, table=table) as runtimes:
            probes = Probes(runtimes)
            async with serving(runtimes), _beside("clock", partial(_keep_time, clock)):
                mounts = [runtime.service.http(runtime) for runtime in runtimes if runtime.service.http is not None]
                async with listening(settings, mounts, probes, leaving) as server:
                    starting = None
                    _calm_the_collector()
                    probes.ready = True
                    logger.info("ready", port=server.port, services=list(names))
                    announce(settings, server.port)
                    await leaving.until_asked()
                    probes.ready = False
                    logger.info("leaving")
                    await leaving.pause(settings.leave_s)
                    for mount in mounts:
                        if mount.drain is not None:
                            await _drain(mount.drain(leaving), settings.drain_s + DRAIN_MORE_S)
    except asyncio.CancelledError:
        if starting is None or not leaving.asked:
            raise
        logger.info("left_before_ready")
    logger.info("left")


async def _drain(draining: Awaitable[None], within_s: float) -> None:
    """A database that is away at this moment must not hold up everything else that still can end well."""
    try:
        async with asyncio.timeout(within_s):
            await draining
    except Exception:
        logger.exception("drain_failed")


def _calm_the_collector() -> None:
    """What start-up made is never garbage, and large rooms make many short-lived objects (measured: a third of the
    time of a broadcast otherwise)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
