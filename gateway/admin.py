"""`edtech admin create`: the first administrator of an installation."""

import argparse
import getpass
import sys

from edkit.errors import AppError
from edkit.service import Runtime
from gateway.passwords import passwords_of
from gateway.repository.accounts import AccountRepository, StoredUser
from gateway.rules.folding import email_key
from gateway.rules.passwords import check_password


def arguments(parser: argparse.ArgumentParser) -> None:
    """What `edtech admin create` takes."""
    parser.add_argument("--email", required=True, help="the address to sign in with")
    parser.add_argument("--name", required=True, help="the name that others see")
    parser.add_argument("--role", choices=("admin", "teacher"), default="admin", help="admin unless said otherwise")
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")


async def create(runtime: Runtime, chosen: argparse.Namespace) -> int:
    """Make the account; 1 when it cannot be, with the reason printed."""
    try:
        user = await add(runtime, chosen.email.strip(), chosen.name.strip(), chosen.role, _password(chosen))
    except AppError as refusal:
        sys.stdout.write(f"Not made: {refusal.message}\n")
        return 1
    sys.stdout.write(f"{user.name} <{user.email}> may now sign in, with the role {user.role}.\n")
    return 0


def _password(chosen: argparse.Namespace) -> str:
    if chosen.password_stdin:
        return sys.stdin.readline().rstrip("\n")
    return getpass.getpass("Password: ")


async def add(runtime: Runtime, email: str, name: str, role: str, password: str) -> StoredUser:
    """The new account. Raises Invalid or EmailTaken."""
    email_key(email)
    check_password(password, email=email, name=name, strict=runtime.settings.strict)
    hashed = await passwords_of(runtime).hash(password)
    user = StoredUser(
        id=runtime.ids.new(),
        email=email,
        name=name,
        role="admin" if role == "admin" else "teacher",
        password_hash=hashed,
        created_at=runtime.clock.now(),
    )
    async with runtime.database.write() as session:
        await AccountRepository(session).add(user)
    return user
