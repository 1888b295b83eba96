"""One packet to many sockets: encoded and framed once, written straight to their transports."""

from collections.abc import Iterable

from edkit.sockets import packets
from edkit.sockets.packets import Packet
from edkit.sockets.settings import UNHURRIED
from edkit.sockets.socket import Socket


def encode(namespace: str, event: str, data: object) -> Packet:
    """The event as bytes for both transports. Raises `TypeError` if `data` is not JSON."""
    return packets.event(namespace, event, data)


def fanout(sockets: Iterable[Socket], packet: Packet, droppable: bool = False) -> int:
    """Write `packet` to every socket, all of one server; returns to how many.

    Nothing is awaited and no namespace code runs meanwhile, so `sockets` may be the namespace's own live set. A slow
    reader is skipped if `droppable`, and cut when it is far behind (SPEC 6).
    """
    frame = packet.frame
    written = direct = 0
    socket = None
    for socket in sockets:
        link = socket.link
        if link is not None and link.get_write_buffer_size() <= UNHURRIED:
            link.write(frame)
            direct += 1
        elif socket.send(packet, droppable):
            written += 1
    if socket is not None:
        socket.session.host.counters.messages_out += direct
    return direct + written
