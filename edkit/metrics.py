"""Prometheus metrics. One registry per process; every name begins with `edtech_`."""

from collections.abc import Sequence

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    GC_COLLECTOR,
    PLATFORM_COLLECTOR,
    PROCESS_COLLECTOR,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

LATENCY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds. Fine where an answer's acknowledgement lies (p50 < 20 ms, p99 < 150 ms)."""

registry = CollectorRegistry()
for _collector in (PROCESS_COLLECTOR, PLATFORM_COLLECTOR, GC_COLLECTOR):
    registry.register(_collector)


def counter(name: str, help_text: str, labels: Sequence[str] = ()) -> Counter:
    """A number that only grows; exported as `edtech_<name>_total`."""
    return Counter(f"edtech_{name}", help_text, labels, registry=registry)


def gauge(name: str, help_text: str, labels: Sequence[str] = ()) -> Gauge:
    """A number that goes up and down."""
    return Gauge(f"edtech_{name}", help_text, labels, registry=registry)


def histogram(
    name: str, help_text: str, labels: Sequence[str] = (), buckets: Sequence[float] = LATENCY_BUCKETS
) -> Histogram:
    """A distribution, in seconds unless its name says otherwise."""
    return Histogram(f"edtech_{name}", help_text, labels, registry=registry, buckets=buckets)


def render() -> tuple[bytes, str]:
    """The whole registry in the text format, and its content type."""
    return generate_latest(registry), CONTENT_TYPE_LATEST
