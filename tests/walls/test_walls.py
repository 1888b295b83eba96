"""The walls of the product, held over every file of it. In the way? Read what it guards; ask, or do without."""

import ast
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.walls import lints, text

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("edkit", "gateway", "quiz_service", "game_server", "job_handler")
TEXT = {
    ".py",
    ".ts",
    ".tsx",
    ".js",
    ".mjs",
    ".css",
    ".html",
    ".md",
    ".toml",
    ".yml",
    ".yaml",
    ".json",
    ".in",
    ".txt",
    ".sh",
    "",
}
NOT_OURS = {".git", ".venv", "node_modules", "__pycache__", "build", "dist", "var"}
LONGEST = 400

WALLS = {
    "commit": lints.Wall(
        lints.commits,
        {
            "edkit/db/*": "the one place that commits",
        },
    ),
    "mode": lints.Wall(
        lints.asks_for_the_mode,
        {
            "quiz_service/importing/*": "GIFT knows answers embedded in a sentence",
        },
    ),
    "clock": lints.Wall(
        lints.bare_clock_or_dice,
        {
            "edkit/clock.py": "is the clock",
            "edkit/ids.py": "is the maker of ids",
            "edkit/chance.py": "is the dice",
            "edkit/blobs/azure.py": "names temporary blobs, and lets the service read one for an hour",
            "edkit/blobs/folder.py": "names temporary files, and compares file times with the clock that set them",
            "edkit/cache/memory.py": "its clock is a parameter; the default is the machine's",
            "edkit/db/__init__.py": "backs off for milliseconds after a deadlock, as its database's driver would",
            "game_server/play.py": "spares the database while a class answers, whatever time a game has",
            "edkit/local/compose.py": "makes the passwords of a new folder",
            "edkit/local/installation.py": "makes the passwords of a new folder",
            "edkit/local/process.py": "waits for other processes, which take no clock; tries ports at random",
            "edkit/launch.py": "starts and supervises on real time",
            "edkit/sockets/engine.py": "its ids are a parameter; the default is random",
            "edkit/sockets/server.py": "spreads closing sockets over real time",
            "edkit/tokens.py": "makes the secret keys of a new data folder",
        },
    ),
    "import": lints.Wall(
        lints.opens_at_import,
        {
            "*/migrations/env.py": "Alembic runs it as a script",
        },
    ),
}


def files(*tops: str) -> Iterator[Path]:
    """The files of the repository under `tops` (all if none is named) but what was built, installed or stored."""
    for top in [ROOT / name for name in tops] or [ROOT]:
        for path in sorted(top.iterdir() if top.is_dir() else []):
            if path.is_file():
                yield path
            elif (
                path.name not in NOT_OURS
                and not path.name.endswith(("_cache", ".egg-info"))
                and path.name != ".hypothesis"
            ):
                yield from files(str(path.relative_to(ROOT)))


def product() -> Iterator[Path]:
    return (path for path in files(*PACKAGES) if path.suffix == ".py")


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def hold(paths: Iterator[Path], find: Callable[[Path], Iterator[lints.Finding]]) -> None:
    """Fail with one line per fault, as a compiler would."""
    faults = [f"{named(path)}:{line}: {fault}" for path in paths for line, fault in find(path)]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


@pytest.mark.parametrize("name", WALLS)
def test_the_product_keeps_the_wall(name: str) -> None:
    wall = WALLS[name]
    hold((path for path in product() if wall.guards(named(path))), lambda path: wall.lint(parsed(path)))


@pytest.mark.parametrize("name", WALLS)
def test_every_exception_is_still_needed(name: str) -> None:
    """An exception that frees nothing is a hole waiting for a fault."""
    for free in WALLS[name].allowed:
        freed = [path for path in product() if fnmatch(named(path), free)]
        assert any(True for path in freed for _ in WALLS[name].lint(parsed(path))), free


def code() -> Iterator[Path]:
    return (path for path in files() if path.suffix in TEXT)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def parsed(path: Path) -> ast.Module:
    return ast.parse(read(path), filename=str(path), feature_version=(3, 11))


def test_no_file_names_a_path_of_one_machine() -> None:
    hold(code(), lambda path: text.machine_paths(read(path)))


def test_no_lock_file_names_a_host() -> None:
    locks = [*(ROOT / "requirements").glob("*.txt"), ROOT / "web" / "package-lock.json"]
    hold(iter(locks), lambda path: text.lock_hosts(read(path)))


def test_every_requirement_is_pinned_by_hash() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        for requirement in read(path).replace("\\\n", " ").splitlines():
            assert "==" in requirement, f"{named(path)}: {requirement}"
            assert "--hash=sha256:" in requirement, f"{named(path)}: {requirement}"


def test_no_file_is_too_long_to_find_ones_way_in() -> None:
    ours = (path for path in code() if path.suffix in {".py", ".ts", ".tsx"} and "generated" not in path.parts)
    hold(ours, lambda path: text.too_long(read(path), LONGEST))


def test_every_lint_that_is_switched_off_says_why() -> None:
    hold(product(), lambda path: text.silent_opt_outs(read(path)))


def test_a_package_carries_its_walls_when_it_is_there() -> None:
    """A new service joins PACKAGES here and the contracts of import-linter, or the walls would not see it."""
    services = {path.parent.name for path in ROOT.glob("*/app.py")}
    assert services <= set(PACKAGES)
    project = read(ROOT / "pyproject.toml")
    for package in PACKAGES:
        assert f'"{package}' in project
