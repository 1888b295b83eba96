"""Peers that break the rules of RFC 6455 or of Socket.IO. Numbers are rules of edkit/sockets/SPEC.md."""

import asyncio

import pytest

from edkit.sockets import Packet, SocketSettings
from edkit.sockets.http import PunctualHttp
from tests.sockets.playground import Classroom, Raw, Served, event, frame, serving, until

WS = "EIO=4&transport=websocket"


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b"\x81\x05hello", 1002),  # not masked
        (frame(b"2", first=0xC1), 1002),  # a reserved bit: compressed, though nobody agreed to it
        (frame(b"", first=0x83), 1002),  # unknown opcode
        (frame(b"", first=0x8B), 1002),  # unknown control opcode
        (frame(b"more", first=0x80), 1002),  # nothing to continue
        (frame(b"4", first=0x01) + frame(b"2"), 1002),  # a new message inside a fragmented one
        (frame(b"x", first=0x09), 1002),  # a fragmented ping
        (frame(b"x" * 126, first=0x89), 1002),  # a long ping
        (frame(b"x", first=0x88), 1002),  # half a close code
        (frame(b"\x03\xed", first=0x88), 1002),  # 1005 is never sent
        (b"\x81\xfe\x00\x05" + b"\0" * 9, 1002),  # a length in more bytes than it needs
        (frame(b"4\xff\xfe"), 1007),
        (frame(b"4\xc3", first=0x01) + frame(b"\xff", first=0x80), 1007),
        (frame(b"\x03\xe8\xff", first=0x88), 1007),
        (frame(b"x", size=100_001)[:14], 1009),  # refused before a byte of it is kept
        (frame(b"", size=2**63)[:14], 1009),
        (frame(b"4" * 60_000, first=0x01) + frame(b"4" * 60_000, first=0x80), 1009),
        (frame(b"\x00\x01", first=0x82), 1003),
    ],
)
async def test_2_a_bad_frame_ends_the_session_and_says_why(
    served: Served, room: Classroom, bad: bytes, code: int
) -> None:
    raw = await Raw.join(served.port)
    raw.writer.write(bad + frame(event("echo", "too late").encode()))
    assert (await raw.closed_with())[0] == code
    await until(lambda: room.ended)
    assert room.ended[0][1] == "parse error"
    assert not room.heard
    assert served.server.counters.malformed == 1


async def test_2_2_fragments_and_interleaved_pings_make_one_message(served: Served) -> None:
    raw = await Raw.join(served.port)
    whole = event("echo", "Grüße", ident=3).encode()
    raw.writer.write(frame(whole[:7], first=0x01) + frame(b"are you there", first=0x89))
    raw.writer.write(frame(b"", first=0x00) + frame(whole[7:-8], first=0x00) + frame(whole[-8:], first=0x80))
    assert await raw.hear() == (0x8A, b"are you there")
    assert await raw.text() == '43/games,3[{"ok":true,"args":["Grüße"]}]'


async def test_2_2_a_message_may_come_byte_by_byte(served: Served) -> None:
    raw = await Raw.join(served.port)
    for byte in frame(event("echo", "x" * 200, ident=1).encode(), mask=b"\xaa\x00\x55\xff"):
        raw.writer.write(bytes((byte,)))
        await asyncio.sleep(0)
    assert await raw.text() == '43/games,1[{"ok":true,"args":["' + "x" * 200 + '"]}]'


async def test_2_8_one_connection_waits_its_turn(served: Served, room: Classroom) -> None:
    loud, quiet = await Raw.join(served.port), await Raw.join(served.port)
    loud.writer.write(frame(event("echo", "loud").encode()) * 900)
    quiet.writer.write(frame(event("echo", "quiet").encode()))
    await until(lambda: len(room.heard) == 901)
    assert room.heard.index(("echo", ["quiet"])) < 400


@pytest.mark.parametrize("packet", [frame(b"3"), frame(b"2"), frame(b"43/games,5[]"), frame(b"", first=0x89)])
async def test_2_8_a_flood_ends_the_session(served: Served, packet: bytes) -> None:
    raw = await Raw.join(served.port)
    raw.writer.write(packet * 5000)
    assert (await raw.closed_with())[0] == 1008


async def test_2_8_a_ping_carries_no_message(served: Served) -> None:
    raw = await Raw.join(served.port)
    await raw.say("2" + "x" * 1000)
    assert (await raw.closed_with())[0] == 1009


