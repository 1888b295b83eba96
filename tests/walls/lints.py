"""The walls that no off-the-shelf linter holds. A lint reads one syntax tree and says what breaks it where."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch

Finding = tuple[int, str]  # line number, what is wrong
Lint = Callable[[ast.Module], Iterator[Finding]]


@dataclass(frozen=True)
class Wall:
    """A lint, and the files (as shell patterns) that may do what it forbids, each with the reason."""

    lint: Lint
    allowed: dict[str, str] = field(default_factory=dict)

    def guards(self, path: str) -> bool:
        return not any(fnmatch(path, free) for free in self.allowed)


def commits(tree: ast.Module) -> Iterator[Finding]:
    """One message is one transaction, and the runner commits it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _last_name(node.func) == "commit":
            yield node.lineno, "commit() outside edkit/db: a handler flushes, the runner commits"


def asks_for_the_mode(tree: ast.Module) -> Iterator[Finding]:
    """Only the URL in a setting picks an engine; nothing else knows how the product was started."""
    for node in ast.walk(tree):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        if {"embedded", "distributed"} & set(name.lower().split("_")):
            yield node.lineno, f"{name}: only an engine's own file may know how the product is run"


CLOCKS_AND_DICE = {"time", "uuid", "random", "secrets"}
WALL_CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("os", "urandom")}


def bare_clock_or_dice(tree: ast.Module) -> Iterator[Finding]:
    """Time, ids and chance are passed in, so that a test can hold them still."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                imported = {alias.name.partition(".")[0] for alias in names}
            case ast.ImportFrom(module=str(module)):
                imported = {module.partition(".")[0]}
            case ast.Attribute(attr=attr, value=owner) if (_last_name(owner), attr) in WALL_CLOCKS:
                yield node.lineno, f"{_last_name(owner)}.{attr}: ask the Clock or the Chance that was passed in"
                continue
            case ast.Call(func=ast.Attribute(attr="sleep", value=ast.Name(id="asyncio")), args=[wait]):
                if not (isinstance(wait, ast.Constant) and wait.value == 0):
                    yield node.lineno, "asyncio.sleep: sleep on the Clock that was passed in"
                continue
            case _:
                continue
        for module in sorted(imported & CLOCKS_AND_DICE):
            yield node.lineno, f"import {module}: use the Clock, Ids or Chance that was passed in"


FILES = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "touch", "unlink"}
CONNECTIONS = {"connect", "create_connection", "create_engine", "create_async_engine", "from_url", "socket", "urlopen"}
RUNNERS = {
    "Popen",
    "ProcessPoolExecutor",
    "Thread",
    "ThreadPoolExecutor",
    "new_event_loop",
    "run",
    "start",
    "start_server",
}
CONFIGURATION = {"basicConfig", "getenv", "load"}
OPENERS = FILES | CONNECTIONS | RUNNERS | CONFIGURATION


def opens_at_import(tree: ast.Module) -> Iterator[Finding]:
    """Importing a module changes and reads nothing: no file, socket, thread, process or environment variable."""
    for node in _run_at_import(tree):
        if isinstance(node, ast.Call) and _last_name(node.func) in OPENERS:
            yield node.lineno, f"{_last_name(node.func)}() at import: open it where the service starts"
        if isinstance(node, ast.Subscript) and _last_name(node.value) == "environ":
            yield node.lineno, "the environment is read at import: it belongs to Settings"


def _run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Everything below `node` that runs when the module is imported: not bodies of functions, nor the main guard."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                for part in [*child.decorator_list, *child.args.defaults, *filter(None, child.args.kw_defaults)]:
                    yield part
                    yield from _run_at_import(part)
            case ast.Lambda():
                pass
            case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
                pass
            case _:
                yield child
                yield from _run_at_import(child)


def _last_name(node: ast.AST) -> str:
    """`c` of `a.b.c`, of `c`, and of `a.c()`."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case ast.Call(func=func):
            return _last_name(func)
        case _:
            return ""
