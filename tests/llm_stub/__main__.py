"""`python -m tests.llm_stub --port N`: the stub for tests whose product runs in other processes."""

import argparse
import signal
import threading

from tests.llm_stub.server import running

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A language model that behaves as badly as it is told to.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default="", help="the only key that is accepted")
    chosen = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with running(chosen.port) as stub:
        stub.key = chosen.key
        print(stub.url, flush=True)
        stop.wait()
