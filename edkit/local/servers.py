"""The servers that an installation on one machine stands on, each private, on loopback, in a folder of its own."""

from edkit.local.haproxy import HAProxy
from edkit.local.mariadb import MariaDB
from edkit.local.process import NotStarted, ServerMissing, free_port
from edkit.local.rabbitmq import RabbitMQ
from edkit.local.redis import Redis

__all__ = ["HAProxy", "MariaDB", "NotStarted", "RabbitMQ", "Redis", "ServerMissing", "free_port"]
