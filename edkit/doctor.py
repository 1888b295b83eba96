"""`edtech doctor`: what is wrong with a machine or a configuration, and what to do about it."""

import asyncio
import hashlib
import shutil
import socket
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from edkit.clock import SystemClock
from edkit.db import Database
from edkit.db.migrate import pending
from edkit.errors import AppError
from edkit.llm.endpoints import Endpoint
from edkit.redis import fault_of
from edkit.service import Service
from edkit.settings import Settings
from edkit.tokens import KEY_FILES

FREE_BYTES = 500 * 2**20
"""Below this a school week of games and files may not fit any more."""
BUS_S = 5
"""How long the broker may take to answer."""


class Finding(NamedTuple):
    """One thing that was looked at. `says` is a sentence; when not `well` it says what to do."""

    subject: str
    well: bool
    says: str


async def examine(settings: Settings, services: Sequence[Service], *, ask_models: bool = False) -> list[Finding]:
    """Look at everything; one finding each. Changes nothing but the data folder's existence.

    With `ask_models` each language model is asked, which takes seconds and some tokens.
    """
    checks: list[Callable[[], Awaitable[Finding] | Finding]] = [
        _python,
        lambda: _data_folder(settings),
        lambda: _space(settings),
        lambda: _port(settings),
        lambda: _web(settings),
        lambda: _clock(settings),
        lambda: _open_files(),
        lambda: _mode(settings),
        lambda: _keys(settings),
        lambda: _bus(settings),
        *(partial(_redis, name, url) for name, url in _redis_urls(settings)),
        lambda: _engine(settings),
        lambda: _embedder(settings),
        *(partial(_endpoint, endpoint) for endpoint in settings.llm_endpoints if ask_models),
    ]
    findings = []
    for check in checks:
        result = check()
        findings.append(await result if not isinstance(result, Finding) else result)
    for service in services:
        if service.metadata is not None:
            findings.append(await _database(settings, service))
            if settings.database_reader_url:
                findings.append(await _reader(settings, service))
    return findings


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    well = sys.version_info >= (3, 11)
    return Finding("python", well, version if well else f"{version} is too old; install Python 3.11 or newer")


def _data_folder(settings: Settings) -> Finding:
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.data):
            pass
    except OSError as error:
        return Finding("data folder", False, f"{settings.data} cannot be written ({error.strerror}); set EDTECH_DATA")
    return Finding("data folder", True, f"{settings.data.resolve()} can be written")


def _space(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.data if settings.data.exists() else Path()).free
    text = f"{free // 2**20:,} MB free"
    return Finding(
        "disk", free > FREE_BYTES, text if free > FREE_BYTES else f"only {text}; make room or move EDTECH_DATA"
    )


def _port(settings: Settings) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            says = (
                f"{settings.port} cannot be opened ({error.strerror}); unless the product runs there, set EDTECH_PORT"
            )
            return Finding("port", False, says)
    return Finding("port", True, f"{settings.port} is free")


def _web(settings: Settings) -> Finding:
    index = settings.web_dir / "index.html"
    if index.exists():
        return Finding("web app", True, f"built in {settings.web_dir}")
    return Finding("web app", False, f"{index} is missing; run: make web")


def _clock(settings: Settings) -> Finding:
    drift = abs(SystemClock(settings.data).now() - SystemClock().now())
    if drift < 60_000:
        return Finding("clock", True, f"{drift} ms from the wall clock")
    says = f"{drift // 1000} s from the wall clock, which was set since the first start; restart when no game runs"
    return Finding("clock", False, says)


def _open_files() -> Finding:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= 4096:
        return Finding("open files", True, f"{soft} allowed")
    return Finding("open files", False, f"only {soft} allowed, so about {soft - 100} players; run: ulimit -n {hard}")


def _mode(settings: Settings) -> Finding:
    if settings.mode == "production":
        return Finding("mode", True, "production")
    unsafe = settings.model_copy(update={"mode": "production"}).refusals()
    names = ", ".join(sorted({line.partition(":")[0] for line in unsafe}))
    return Finding("mode", True, "development" + (f"; production would refuse {names}" if names else ""))


def _keys(settings: Settings) -> Finding:
    files = [settings.keys / name for name in KEY_FILES]
    here = [path for path in files if path.exists()]
    if open_to_all := [path for path in here if settings.keys_dir is None and path.stat().st_mode & 0o077]:
        return Finding("keys", False, f"{open_to_all[0]} can be read by others; run: chmod -R go= {settings.keys}")
    if settings.keys_dir is not None and len(here) < len(files):
        says = (
            f"{settings.keys} lacks {KEY_FILES[len(here)]}; it must be one folder for all processes (EDTECH_KEYS_DIR)"
        )
        return Finding("keys", False, says)
    prints = (
        hashlib.sha256(b"".join(path.read_bytes() for path in here)).hexdigest()[:8] if here else "made at the start"
    )
    return Finding("keys", True, f"{settings.keys}: {prints}, which must be the same for all processes")


