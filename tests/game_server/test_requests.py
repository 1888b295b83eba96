"""What the game server is asked over the bus, and by whom."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from edkit.contracts.accounts import UserErased
from edkit.contracts.common import PageQuery
from edkit.contracts.game_messages import FindGame, GetGame, GetGameResults, ListGames, ReadGameLog, RegradeGame
from edkit.contracts.games import RegradeQuestion
from edkit.errors import AppError, Conflict, Invalid, NotFound
from edkit.message import ANONYMOUS, Actor
from edkit.runner import LocalCalls
from game_server.rules.chain import GENESIS, link
from tests.game_server.stage import OTHER, TEACHER, Client, Stage, stage


@pytest.fixture
async def world(tmp_path: Path, database_url: str) -> AsyncIterator[Stage]:
    async with stage(tmp_path, database_url) as made:
        yield made


async def ask(world: Stage, request: Any, actor: Actor = TEACHER, **more: Any) -> Any:
    return await LocalCalls(world.runtime).call(request, actor=actor, **more)


async def played(world: Stage) -> tuple[Client, list[Client]]:
    """A game of two players that has ended."""
    host = await world.host()
    players = [await world.join(host, name) for name in ("Ada", "Ben")]
    await host.do("start_game")
    for player, text in zip(players, ("right", "wrong"), strict=True):
        await player.answer(text)
    await world.settled()
    await host.do("end_game")
    return host, players


async def test_a_pin_finds_a_live_game_for_anyone(world: Stage) -> None:
    host = await world.host(teams=["Red", "Blue"], identifier_label="Class")
    found = await ask(world, FindGame(pin=host.pin), ANONYMOUS)
    assert (found.title, found.phase, found.locked, found.identifier_label) == ("Capitals", "lobby", False, "Class")
    await host.do("end_game")
    with pytest.raises(NotFound) as gone:
        await ask(world, FindGame(pin=host.pin), ANONYMOUS)
    assert gone.value.code == "unknown_pin"


async def test_a_teacher_lists_their_own_games_the_newest_first(world: Stage) -> None:
    hosts = []
    for _ in range(3):
        hosts.append(await world.host())
        await world.clock.advance(1)
    await world.join(hosts[2], "Ada")
    first = await ask(world, ListGames(query=PageQuery(limit=2)))
    assert [game.id for game in first.items] == [hosts[2].game_id, hosts[1].game_id]
    assert (first.items[0].player_count, first.items[0].question_count, first.items[0].pin) == (1, 2, hosts[2].pin)
    rest = await ask(world, ListGames(query=PageQuery(limit=2, cursor=first.next_cursor)))
    assert ([game.id for game in rest.items], rest.next_cursor) == ([hosts[0].game_id], None)
    assert (await ask(world, ListGames(query=PageQuery()), OTHER)).items == ()
    assert (await ask(world, ListGames(query=PageQuery(q="capit")))).items
    assert not (await ask(world, ListGames(query=PageQuery(q="rivers")))).items
    with pytest.raises(Invalid):
        await ask(world, ListGames(query=PageQuery(cursor="nonsense")))
    for cursor in ("²" + ".x", "9" * 25 + ".x", "1."):
        with pytest.raises(Invalid):
            await ask(world, ListGames(query=PageQuery(cursor=cursor)))


async def test_somebody_else_s_game_is_not_there(world: Stage) -> None:
    host, _ = await played(world)
    regrade = RegradeQuestion(question_id="q1", void=True)
    for request in (
        GetGame(game_id=host.game_id),
        ReadGameLog(game_id=host.game_id),
        RegradeGame(game_id=host.game_id, regrade=regrade),
    ):
        with pytest.raises(NotFound):
            await ask(world, request, OTHER)


async def test_a_game_as_its_owner_sees_it(world: Stage) -> None:
    host, _ = await played(world)
    game = await ask(world, GetGame(game_id=host.game_id))
    assert (game.phase, game.version, game.pin, game.player_count) == ("ended", 1, None, 2)
    assert game.settings.reading_ms == 0


async def test_results_come_by_pages_once_the_game_has_ended(world: Stage) -> None:
    live = await world.host()
    with pytest.raises(Conflict) as early:
        await ask(world, GetGameResults(game_id=live.game_id))
    assert early.value.code == "not_ended"
    host, players = await played(world)
    first = await ask(world, GetGameResults(game_id=host.game_id, limit=1))
    second = await ask(world, GetGameResults(game_id=host.game_id, limit=1, cursor=first.next_cursor))
    assert [first.players[0].player_id, second.players[0].player_id] == [player.player_id for player in players]
    assert second.next_cursor is None
    assert (first.player_count, first.version, [q.question_id for q in first.questions]) == (2, 1, ["q1"])
    assert [(a.status, a.points) for a in first.players[0].answers] == [("correct", 1000)]


async def test_the_log_can_be_checked_by_whoever_reads_it(world: Stage) -> None:
    host, players = await played(world)
    lines, cursor = [], None
    while True:
        page = await ask(world, ReadGameLog(game_id=host.game_id, limit=2, cursor=cursor))
        assert len(page.items) <= 2
        lines += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    whole = (await ask(world, ReadGameLog(game_id=host.game_id))).items
    assert tuple(lines) == whole
    previous = GENESIS
    for line in whole:
        if line.kind == "entry":
            assert link(previous, line.body.encode()) == line.hash
            previous = line.hash
    answers = [line for line in whole if line.kind == "answer"]
    assert [answer.player_id for answer in answers] == sorted(player.player_id for player in players)
    place = whole.index(answers[0])
    assert whole[place - 1].seq == answers[0].closed_seq


async def test_a_regrade_after_the_end_is_done_once_for_each_message(world: Stage) -> None:
    host, players = await played(world)
    wrong = next(o["id"] for o in players[0].question()["options"] if o["text"] == "wrong")
    request = RegradeGame(game_id=host.game_id, regrade=RegradeQuestion(question_id="q1", correct_option_ids=(wrong,)))
    done = await ask(world, request, message_id="m1", remember=True)
    again = await ask(world, request, message_id="m1", remember=True)
    assert done == again
    assert done.version == 2
    scores = {change.player_id: (change.score_before, change.score_after) for change in done.changes}
    assert scores == {players[0].player_id: (1000, 0), players[1].player_id: (0, 1000)}
    assert (await players[1].next("question_regraded"))["podium"][0]["nickname"] == "Ben"
    other = RegradeGame(game_id=host.game_id, regrade=RegradeQuestion(question_id="q2", void=True))
    with pytest.raises(AppError) as refused:
        await ask(world, other)
    assert refused.value.code == "not_closed"


async def test_an_erased_user_is_nameless_and_the_scores_stay(world: Stage) -> None:
    host = await world.host()
    pupil = Actor(id="pupil", role="student", session="s9")
    client = await Client(world.a).connect(token=world.token(pupil))
    await client.do("join_game", pin=host.pin, nickname="Linh Nguyen")
    await host.do("start_game")
    await client.answer("right")
    await world.settled()
    await host.do("end_game")
    await world.runtime.bus.publish(UserErased(user_id="pupil"))
    for _ in range(1000):
        await world.settled()
        (player,) = await world.a.play.roster.players(host.game_id)
        if player.user_id is None:
            break
    assert (player.user_id, player.nickname) == (None, "-")
    results = await ask(world, GetGameResults(game_id=host.game_id))
    assert (results.players[0].nickname, results.players[0].score) == ("-", 1000)
