"""`edtech bus` and `edtech dead-letters` against a RabbitMQ, as the people who run it type them."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel

from edkit.bus.rabbit.topology import dead_queue, own_exchange, queue_of
from tests.servers import SECRET, RabbitMQ, fresh_vhost

pytestmark = pytest.mark.rabbitmq

SERVICES = "gateway", "quiz_service", "game_server", "job_handler"


def edtech(*arguments: str, folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    bare = {name: value for name, value in os.environ.items() if not name.startswith("EDTECH_")}
    return subprocess.run(
        [sys.executable, "-m", "edkit.cli", *arguments],
        env={**bare, "EDTECH_DATA": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def defined(rabbitmq_server: RabbitMQ, tmp_path: Path) -> Iterator[str]:
    """The URL of a virtual host that loaded what `edtech bus definitions` printed."""
    secrets = tmp_path / "secrets"
    secrets.write_text("# who = what\n" + "".join(f"{role}={SECRET}\n" for role in (*SERVICES, "operator")))
    url = rabbitmq_server.url("any", "{service}", SECRET)
    printed = edtech("bus", "definitions", "--secrets", str(secrets), folder=tmp_path, EDTECH_BUS_URL=url)
    assert printed.returncode == 0, printed.stdout + printed.stderr
    assert f'"{SECRET}"' not in printed.stdout
    name, template = fresh_vhost(rabbitmq_server, definitions=json.loads(printed.stdout))
    yield template
    rabbitmq_server.api("DELETE", f"vhosts/{name}")


@pytest.fixture
async def quiz_service(defined: str) -> AsyncIterator[AbstractChannel]:
    connection = await aio_pika.connect(defined.replace("{service}", "quiz_service"))
    yield await connection.channel(on_return_raises=True)
    await connection.close()


async def bury(channel: AbstractChannel, *ids: str) -> None:
    """What the consumer of quiz_service does after a fifth failure."""
    own = await channel.get_exchange(own_exchange("quiz_service"), ensure=False)
    for number, message_id in enumerate(ids):
        headers = {"issuer": "gateway", "reason": f"too odd: {message_id}", "died_at": number, "failures": 5}
        letter = aio_pika.Message(b"{}", headers=headers, message_id=message_id, type="Odd", user_id="quiz_service")
        await own.publish(letter, dead_queue("quiz_service"))


def listing(url: str, tmp_path: Path, *arguments: str) -> list[str]:
    ended = edtech("dead-letters", "list", *arguments, folder=tmp_path, EDTECH_BUS_URL=url)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout.splitlines()


async def test_dead_letters_are_listed_within_a_limit_and_replayed(
    defined: str, quiz_service: AbstractChannel, tmp_path: Path
) -> None:
    assert await asyncio.to_thread(listing, defined, tmp_path) == []
    await bury(quiz_service, "m1", "m1", "m2", "m2", "m3")
    lines = await asyncio.to_thread(listing, defined, tmp_path)
    assert lines == [f"m{number}  quiz_service  Odd  too odd: m{number}" for number in (1, 2, 3)]
    lines = await asyncio.to_thread(listing, defined, tmp_path, "--limit", "1")
    assert lines[0].startswith("m1 ")
    assert "more than these 1" in lines[1]
    ended = await asyncio.to_thread(
        edtech, "dead-letters", "replay", "m2", "m9", folder=tmp_path, EDTECH_BUS_URL=defined
    )
    assert ended.returncode == 1
    assert "m9 is not among the dead letters" in ended.stdout
    queue = await quiz_service.get_queue(queue_of("quiz_service"))
    replayed = await queue.get(timeout=20)
    assert replayed is not None
    assert (replayed.message_id, replayed.user_id, replayed.headers["issuer"]) == ("m2", "operator", "gateway")
    assert "failures" not in replayed.headers
    assert await queue.get(fail=False) is None  # once, although it lay there twice
    assert [line[:2] for line in await asyncio.to_thread(listing, defined, tmp_path)] == ["m1", "m3"]


def test_what_is_declared_by_hand_is_what_the_definitions_say(
    rabbitmq_server: RabbitMQ, defined: str, tmp_path: Path
) -> None:
    name, url = fresh_vhost(rabbitmq_server)
    try:
        for _ in range(2):  # the second time there is nothing to do
            ended = edtech("bus", "declare", folder=tmp_path, EDTECH_BUS_URL=url)
            assert ended.returncode == 0, ended.stdout + ended.stderr
        by_hand, by_file = (_made(rabbitmq_server, vhost) for vhost in (name, defined.rsplit("/", 1)[1]))
        assert by_hand == by_file
        assert len(by_hand["queues"]) == 24
    finally:
        rabbitmq_server.api("DELETE", f"vhosts/{name}")


def _made(server: RabbitMQ, vhost: str) -> dict[str, list[str]]:
    keys = {
        "queues": ("name", "durable", "auto_delete", "arguments"),
        "exchanges": ("name", "type", "durable", "auto_delete", "arguments"),
        "bindings": ("source", "destination", "destination_type", "routing_key", "arguments"),
    }
    definitions = server.api("GET", f"definitions/{vhost}")
    return {
        part: sorted(json.dumps([entry[key] for key in names], sort_keys=True) for entry in definitions[part])
        for part, names in keys.items()
    }


def test_other_arguments_than_those_there_are_refused_with_the_name_of_the_queue(
    rabbitmq_server: RabbitMQ, defined: str, tmp_path: Path
) -> None:
    vhost = defined.rsplit("/", 1)[1]
    rabbitmq_server.api("DELETE", f"queues/{vhost}/{dead_queue('gateway')}")
    rabbitmq_server.api("PUT", f"queues/{vhost}/{dead_queue('gateway')}", {"durable": True, "arguments": {}})
    ended = edtech("bus", "declare", folder=tmp_path, EDTECH_BUS_URL=defined)
    assert ended.returncode == 1
    assert dead_queue("gateway") in ended.stdout


@pytest.mark.parametrize(
    ("source", "says"),
    [("env", "no password for gateway, quiz_service"), ("nowhere", "nowhere"), (None, "no password")],
)
def test_definitions_without_every_password_are_not_made(source: str | None, says: str, tmp_path: Path) -> None:
    chosen = ("--secrets", source) if source else ()
    given = {"EDTECH_BUS_URL": "amqp://{service}@host/edtech", "BUS_PASSWORD_GAME_SERVER": "x"}
    ended = edtech("bus", "definitions", *chosen, folder=tmp_path, **given)
    assert ended.returncode == 1
    assert says in ended.stdout


def test_a_broker_that_is_away_is_said_in_a_sentence(tmp_path: Path) -> None:
    ended = edtech("dead-letters", "list", folder=tmp_path, EDTECH_BUS_URL="amqp://{service}:x@127.0.0.1:1/edtech")
    assert ended.returncode == 1
    assert ended.stdout.startswith("The message broker did not do it")
    assert "Traceback" not in ended.stderr


def test_a_url_of_another_user_is_said_in_a_sentence(tmp_path: Path) -> None:
    ended = edtech("dead-letters", "list", folder=tmp_path, EDTECH_BUS_URL="amqp://gateway:x@127.0.0.1:1/edtech")
    assert ended.returncode == 1
    assert "the user must be operator" in ended.stdout