async def _bus(settings: Settings) -> Finding:
    if settings.bus_url == "memory:":
        return Finding("bus", True, "in this process")
    from edkit.bus.rabbit import amqp, frames, topology  # what only installations with a broker need

    try:
        address = amqp.Address(settings.bus_url.replace("{service}", topology.OPERATOR))
        async with asyncio.timeout(BUS_S):
            connection = await amqp.Connection.open(address, "doctor")
            await (await connection.channel()).check_exchange(topology.REQUESTS)
            await connection.close()
    except (frames.Broken, OSError, TimeoutError, ValueError) as fault:
        hint = "run: edtech bus declare" if "NOT_FOUND" in str(fault) else "check EDTECH_BUS_URL and that RabbitMQ runs"
        return Finding("bus", False, f"does not work ({str(fault) or type(fault).__name__}); {hint}")
    return Finding("bus", True, f"answers {address.user} and has its exchanges")


def _redis_urls(settings: Settings) -> list[tuple[str, str]]:
    urls = {"hub": settings.hub_url, "cache": settings.cache_url, "limits": settings.limits_url}
    return [(name, url) for name, url in urls.items() if url != "memory:"]


async def _redis(name: str, url: str) -> Finding:
    try:
        fault = await fault_of(url)
    except ValueError:
        fault = "this is not the URL of a Redis"
    if fault:
        return Finding(name, False, f"does not answer ({fault}); check EDTECH_{name.upper()}_URL and that Redis runs")
    return Finding(name, True, "answers")


def _engine(settings: Settings) -> Finding:
    subject = "language model"
    models = [
        f"{endpoint.model_of('large').model} at {endpoint.name}"
        for endpoint in settings.llm_endpoints
        if endpoint.chats
    ]
    if not models:
        return Finding(subject, True, "none, so everything is made offline; EDTECH_LLM_ENDPOINTS names some")
    return Finding(subject, True, f"{', then '.join(models)}; `edtech doctor --llm` asks them")


def _embedder(settings: Settings) -> Finding:
    subject = "embeddings"
    remote = [endpoint for endpoint in settings.llm_endpoints if endpoint.embedding]
    if remote and remote[0].embedding:
        return Finding(subject, True, f"{remote[0].embedding.model} at {remote[0].name}")
    from edkit.llm import minilm  # numpy, which nothing else here needs

    try:
        minilm.model_folder()
    except (PackageNotFoundError, FileNotFoundError):
        return Finding(subject, False, f"the local model {minilm.WHEEL} is not installed; run: make setup")
    return Finding(subject, True, f"{minilm.NAME} on this machine")


async def _endpoint(endpoint: Endpoint) -> Finding:
    from edkit.llm.probe import probe_endpoint  # the library, which takes a second to import

    findings = await probe_endpoint(endpoint, SystemClock())
    return Finding(f"endpoint {endpoint.name}", findings.ok, " ".join(findings.says))


async def _reader(settings: Settings, service: Service) -> Finding:
    subject = f"{service.name} replica"
    database = Database(settings.database_reader_url_of(service.name))
    try:
        async with database.read() as session:
            closed = (await session.execute(text("SELECT @@global.read_only"))).scalar()
            await session.execute(text("SELECT 1 FROM alembic_version"))
    except (AppError, SQLAlchemyError, OSError) as error:
        cause = getattr(error, "orig", None) or error
        return Finding(subject, False, f"cannot be read ({cause}); check EDTECH_DATABASE_READER_URL")
    finally:
        await database.close()
    if not closed:
        return Finding(subject, False, "takes writes, so it is no replica or will not stay one; set read_only=1 there")
    return Finding(subject, True, "answers and is read-only")


async def _database(settings: Settings, service: Service) -> Finding:
    subject = f"{service.name} database"
    url = settings.database_url_of(service.name)
    database = Database(url)
    try:
        await database.ping()
        if await asyncio.to_thread(pending, url, service.home):
            return Finding(subject, True, "answers; it will be brought up to date at the next start")
        return Finding(subject, True, "answers and is up to date")
    except (AppError, SQLAlchemyError, OSError) as error:
        cause = getattr(error, "orig", None) or error
        return Finding(subject, False, f"does not answer ({cause}); check EDTECH_DATABASE_URL and that the server runs")
    finally:
        await database.close()