async def test_2_4_a_clean_close_is_answered_with_its_code(served: Served, room: Classroom) -> None:
    raw = await Raw.join(served.port)
    raw.writer.write(frame(b"\x0f\xa0bye", first=0x88))
    assert await raw.closed_with() == (4000, "")
    assert await raw.hung_up()
    await until(lambda: room.ended)
    assert room.ended[0][1] == "transport close"


async def test_2_4_a_close_without_a_code_is_normal(served: Served) -> None:
    raw = await Raw.join(served.port)
    raw.writer.write(frame(b"", first=0x88))
    assert (await raw.closed_with())[0] == 1000
    assert await raw.hung_up()


async def test_2_7_offered_compression_is_not_taken_up(served: Served) -> None:
    raw = await Raw.dial(served.port)
    raw.writer.write(
        b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: h\r\nUpgrade: WebSocket\r\n"
        b"Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
    )
    head = (await raw.reader.readuntil(b"\r\n\r\n")).decode().lower()
    assert "sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=" in head  # RFC 6455, 1.3
    assert "extensions" not in head


@pytest.mark.parametrize(
    ("headers", "query", "path", "status", "code"),
    [
        ({"Sec_WebSocket_Version": "8"}, WS, "/socket.io/", 426, 3),
        ({"Sec_WebSocket_Key": "short"}, WS, "/socket.io/", 400, 3),
        ({"Sec_WebSocket_Key": ""}, WS, "/socket.io/", 400, 3),
        ({"Host": ""}, WS, "/socket.io/", 400, 3),
        ({}, WS, "/elsewhere/", 404, 3),
        ({}, "EIO=3&transport=websocket", "/socket.io/", 400, 5),
        ({}, "EIO=4&transport=carrier-pigeon", "/socket.io/", 400, 0),
        ({}, WS + "&sid=guessed", "/socket.io/", 400, 1),
        ({"Origin": "https://evil.example"}, WS, "/socket.io/", 403, 4),
        ({"Origin": "null"}, WS, "/socket.io/", 403, 4),
        ({"Origin": "http://127.0.0.1", "X_Forwarded_Host": "evil.example"}, WS, "/socket.io/", 101, -1),
        ({"Origin": "https://evil.example", "X_Forwarded_Host": "evil.example"}, WS, "/socket.io/", 403, 4),
    ],
)
async def test_1_handshakes_are_judged(
    served: Served, headers: dict[str, str], query: str, path: str, status: int, code: int
) -> None:
    raw = await Raw.dial(served.port)
    answered, body = await raw.shake(query, path, **headers)
    assert answered == status
    if status != 101:
        assert f'"code":{code}' in body.decode()
        assert await raw.hung_up()
        assert not served.server.engine.sessions


async def test_1_2_an_allowed_origin_passes_in_any_case() -> None:
    async with serving(SocketSettings(allowed_origins=("https://Play.School.example/",))) as served:
        for origin, status in (("https://play.school.example", 101), ("https://play.school.example.evil", 403)):
            raw = await Raw.dial(served.port)
            assert (await raw.shake(WS, Origin=origin))[0] == status


async def test_1_3_the_address_is_the_peers_unless_a_trusted_proxy_says_more() -> None:
    async def address(served: Served, forwarded: str) -> str:
        raw = await Raw.open(served.port, X_Forwarded_For=forwarded)
        session = list(served.server.engine.sessions.values())[-1]
        raw.hang_up()
        return session.address

    async with serving() as served:
        assert await address(served, "6.6.6.6") == "127.0.0.1"
    async with serving(SocketSettings(trusted_proxies=("127.0.0.0/8", "10.0.0.0/8"))) as served:
        assert await address(served, "6.6.6.6, 203.0.113.9, 10.1.2.3") == "203.0.113.9"
        assert await address(served, "not an address") == "127.0.0.1"
        assert await address(served, "2001:db8::1") == "2001:db8::1"


async def test_1_4_sockets_are_capped_per_address_and_in_all() -> None:
    settings = SocketSettings(max_per_address=2, max_sockets=3, trusted_proxies=("127.0.0.1",))
    async with serving(settings) as served:
        raws = [await Raw.open(served.port, X_Forwarded_For="203.0.113.9") for _ in range(2)]
        late = await Raw.dial(served.port)
        assert (await late.shake(WS, X_Forwarded_For="203.0.113.9"))[0] == 429
        raws.append(await Raw.open(served.port, X_Forwarded_For="203.0.113.10"))
        late = await Raw.dial(served.port)
        assert (await late.shake(WS, X_Forwarded_For="203.0.113.11"))[0] == 503
        raws.pop(0).hang_up()
        await until(lambda: len(served.server.engine.sessions) == 2)
        raws.append(await Raw.open(served.port, X_Forwarded_For="203.0.113.9"))


