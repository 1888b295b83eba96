"""The table of contents of the game server."""

from edkit.contracts.accounts import LoggedOut, UserErased
from edkit.contracts.game_messages import FindGame, GetGame, GetGameResults, ListGames, ReadGameLog, RegradeGame
from edkit.service import Service, read, write
from game_server import models, server
from game_server.handlers.games import (
    carry_out_regrade,
    end_host_rights,
    find_game,
    forget_user,
    get_game,
    list_games,
    read_game_log,
    regrade_game,
)
from game_server.handlers.results import get_game_results
from game_server.robots.command import robots_command
from game_server.verifying import verify_command

service = Service(
    name="game_server",
    metadata=models.metadata,
    requests={
        FindGame: read(find_game),
        ListGames: read(list_games),
        GetGame: read(get_game),
        ReadGameLog: read(read_game_log),
        GetGameResults: read(get_game_results),
        RegradeGame: write(regrade_game, prepare=carry_out_regrade),
    },
    events={UserErased: write(forget_user)},
    notices={LoggedOut: end_host_rights},
    issuers={GetGameResults: ("quiz_service",), GetGame: ("gateway", "quiz_service")},
    http=server.http,
    start=(server.start,),
    background=(server.tick, server.follow_time),
    commands=(verify_command, robots_command),
)
