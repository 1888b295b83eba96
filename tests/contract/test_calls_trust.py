"""Whom Requests over RabbitMQ trust: the broker for who asks and who answers, TLS for the broker."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from edkit.bus.rabbit import frames
from edkit.bus.rabbit.amqp import Address, Connection
from edkit.bus.rabbit.channel import Channel
from edkit.bus.rabbit.frames import Broken
from edkit.bus.rabbit.serving import encode
from edkit.bus.rabbit.topology import REQUESTS
from edkit.message import Envelope, Reply
from tests.contract.calling import Open, envelope, say_it_back, until
from tests.contract.wire import wired

pytestmark = pytest.mark.rabbitmq


@asynccontextmanager
async def stranger(requests_url: str, role: str) -> AsyncIterator[Channel]:
    """A channel in the hands of somebody who keeps to no rule of ours."""
    connection = await Connection.open(Address(requests_url.replace("{service}", role)), "stranger")
    try:
        yield await connection.channel()
    finally:
        await connection.close()


async def test_b30_the_broker_refuses_a_false_name_and_a_nameless_request_is_never_handled(
    line: Open, requests_url: str
) -> None:
    seen = []

    async def note(message: Envelope) -> Reply:
        seen.append(message.issuer)
        return await say_it_back(message)

    await line("echo").serve(note)
    body = encode(envelope(issuer="gateway"))
    head = frames.publish_head(1, REQUESTS.encode(), b"echo")
    async with stranger(requests_url, "other") as channel:
        channel.publish(head, frames.properties(b"1", user=b"caller"), body)
        with pytest.raises(Broken):
            await channel.check_exchange(REQUESTS)
    async with stranger(requests_url, "other") as channel:
        channel.publish(head, frames.properties(b"1"), body)
        channel.publish(head, frames.properties(b"1", user=b"other"), b"no envelope")
        channel.publish(head, frames.properties(b"1", user=b"other"), encode(envelope(kind="task")))
        channel.publish(head, frames.properties(b"1", user=b"other"), body)
        await channel.check_exchange(REQUESTS)
    await until(lambda: bool(seen))
    assert (await line("caller").request("echo", envelope(), 5)).ok
    assert seen == ["other", "caller"]


async def test_nobody_makes_a_service_write_into_a_queue_by_asking_it_to_reply_there(
    line: Open, requests_url: str
) -> None:
    await line("echo").serve(say_it_back)
    async with stranger(requests_url, "other") as channel:
        got: list[bytes | None] = []
        channel.on_message = lambda message: got.append(message.body)
        await channel.declare("edtech.requests.other", auto_delete=True)
        await channel.consume("edtech.requests.other", no_ack=True)
        head = frames.publish_head(1, REQUESTS.encode(), b"echo")
        wanted = frames.properties(b"1", reply_to=b"edtech.requests.other", user=b"other")
        channel.publish(head, wanted, encode(envelope()))
        assert (await line("caller").request("echo", envelope(), 5)).ok
        await channel.check_exchange(REQUESTS)
        assert got == []


async def test_who_was_asked_once_answers_for_nobody_else(line: Open, requests_url: str) -> None:
    begun, told = asyncio.Event(), asyncio.Event()

    async def unhurried(message: Envelope) -> Reply:
        begun.set()
        await told.wait()
        return await say_it_back(message)

    await line("echo").serve(unhurried)
    caller = line("caller")
    async with stranger(requests_url, "other") as channel:
        addresses: list[bytes] = []

        def answer(number: int, reply: bytes) -> None:
            head = frames.publish_head(1, b"", addresses[0])
            channel.publish(head, frames.properties(b"%x" % number, kind=b"done", user=b"other"), reply)

        def asked(message: frames.Incoming) -> None:
            addresses.append(message.reply_to)
            answer(int(message.correlation, 16), b'"by the other"')

        channel.on_message = asked
        await channel.declare("edtech.requests.other", auto_delete=True)
        await channel.bind("edtech.requests.other", REQUESTS, "other")
        await channel.consume("edtech.requests.other", no_ack=True)
        assert (await caller.request("other", envelope(), 5)).body == b'"by the other"'
        asking = asyncio.create_task(caller.request("echo", envelope("genuine"), 5))
        await begun.wait()
        for number in range(1, 9):
            answer(number, b'"forged"')
        await channel.check_exchange(REQUESTS)
        assert (await caller.request("other", envelope(), 5)).ok  # what was forged has arrived before this
        told.set()
        assert (await asking).body == b'"genuine"'


async def test_amqps_proves_who_the_broker_is(requests_url: str, tmp_path: Path) -> None:
    context, authority = certificate(tmp_path)
    async with wired(requests_url, context) as (_, near):
        secure = near.replace("amqp://", "amqps://").replace("{service}", "caller").replace("127.0.0.1", "localhost")
        connection = await Connection.open(Address(f"{secure}?cafile={authority}"), "test")
        await (await connection.channel()).check_exchange(REQUESTS)
        await connection.close()
        with pytest.raises(OSError, match="certificate"):
            await Connection.open(Address(secure), "test")


async def test_a_wrong_password_is_told(requests_url: str) -> None:
    with pytest.raises(Broken, match="ACCESS_REFUSED"):
        await Connection.open(Address(requests_url.replace("{service}:secret", "caller:wrong")), "test")


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS for `localhost`, and the file of who vouches for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, secret = folder / "broker.pem", folder / "broker.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, secret)
    return context, public