async def test_1_4_one_ipv6_household_is_one_address() -> None:
    async with serving(SocketSettings(max_per_address=1, trusted_proxies=("127.0.0.1",))) as served:
        await Raw.open(served.port, X_Forwarded_For="2001:db8:0:1::1")
        second = await Raw.dial(served.port)
        assert (await second.shake(WS, X_Forwarded_For="2001:db8:0:1:ffff::2"))[0] == 429
        await Raw.open(served.port, X_Forwarded_For="2001:db8:0:2::1")


class Impatient(PunctualHttp):
    head_seconds = body_seconds = answer_seconds = 0.2


@pytest.mark.parametrize("head", [b"POST /socket.io/?EIO=4", b"GET /socket.io/?EIO=3"])
async def test_1_5_a_body_that_hardly_comes_is_cut(head: bytes) -> None:
    async with serving(http=Impatient) as served:
        raw = await Raw.dial(served.port)
        raw.writer.write(head + b" HTTP/1.1\r\nHost: h\r\nContent-Length: 90000\r\n\r\n")
        await asyncio.sleep(0)
        raw.writer.write(b"4")  # also once it has been answered
        assert await raw.hung_up()


async def test_1_5_an_answer_that_nobody_takes_is_given_up() -> None:
    async with serving(http=Impatient, send_buffer=4096) as served:
        raw = await Raw.dial(served.port, receive_buffer=4096)
        path = b"/socket.io/?EIO=4&transport=polling"
        raw.writer.write(b"GET " + path + b" HTTP/1.1\r\nHost: h\r\n\r\n")
        await until(lambda: served.server.engine.sessions)
        (session,) = served.server.engine.sessions.values()
        session.write(Packet(b"4" + b"x" * 900_000))
        raw.writer.write(b"GET " + path + b"&sid=" + session.id.encode() + b" HTTP/1.1\r\nHost: h\r\n\r\n")
        await until(lambda: served.web.connections)
        await until(lambda: not served.web.connections)


