"""What a person sees when the product is up: where to go."""

import socket
import sys

from edkit.settings import Settings


def lan_address() -> str | None:
    """This machine's address on its network, as the machine itself would choose it; sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address: the kernel picks the route, no packet leaves
            address = str(probe.getsockname()[0])
        except OSError:
            return None
    return None if address.startswith("127.") else address


def announce(settings: Settings, port: int) -> None:
    """Print where the product answers."""
    lines = [f"EdTech is ready:  http://localhost:{port}"]
    if settings.public_url:
        lines.append(f"  for everybody:  {settings.public_url}")
    elif settings.host == "0.0.0.0" and (address := lan_address()):  # noqa: S104 - compared, not bound
        lines.append(f"  for the class:  http://{address}:{port}")
    if settings.demo:
        lines.append(f"  demo school:    http://localhost:{port}/signin says how to get in")
    lines.append(f"  everything is kept in {settings.data.resolve()}; stop with Ctrl-C")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
