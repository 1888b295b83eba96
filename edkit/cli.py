"""`edtech`: one console command for people who run the product."""

import argparse
import asyncio
import contextlib
import json
import os
import resource
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import uvloop
from sqlalchemy.exc import OperationalError

from edkit import log
from edkit.bus import MOST_DEAD_LETTERS, Broker, open_broker
from edkit.clock import SystemClock
from edkit.contracts.schema import current_schema
from edkit.db.migrate import UnknownSchema
from edkit.doctor import examine
from edkit.errors import AppError
from edkit.launch import SERVICES, load, migrate, opened, topology, up
from edkit.service import Command, Service, Tool
from edkit.settings import PREFIX, BadSettings, Settings

MOST_FILES = 65_536
SCHEMA = Path(__file__).parent / "contracts" / "schema.json"


def say(text: str) -> None:
    """Print for a person."""
    sys.stdout.write(text + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one sub-command; the exit code is 0 when it did what it says."""
    services = load()
    parser = _parser(services)
    chosen = parser.parse_args(arguments)
    try:
        settings = Settings.load()
    except BadSettings as fault:
        say(f"The configuration cannot be used:\n{fault}")
        return 2
    log.configure(settings.log_level)
    os.umask(0o077)  # what the product stores is for nobody else on this machine
    _allow_open_files()
    try:
        return int(chosen.action(chosen, settings))
    except UnknownSchema as fault:
        say(str(fault))
        return 2
    except OperationalError as fault:
        say(f"The database refuses: {fault.orig}. Check EDTECH_DATABASE_URL; `edtech doctor` looks further.")
        return 1
    except KeyboardInterrupt:
        return 130


def _allow_open_files() -> None:
    """As many as the machine allows: every player is an open file, and shells often start with 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _parser(services: Sequence[Service]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="edtech", description="Live quiz games for schools.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    start = commands.add_parser("up", help="start the product, or the named services of it")
    start.add_argument("services", nargs="*", default=list(SERVICES), metavar="SERVICE")
    start.set_defaults(action=_up)

    local = commands.add_parser("local", help="start a whole installation on this machine, with its own servers")
    local.add_argument("--game-server-ports", nargs="+", type=int, default=(8082, 8083, 8084), metavar="PORT")
    local.set_defaults(action=_local)

    upgrade = commands.add_parser("migrate", help="bring the databases to the newest schema")
    upgrade.add_argument("services", nargs="*", default=list(SERVICES), metavar="SERVICE")
    upgrade.set_defaults(action=_migrate)

    schema = commands.add_parser("schema", help="write the schema of the published language")
    schema.add_argument("--check", action="store_true", help="only say whether the committed schema is current")
    schema.set_defaults(action=_schema)

    doctor = commands.add_parser("doctor", help="say what is wrong with this machine or configuration, and what to do")
    doctor.add_argument("--llm", action="store_true", help="also ask each language model, which costs some tokens")
    doctor.set_defaults(action=_doctor)

    bus = commands.add_parser("bus", help="prepare a message broker").add_subparsers(required=True, metavar="ACTION")
    bus.add_parser("declare", help="make queues and bindings, as its user operator").set_defaults(action=_declare)
    defined = bus.add_parser("definitions", help="print users, permissions, queues and bindings for RabbitMQ to load")
    defined.add_argument(
        "--secrets",
        metavar="FILE|env",
        help="passwords: a file of lines role=password, or env for BUS_PASSWORD_<ROLE>; without it, EDTECH_BUS_URL's",
    )
    defined.set_defaults(action=_definitions)

    letters = commands.add_parser("dead-letters", help="tasks and events that failed five times")
    kinds = letters.add_subparsers(required=True, metavar="ACTION")
    listed = kinds.add_parser("list", help="print them with their reasons")
    listed.add_argument("--limit", type=int, default=MOST_DEAD_LETTERS, metavar="N", help="at most so many")
    listed.set_defaults(action=_list_dead_letters)
    replay = kinds.add_parser("replay", help="deliver them again")
    replay.add_argument("ids", nargs="+", metavar="ID")
    replay.set_defaults(action=_replay_dead_letters)

    groups: dict[str, argparse._SubParsersAction[argparse.ArgumentParser]] = {}
    for service in services:
        for command in service.commands:
            *group, name = command.name.split()
            parent = commands
            if group:
                if group[0] not in groups:
                    groups[group[0]] = commands.add_parser(group[0], help=f"{group[0]} commands").add_subparsers(
                        required=True, metavar="ACTION"
                    )
                parent = groups[group[0]]
            added = parent.add_parser(name, help=command.help)
            command.arguments(added)
            added.set_defaults(action=_run, command=command, service=service)
    return parser


def _up(chosen: argparse.Namespace, settings: Settings) -> int:
    try:
        load(chosen.services)
        uvloop.run(up(settings, chosen.services))
    except (ValueError, OSError) as fault:
        say(f"Could not start: {fault}. `edtech doctor` looks further.")
        return 1
    return 0


def _local(chosen: argparse.Namespace, settings: Settings) -> int:
    from edkit.local.command import run_installation  # what only this command needs

    given = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}
    return run_installation(settings, given, chosen.game_server_ports)


def _migrate(chosen: argparse.Namespace, settings: Settings) -> int:
    migrate(settings, load(chosen.services))
    say(f"Up to date: {', '.join(chosen.services)}.")
    return 0


def _schema(chosen: argparse.Namespace, _: Settings) -> int:
    text = json.dumps(current_schema(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    if not chosen.check:
        SCHEMA.write_text(text, encoding="utf-8")
        say(f"Wrote {SCHEMA}.")
        return 0
    if SCHEMA.read_text(encoding="utf-8") == text:
        return 0
    say("edkit/contracts/schema.json is not current: run `edtech schema` and commit what changes.")
    return 1


def _doctor(chosen: argparse.Namespace, settings: Settings) -> int:
    findings = asyncio.run(examine(settings, load(), ask_models=chosen.llm))
    for finding in findings:
        say(f"{'ok  ' if finding.well else 'FIX '} {finding.subject}: {finding.says}")
    return 0 if all(finding.well for finding in findings) else 1


def _with_broker(settings: Settings, work: Callable[[Broker], Awaitable[int]]) -> int:
    async def run() -> int:
        broker = open_broker(
            settings.bus_url,
            data=settings.data,
            topology=topology(load()),
            clock=SystemClock(settings.data),
            retry_tiers_ms=settings.retry_tiers_ms,
        )
        try:
            return await work(broker)
        finally:
            await broker.close()

    try:
        return asyncio.run(run())
    except AppError as fault:
        say(fault.message)
    except ValueError as fault:
        say(str(fault))
    return 1


def _list_dead_letters(chosen: argparse.Namespace, settings: Settings) -> int:
    async def show(broker: Broker) -> int:
        letters = await broker.dead_letters(chosen.limit + 1)
        for letter in letters[: chosen.limit]:
            say(f"{letter.id}  {letter.queue}  {letter.type}  {letter.reason}")
        if len(letters) > chosen.limit:
            say(f"There are more than these {chosen.limit}; --limit shows them.")
        return 0

    return _with_broker(settings, show)


def _replay_dead_letters(chosen: argparse.Namespace, settings: Settings) -> int:
    async def replay(broker: Broker) -> int:
        unknown = [message_id for message_id in chosen.ids if not await broker.replay(message_id)]
        for message_id in unknown:
            say(f"{message_id} is not among the dead letters; `edtech dead-letters list` shows them.")
        return 1 if unknown else 0

    return _with_broker(settings, replay)


def _declare(_: argparse.Namespace, settings: Settings) -> int:
    async def declare(broker: Broker) -> int:
        await broker.declare()
        say("Everything is declared.")
        return 0

    return _with_broker(settings, declare)


def _definitions(chosen: argparse.Namespace, settings: Settings) -> int:
    from edkit.bus.rabbit import topology as rabbit  # what only this command needs

    services = topology(load())
    try:
        secrets = rabbit.secrets_of((*services.services, rabbit.OPERATOR), settings.bus_url, chosen.secrets, os.environ)
        made = rabbit.definitions(services, rabbit.vhost_of(settings.bus_url), secrets, settings.retry_tiers_ms)
    except (ValueError, OSError) as fault:
        say(f"No definitions: {fault}.")
        return 1
    say(json.dumps(made, indent=1))
    return 0


def _run(chosen: argparse.Namespace, settings: Settings) -> int:
    async def run(command: Command | Tool) -> int:
        if isinstance(command, Tool):
            return await command.run(chosen)
        async with opened(settings, [chosen.service.name]) as runtimes:
            return await command.run(runtimes[0], chosen)

    return uvloop.run(run(chosen.command))


if __name__ == "__main__":
    sys.exit(main())
