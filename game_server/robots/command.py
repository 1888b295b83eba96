"""`edtech robots`: a class of robots joins a running game."""

import argparse
import sys

from edkit.service import Tool


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pin", required=True, help="the six digits on the board")
    parser.add_argument("--players", type=int, default=30, metavar="N", help="how many join; 30 unless said otherwise")
    parser.add_argument("--url", default="http://localhost:8000", help="where the product answers")
    parser.add_argument("--seed", default="1", help="the same seed makes the same class")
    parser.add_argument("--drops", type=float, default=0.08, metavar="SHARE", help="how often one loses its network")
    parser.add_argument("--speed", type=float, default=1.0, help="2 thinks twice as fast")
    parser.add_argument("--insecure", action="store_true", help="accept any certificate, for a school's own server")


async def _run(chosen: argparse.Namespace) -> int:
    from game_server.robots.crowd import play  # its Socket.IO client would be a quarter of the server's start-up

    if not 1 <= chosen.players <= 2000 or not 0 <= chosen.drops <= 1 or chosen.speed <= 0:
        _say("Choose 1 to 2000 players, a share of drops between 0 and 1, and a speed above 0.")
        return 2
    account = await play(
        chosen.url,
        chosen.pin,
        chosen.players,
        chosen.seed,
        say=_say,
        drops=chosen.drops,
        speed=chosen.speed,
        verify_tls=not chosen.insecure,
    )
    return 0 if account.ok else 1


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


robots_command = Tool("robots", "let a class of robots play along", _arguments, _run)
