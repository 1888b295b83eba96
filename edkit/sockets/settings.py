"""What one socket server allows, and how long it waits."""

from dataclasses import dataclass

# A transport that holds less than this is never slow; the fan-out does not look further.
UNHURRIED = 8 * 1024


@dataclass(frozen=True, slots=True)
class SocketSettings:
    """Limits and times of one `SocketServer`. Times are milliseconds, sizes are bytes.

    Time is counted in ticks of `ping_interval_ms / 25`; every wait is rounded up to whole ticks. Raises `ValueError`
    naming the field when a value cannot work.
    """

    ping_interval_ms: int = 25_000
    ping_timeout_ms: int = 20_000
    connect_timeout_ms: int = 10_000  # a session that has joined no namespace by then is reaped
    upgrade_timeout_ms: int = 10_000
    closing_timeout_ms: int = 5_000  # how long a peer may take to answer our close
    request_timeout_ms: int = 10_000  # how long the body of one polling POST may take
    max_payload: int = 100_000  # one websocket message, or one POST body
    max_sockets: int = 15_000  # one process; the usual hard limit is 20,000 open files
    max_per_address: int = 2_000  # a whole school sits behind one address
    max_packets: int = 1_000  # packets and control frames one session may send in a ping interval
    max_running: int = 64  # handlers one session may have waiting before we stop reading from it
    max_unacknowledged: int = 64  # server events whose acknowledgement is still awaited; the oldest is forgotten first
    skip_above: int = 64 * 1024  # unsent bytes beyond which droppable packets are skipped
    cut_above: int = 1024 * 1024  # unsent bytes beyond which the socket is cut
    allowed_origins: tuple[str, ...] = ()  # besides the server's own: `https://play.school.example`
    trusted_proxies: tuple[str, ...] = ()  # networks whose X-Forwarded-For and X-Forwarded-Host are believed

    def __post_init__(self) -> None:
        for name in ("ping_timeout_ms", "connect_timeout_ms"):
            if not 0 < getattr(self, name) < self.ping_interval_ms:
                raise ValueError(f"{name} must be more than 0 and less than ping_interval_ms ({self.ping_interval_ms})")
        if not UNHURRIED <= self.skip_above <= self.cut_above:
            raise ValueError(f"skip_above must lie between {UNHURRIED} and cut_above ({self.cut_above})")
        if "*" in self.allowed_origins:
            raise ValueError("allowed_origins does not know '*': name each origin, as in https://play.school.example")


@dataclass(slots=True)
class Counters:
    """Plain numbers of one server, for whoever publishes metrics. The first two go up and down, the rest only up."""

    open_websocket: int = 0
    open_polling: int = 0
    opened: int = 0
    upgraded: int = 0
    messages_in: int = 0
    messages_out: int = 0
    ignored: int = 0  # packets for a namespace this session has left, and late acknowledgements
    skipped: int = 0  # droppable packets a slow reader did not get
    cut: int = 0  # slow readers cut
    reaped: int = 0  # sessions closed because they joined no namespace
    timed_out: int = 0  # sessions that did not answer a ping
    malformed: int = 0  # sessions closed because they broke the protocol
    refused: int = 0  # handshakes answered with an error
    failed: int = 0  # handlers that raised something unforeseen
