"""Each wall can fail: every lint finds its fault in a small bad file, and nothing in a good one."""

import ast
import textwrap

import pytest

from tests.walls import lints, text

BAD = [
    (lints.commits, "async def f(session): await session.commit()"),
    (lints.commits, "def f(database): database.connection().commit()"),
    (lints.asks_for_the_mode, "if embedded: x = 1"),
    (lints.asks_for_the_mode, "def f(settings): return 1 if settings.is_embedded else 2"),
    (lints.asks_for_the_mode, "mode = DISTRIBUTED"),
    (lints.bare_clock_or_dice, "import time"),
    (lints.bare_clock_or_dice, "import os, random"),
    (lints.bare_clock_or_dice, "from uuid import uuid4"),
    (lints.bare_clock_or_dice, "def f():\n    from secrets import token_hex"),
    (lints.bare_clock_or_dice, "from datetime import datetime, UTC\ndef f(): return datetime.now(UTC)"),
    (lints.bare_clock_or_dice, "import datetime\ndef f(): return datetime.date.today()"),
    (lints.bare_clock_or_dice, "import os\ndef f(): return os.urandom(8)"),
    (lints.bare_clock_or_dice, "import asyncio\nasync def f(): await asyncio.sleep(0.1)"),
    (lints.opens_at_import, "log = open('log')"),
    (lints.opens_at_import, "engine = sqlalchemy.create_engine('sqlite://')"),
    (lints.opens_at_import, "class Store:\n    redis = Redis.from_url('redis://')"),
    (lints.opens_at_import, "def f(text=Path('a').read_text()): return text"),
    (lints.opens_at_import, "@cached(Path('a').read_text())\ndef f(): ..."),
    (lints.opens_at_import, "try:\n    threading.Thread(target=f).start()\nexcept OSError: ..."),
    (lints.opens_at_import, "key = os.environ['KEY']"),
]

GOOD = [
    (lints.commits, "async def f(session): await session.flush()"),
    (lints.asks_for_the_mode, "def f(settings): return settings.bus_url"),
    (
        lints.bare_clock_or_dice,
        "import asyncio\nfrom datetime import timedelta\nasync def f(clock): await clock.sleep(1)",
    ),
    (lints.bare_clock_or_dice, "import asyncio\nasync def give_way(): await asyncio.sleep(0)"),
    (lints.bare_clock_or_dice, "def f(clock): return clock.now()"),
    (lints.opens_at_import, "def f():\n    return open('log')"),
    (lints.opens_at_import, "make = lambda: open('log')"),
    (lints.opens_at_import, "if __name__ == '__main__':\n    run()"),
    (lints.opens_at_import, "pattern = re.compile('a')"),
]


@pytest.mark.parametrize(("lint", "source"), BAD)
def test_a_lint_finds_its_fault(lint: lints.Lint, source: str) -> None:
    assert list(lint(ast.parse(source)))


@pytest.mark.parametrize(("lint", "source"), GOOD)
def test_a_lint_lets_good_code_pass(lint: lints.Lint, source: str) -> None:
    assert not list(lint(ast.parse(source)))


def test_an_exception_frees_its_file_and_no_other() -> None:
    wall = lints.Wall(lints.commits, {"edkit/db/*": "commits", "edkit/clock.py": "is the clock"})
    assert not wall.guards("edkit/db/outbox.py")
    assert not wall.guards("edkit/clock.py")
    assert wall.guards("edkit/clock.pyi")
    assert wall.guards("edkit/dbx.py")


def test_a_path_of_one_machine_is_found() -> None:
    assert list(text.machine_paths("data = '/" + "work/main/var'"))
    assert list(text.machine_paths("see /" + "home/ada/quiz"))
    assert not list(text.machine_paths("GET /api/work/1 and https://host.example/root/"))
    assert not list(text.machine_paths("git/work/tree"))


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://mirror.example/simple",
        "a==1 @ https://files.example/packages/a.whl",
        '"resolved": "https://registry.example/a.tgz",',
        "--find-links /opt",
    ],
)
def test_a_lock_file_that_names_a_host_is_found(line: str) -> None:
    assert list(text.lock_hosts(line))


def test_a_lock_file_with_hashes_only_passes() -> None:
    lock = """
        httpx==0.28.1 \\
            --hash=sha256:0123
        "funding": {"url": "https://example.org/thanks"}
        "integrity": "sha512-abc=="
    """
    assert not list(text.lock_hosts(textwrap.dedent(lock)))


def test_a_lint_that_is_switched_off_without_a_reason_is_found() -> None:
    assert list(text.silent_opt_outs("x = 1  # no" + "qa: E501"))
    assert list(text.silent_opt_outs("x = 1  # type: ig" + "nore[arg-type]"))
    assert not list(text.silent_opt_outs("x = 1  # no" + "qa: E501 - the vendor's own heading, letter by letter"))
