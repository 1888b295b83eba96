"""How columns are declared, so that every engine compares and stores alike.

Text is compared bytewise with explicit lengths, times are integers in milliseconds, JSON is canonical text. There are
no columns of bytes: aiomysql cannot escape them, and what is stored here is text.
"""

from typing import Any

import orjson
from sqlalchemy import BigInteger, Dialect, MetaData, String, Text, TypeDecorator
from sqlalchemy.dialects.mysql import LONGTEXT
from sqlalchemy.types import TypeEngine

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

TABLE_OPTIONS: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin", "mysql_engine": "InnoDB"}
"""Keyword arguments of every table, in models (`__table_args__`) and in migrations alike."""

KEY_LENGTH = 64


def new_metadata() -> MetaData:
    """Metadata of one service's database."""
    return MetaData(naming_convention=NAMING)


def key_text() -> String:
    """An identifier or enumerated word, at most 64 characters."""
    return String(KEY_LENGTH)


def short_text(length: int) -> String:
    """A line of text, at most `length` characters (not bytes)."""
    return String(length)


def long_text() -> TypeEngine[str]:
    """Text without a limit worth naming."""
    return Text().with_variant(LONGTEXT(collation="utf8mb4_bin"), "mysql", "mariadb")


def millis() -> BigInteger:
    """Epoch milliseconds, or a duration in milliseconds."""
    return BigInteger()


class JsonText(TypeDecorator[Any]):
    """A JSON value as canonical text: sorted keys, no spaces. Equal values are equal text."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(long_text().dialect_impl(dialect))

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(value)


def canonical(value: Any) -> str:
    """JSON text that is the same for the same value."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