async def test_1_5_requests_far_ahead_of_their_answers_are_refused(served: Served) -> None:
    raw = await Raw.dial(served.port)
    raw.writer.write(b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: h\r\n\r\n" * 1000)
    assert await raw.hung_up()
    assert len(served.server.engine.sessions) < 20


@pytest.mark.parametrize("upgraded", [False, True])
async def test_1_5_a_head_that_never_ends_is_cut(upgraded: bool) -> None:
    async with serving(http=Impatient) as served:
        patient = await Raw.open(served.port)
        raw = await Raw.dial(served.port)
        raw.writer.write(b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n")
        if upgraded:
            raw.writer.write(b"Upgrade: websocket\r\nConnection: upgrade\r\n")
        async with asyncio.timeout(2):
            assert await raw.hung_up()
        await patient.say("40/games,")
        assert (await patient.text()).startswith("0")
        assert (await patient.text()).startswith("40/games,")


async def test_1_5_a_head_without_measure_is_cut(served: Served) -> None:
    raw = await Raw.dial(served.port)
    raw.writer.write(b"GET /socket.io/ HTTP/1.1\r\nHost: h\r\n")
    for number in range(100):
        raw.writer.write(b"X-%d: " % number + b"y" * 1000 + b"\r\n")
    assert await raw.hung_up()


@pytest.mark.parametrize(
    ("packet", "code"),
    [
        ("", 1002),
        ("9", 1002),
        ("4", 1002),
        ("49/games,", 1002),
        ("44/games,{}", 1002),  # CONNECT_ERROR is the server's to send
        ('40/games,["array"]', 1002),
        ("40/games,", 1002),  # a second time
        ("42/games,", 1002),
        ("42/games,{}", 1002),
        ("42/games,[]", 1002),
        ("42/games,[7]", 1002),
        ('42/games,["connect"]', 1002),
        ('42/games,["disconnect"]', 1002),
        ('42/games,["e",]', 1002),
        ("42/games,1234567890123456[]", 1002),
        ("42/games," + "[" * 5000, 1002),
        ("43/games,[]", 1002),
        ("43/games,1{}", 1002),
        ("41/games,[]", 1002),
        ('451-/games,["e",{"_placeholder":true,"num":0}]', 1003),
        ('461-/games,1["e"]', 1003),
    ],
)
async def test_5_7_a_malformed_packet_ends_the_session(served: Served, room: Classroom, packet: str, code: int) -> None:
    raw = await Raw.join(served.port)
    await raw.say(packet)
    closed, reason = await raw.closed_with()
    assert closed == code
    assert reason
    await until(lambda: room.ended)


async def test_5_7_an_event_before_connect_ends_the_session(served: Served, room: Classroom) -> None:
    raw = await Raw.open(served.port)
    await raw.say(event("echo", 1))
    assert (await raw.closed_with())[0] == 1002
    slow = await Raw.open(served.port)
    await slow.say('40/games,{"token":"slow"}', event("echo", 2))
    assert (await slow.closed_with())[0] == 1002
    room.gate.set()
    await until(lambda: room.ended)
    assert room.ended[0][1] == "parse error"
    assert not room.heard


async def test_5_6_leaving_while_connected_still_waits_is_told_once(served: Served, room: Classroom) -> None:
    raw = await Raw.open(served.port)
    await raw.say('40/games,{"token":"slow"}', "41/games,")
    await until(lambda: room.auths)
    assert not room.ended
    room.gate.set()
    await until(lambda: room.ended)
    await raw.say('40/games,{"token":"slow"}')
    raw.hang_up()
    await until(lambda: len(room.ended) == 2 or not served.server.engine.sessions)
    assert room.ended[0][1] == "client namespace disconnect"


async def test_5_7_packets_for_a_namespace_just_left_are_ignored(served: Served, room: Classroom) -> None:
    raw = await Raw.join(served.port)
    await raw.say("40/notes,", event("kick"), event("echo", 1), event("echo", 2, ident=1, namespace="/notes"))
    heard = [await raw.text() for _ in range(5)]
    assert heard[-2:] == ["41/games,", '43/notes,1[{"ok":true,"args":[2]}]']
    assert [name for name, _ in room.heard] == ["kick"]
    assert served.server.counters.ignored == 1


async def test_5_5_acknowledgements_nobody_asked_for_are_ignored(served: Served, room: Classroom) -> None:
    raw = await Raw.join(served.port)
    await raw.say("43/games,5[1]", event("ask"))
    assert await raw.text() == '42/games,0["probe",{"n":1}]'
    await raw.say("43/games,0[]", "43/games,0[2]")
    await until(lambda: served.server.counters.ignored == 2)
    assert room.answers == [None]


async def test_5_5_awaited_acknowledgements_are_bounded() -> None:
    async with serving(SocketSettings(max_unacknowledged=2)) as served:
        raw = await Raw.join(served.port)
        await raw.say(*[event("ask")] * 3)
        for _ in range(3):
            await raw.text()
        await raw.say("43/games,0[0]", "43/games,1[1]", "43/games,2[2]")
        await until(lambda: len(served.room.answers) == 2)
        assert served.room.answers == [1, 2]
        assert served.server.counters.ignored == 1


async def test_5_8_a_client_with_too_many_waiting_handlers_is_read_no_further() -> None:
    async with serving(SocketSettings(max_running=4)) as served:
        raw = await Raw.join(served.port)
        await raw.say(*[event("later", number) for number in range(50)], event("echo", "last", ident=1))
        await until(lambda: len(served.room.heard) >= 8)
        await asyncio.sleep(0.05)
        assert len([1 for name, _ in served.room.heard if name == "later"]) == 4
        served.room.gate.set()
        assert await raw.text() == '43/games,1[{"ok":true,"args":["last"]}]'
        assert served.room.finished == [[number] for number in range(50)]


async def test_5_6_events_already_received_begin_before_the_end_is_told(served: Served, room: Classroom) -> None:
    raw = await Raw.join(served.port)
    packets = (event("later", 1), event("echo", 2), event("later", 3), event("echo", 4))
    raw.writer.write(b"".join(frame(p.encode()) for p in packets) + frame(b"", first=0x88))
    await until(lambda: room.ended)
    assert [args for name, args in room.heard if name != "later"] == [[1], [2], [3], [4]]
    room.gate.set()
