"""A private Redis. It keeps nothing on disk: what the product puts there may be forgotten."""

from collections.abc import Sequence
from pathlib import Path

from edkit.local.process import Process, own_file, program, said


class Redis(Process):
    """A Redis of our own; empty after each start."""

    name = "redis"

    def __init__(self, folder: Path, port: int = 0, log: Path | None = None, *, password: str = "") -> None:
        super().__init__(folder, port, log)
        self.password = password

    @property
    def url(self) -> str:
        """The URL of its first database."""
        return f"redis://{f'default:{self.password}@' if self.password else ''}127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        lines = ["bind 127.0.0.1", f"port {self.port}", f"dir {self.folder}", 'save ""', "appendonly no"]
        if self.password:
            lines.append(f"requirepass {self.password}")
        own_file(self.folder / "redis.conf", "".join(f"{line}\n" for line in lines))

    def command(self) -> Sequence[str]:
        return [program("redis-server", "redis-server"), str(self.folder / "redis.conf")]

    def answers(self) -> bool:
        return (said(self.port, self._commands("PING"), 5) or b"").startswith(b"+")

    def flush(self) -> None:
        """Forget everything, and return when it is forgotten."""
        answer = said(self.port, self._commands("FLUSHALL"), 100)
        assert answer is not None, "Redis does not answer"
        assert answer.startswith(b"+OK"), answer

    def _commands(self, command: str) -> bytes:
        return (f"AUTH {self.password}\r\n{command}\r\n" if self.password else f"{command}\r\n").encode()
