"""Packets and frames as bytes. Numbers are rules of edkit/sockets/SPEC.md."""

import contextlib

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from socketio.packet import Packet as StockPacket

from edkit.sockets import SocketSettings, encode, frames, packets
from edkit.sockets.packets import WireError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
NAMES = st.text(min_size=1, max_size=20).filter(lambda name: name not in packets.RESERVED)


@given(
    namespace=st.sampled_from(["/", "/games", "/a/b"]), name=NAMES, data=JSON, ident=st.none() | st.integers(0, 10**12)
)
def test_5_the_stock_library_reads_our_events(namespace: str, name: str, data: object, ident: int | None) -> None:
    text = packets.event(namespace, name, data, ident).text.decode()
    read = StockPacket(encoded_packet=text[1:])
    assert (read.packet_type, read.namespace or "/", read.id, read.data) == (2, namespace, ident, [name, data])


@given(namespace=st.sampled_from(["/", "/games"]), name=NAMES, data=JSON, ident=st.none() | st.integers(0, 10**12))
def test_5_we_read_the_stock_librarys_events(namespace: str, name: str, data: object, ident: int | None) -> None:
    text = "4" + StockPacket(2, data=[name, data], namespace=namespace, id=ident).encode()
    read = packets.parse(text.encode())
    number = b"" if ident is None else b"%d" % ident
    assert read == (2, namespace.encode(), number, [name, data])


@given(junk=st.binary(max_size=40))
def test_5_7_no_bytes_make_the_parser_do_anything_but_refuse(junk: bytes) -> None:
    with contextlib.suppress(WireError):
        assert packets.parse(b"4" + junk).kind in (0, 1, 2, 3)


@given(payload=st.binary(max_size=300), mask=st.binary(min_size=4, max_size=4))
def test_2_1_unmasking_is_exclusive_or_with_the_repeated_mask(payload: bytes, mask: bytes) -> None:
    assert frames.unmask(payload, mask) == bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


@pytest.mark.parametrize(
    ("size", "head"),
    [(0, "8100"), (125, "817d"), (126, "817e007e"), (65_535, "817effff"), (65_536, "817f0000000000010000")],
)
def test_2_lengths_take_the_fewest_bytes(size: int, head: str) -> None:
    assert packets.text_frame(b"x" * size) == bytes.fromhex(head) + b"x" * size


def test_6_5_an_encoded_packet_holds_the_same_text_for_both_transports() -> None:
    packet = encode("/games", "answers_counted", {"answered": 3})
    assert packet.text == b'42/games,["answers_counted",{"answered":3}]'
    assert packet.frame == packets.text_frame(packet.text)
    assert orjson.loads(packet.text[9:]) == ["answers_counted", {"answered": 3}]
    with pytest.raises(TypeError):
        encode("/games", "answers_counted", {1, 2})


@pytest.mark.parametrize(
    "wrong",
    [
        {"ping_timeout_ms": 25_000},
        {"connect_timeout_ms": 0},
        {"skip_above": 100},
        {"cut_above": 1000},
        {"allowed_origins": ("*",)},
    ],
)
def test_settings_that_cannot_work_are_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SocketSettings(**wrong)  # type: ignore[arg-type]
