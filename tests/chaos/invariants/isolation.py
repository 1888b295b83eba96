"""A14, A17, A18, A19: nothing leaks, nobody stays who was removed, nobody is counted twice, games do not mix."""

import unicodedata
from collections.abc import Iterator

from tests.chaos.history import FinalGame, History, Line, Violation


def tags(history: History) -> dict[str, str]:
    """Canary tag -> game."""
    return {line.more["tag"]: line.game for line in history.of("game")}


def a14_no_early_leak(history: History) -> Iterator[Violation]:
    """Before closing, no byte sent to a player holds the solution or another's answer."""
    games = tags(history)
    closings: dict[tuple[str, int], int] = {}
    for line in history.of("event"):
        if line.more.get("event") == "question_closed" and line.game in history.final:
            for index, question in enumerate(history.final[line.game].quiz["questions"]):
                if question["id"] == line.question:
                    closings.setdefault((line.game, index), line.t_ns)
    for line in history.of("canary"):
        game = history.final.get(games.get(line.more["tag"], line.game))
        if game is None:
            continue
        index = line.more["index"]
        closed = game.entry("question_closed", game.quiz["questions"][index]["id"])
        seen = closings.get((game.game, index))
        in_order = line.seq is not None and closed is not None and line.seq >= closed.seq
        after = line.seq is None and seen is not None and line.t_ns >= seen
        if not in_order and not after:
            yield Violation("A14", line.game, f"canary {line.more} before the closing", (line.raw,))
    for line in history.of("leak"):
        yield Violation("A14", line.game, f"{line.more['keys']} while the question is open", (line.raw,))


def a17_membership(history: History) -> Iterator[Violation]:
    """Nothing is accepted of a player after the kick; nicknames are unique after NFKC and case folding."""
    for line in history.of("haunting", "ok"):
        yield Violation("A17", line.game, "a kicked player's token was good", (line.raw,))
    for game in history.final.values():
        kicked = {player.player: player.kicked_seq for player in game.players if player.kicked_seq is not None}
        for row in game.rows:
            if row.player in kicked and row.seq >= kicked[row.player]:
                yield Violation("A17", game.game, f"kicked at seq {kicked[row.player]}, and a row after it: {row}")
        yield from _unique_names(game)


def _unique_names(game: FinalGame) -> Iterator[Violation]:
    names: dict[str, str] = {}
    for player in game.players:
        folded = unicodedata.normalize("NFKC", player.nickname).casefold()
        if player.kicked_seq is None and names.setdefault(folded, player.player) != player.player:
            yield Violation("A17", game.game, f"two players are called {player.nickname}")


def a18_roster(history: History) -> Iterator[Violation]:
    """Reconnects never raise the player count nor change who one is."""
    became: dict[tuple[str, str], tuple[str, Line]] = {}
    for line in history.of("joined"):
        player = line.more.get("became") or line.player
        known = became.setdefault((line.game, line.more["join"]), (player, line))
        if known[0] != player:
            yield Violation("A18", line.game, "the same join made two players", (known[1].raw, line.raw))
    for game in history.final.values():
        known_players = {player for (name, _), (player, _) in became.items() if name == game.game}
        for player in game.players:
            if player.player not in known_players:
                yield Violation("A18", game.game, f"a player that no client is: {player}")
        for missing in known_players - {player.player for player in game.players}:
            yield Violation("A18", game.game, f"a player that was joined and is not there: {missing}")


def a19_isolation(history: History) -> Iterator[Violation]:
    """No event of one game reaches a socket of another."""
    games = tags(history)
    for line in history.lines:
        about = line.more.get("about")
        if about and line.game and about != line.game:
            yield Violation("A19", line.game, f"heard of {about}", (line.raw,))
        if line.kind == "canary" and line.more["tag"] and games.get(line.more["tag"], line.game) != line.game:
            yield Violation("A19", line.game, f"read the words of {games[line.more['tag']]}", (line.raw,))
