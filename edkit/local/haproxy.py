"""A private HAProxy: one port in front of many processes."""

from collections.abc import Sequence
from pathlib import Path

from edkit.local.process import Process, own_file, program


class HAProxy(Process):
    """A HAProxy of our own that serves what `config` says; `port` is the one it is asked on for readiness."""

    name = "haproxy"

    def __init__(self, folder: Path, config: str, port: int = 0, log: Path | None = None) -> None:
        super().__init__(folder, port, log)
        self.config = config

    def prepare(self) -> None:
        own_file(self.folder / "haproxy.cfg", self.config)

    def command(self) -> Sequence[str]:
        return [program("haproxy", "haproxy"), "-db", "-f", str(self.folder / "haproxy.cfg")]
