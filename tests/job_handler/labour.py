"""Work for children, good and bad."""

import ctypes
import os
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from edkit.errors import Invalid
from job_handler.fence import raise_fence


def work(data: bytes, progress: Callable[[float], None]) -> bytes:
    word, _, rest = data.partition(b" ")
    match word:
        case b"upper":
            progress(0.5)
            progress(1.0)
            return rest.upper()
        case b"back":
            return rest
        case b"refuse":
            raise Invalid("There is nothing to do.", code="no_work")
        case b"memory":
            return bytes(2**30)
        case b"sleep":
            time.sleep(60)
        case b"spin":
            while True:
                pass
        case b"exit":
            os._exit(3)
        case b"segfault":
            ctypes.string_at(0)
        case b"crash":
            raise RuntimeError("a secret of " + rest.decode())
        case b"talk":
            to_parent(b"hello there\n")
            time.sleep(60)
        case b"promise":
            to_parent(b"ok 99999999999\n")
            time.sleep(60)
        case b"flood":
            while True:
                to_parent(b"x" * 65536)
        case b"print":
            print("ok 3", flush=True)
            return b"printed"
        case b"fence":
            return str(raise_fence(())).encode()
        case b"try":
            return attempt(rest.decode())
        case b"span":
            began = time.monotonic()
            time.sleep(0.3)
            return f"{began} {time.monotonic()}".encode()
        case b"about":
            limits = (resource.RLIMIT_AS, resource.RLIMIT_NOFILE, resource.RLIMIT_CORE, resource.RLIMIT_FSIZE)
            lines = [str(os.nice(0)), *(str(resource.getrlimit(limit)[0]) for limit in limits)]
            lines += [Path("/proc/self/oom_score_adj").read_text() if rest else "", ",".join(sorted(os.environ))]
            return "\n".join(lines).encode()
    return b""


def to_parent(data: bytes) -> None:
    """Past the protocol, straight into the pipe."""
    for fd in range(3, 20):
        try:
            os.write(fd, data)
        except OSError:
            continue
        return


def attempt(what: str) -> bytes:
    """What becomes of something a document has no business doing."""
    verb, _, target = what.partition(" ")
    deeds: dict[str, Callable[[], object]] = {
        "write": lambda: Path(target).write_bytes(b"mine"),
        "read": lambda: Path(target).read_bytes(),
        "delete": lambda: Path(target).unlink(),
        "chmod": lambda: Path(target).chmod(0o777),
        "socket": lambda: socket.socket(),
        "run": lambda: subprocess.run([sys.executable, "-c", "pass"], check=True),
        "fork": lambda: os.fork() or os._exit(0),
        "kill": lambda: os.kill(os.getppid(), 0),
        "thread": lambda: _thread(),
    }
    try:
        deeds[verb]()
    except OSError as error:
        return f"refused: {type(error).__name__}".encode()
    return b"done"


def _thread() -> None:
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
