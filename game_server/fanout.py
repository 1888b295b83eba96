"""Saying one entry to everybody: an encoding for hosts and one for players, written to all, and each player's own."""

from collections.abc import Iterable

from edkit.contracts import games as wire
from edkit.sockets import Packet, Socket, encode, fanout
from game_server.rules.entries import Entry
from game_server.rules.match import Match
from game_server.rules.view import HOST, PLAYERS, MediaUrl, Viewer, apart, event_for, results_for

NAMESPACE = "/games"


class Audience:
    """The sockets of one game on this server: hosts, and players by id."""

    def __init__(self) -> None:
        self.hosts: set[Socket] = set()
        self.players: dict[str, set[Socket]] = {}

    @property
    def size(self) -> int:
        return len(self.hosts) + sum(map(len, self.players.values()))

    def add(self, socket: Socket, player_id: str | None) -> None:
        """A host, if there is no player id."""
        if player_id is None:
            self.hosts.add(socket)
        else:
            self.players.setdefault(player_id, set()).add(socket)

    def remove(self, socket: Socket, player_id: str | None) -> None:
        if player_id is None:
            self.hosts.discard(socket)
        elif (sockets := self.players.get(player_id)) is not None:
            sockets.discard(socket)
            if not sockets:
                del self.players[player_id]

    def everyone(self) -> list[Socket]:
        """All sockets, as they are now."""
        return [*self.hosts, *(socket for sockets in self.players.values() for socket in sockets)]

    def say(self, entry: Entry, before: Match, after: Match, now: int, media_url: MediaUrl) -> None:
        """Send everybody the one event of this entry, and before it the results that belong to it."""
        for player_id, sockets in self.players.items():
            for result in results_for(player_id, entry, before.board, after):
                fanout(sockets, packet(result))
        special = apart(entry, after.game).intersection(self.players)

        def event(viewer: Viewer) -> Packet:
            return packet(event_for(viewer, entry, after, now=now, media_url=media_url))

        if self.hosts:
            fanout(self.hosts, event(HOST))
        if len(special) < len(self.players):
            fanout(self._all_but(special), event(PLAYERS))
        for player_id in special:
            fanout(self.players[player_id], event(Viewer("player", player_id)))

    def tell_hosts(self, message: wire.Sequenced, *, droppable: bool = False) -> None:
        """Send hosts something that is no entry; slow readers are skipped if it may be dropped."""
        fanout(self.hosts, packet(message), droppable)

    def _all_but(self, special: frozenset[str]) -> Iterable[Socket]:
        for player_id, sockets in self.players.items():
            if player_id not in special:
                yield from sockets


def packet(message: wire.Sequenced | wire.Probe | wire.Move) -> Packet:
    """One server event, encoded once."""
    return encode(NAMESPACE, message.event, message.wire())
