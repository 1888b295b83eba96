"""Rows of users and of the codes that reset their passwords."""

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from edkit.contracts.accounts import User, UserRole
from edkit.errors import Conflict
from gateway.models import reset_codes, users
from gateway.repository.rows import moment, touched
from gateway.rules.folding import email_key, name_key


class EmailTaken(Conflict):
    """Another account has this e-mail address."""

    code = "email_taken"
    message = "There is an account with this e-mail address already. Sign in instead."


@dataclass(frozen=True)
class StoredUser:
    """A row of `users`."""

    id: str
    email: str
    name: str
    role: UserRole
    password_hash: str
    created_at: int

    def shown(self) -> User:
        """What the account's owner sees."""
        return User(id=self.id, email=self.email, name=self.name, role=self.role, created_at=moment(self.created_at))


_COLUMNS = (users.c.id, users.c.email, users.c.name, users.c.role, users.c.password_hash, users.c.created_at)


class AccountRepository:
    """Accounts of one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, user_id: str) -> StoredUser | None:
        return await self._one(users.c.id == user_id)

    async def find_by_email(self, email: str) -> StoredUser | None:
        """The account of an address, however it is written."""
        return await self._one(users.c.email_key == email_key(email))

    async def _one(self, condition: Any) -> StoredUser | None:
        row = (await self._session.execute(select(*_COLUMNS).where(condition))).first()
        return None if row is None else StoredUser(*row)

    async def add(self, user: StoredUser) -> None:
        """Raises EmailTaken."""
        if await self.find_by_email(user.email) is not None:
            raise EmailTaken()
        values = {
            "id": user.id,
            "email": user.email,
            "email_key": email_key(user.email),
            "name": user.name,
            "name_key": name_key(user.name),
            "role": user.role,
            "password_hash": user.password_hash,
            "created_at": user.created_at,
        }
        try:
            await self._session.execute(insert(users).values(values))
        except IntegrityError:
            raise EmailTaken() from None  # the same address at the same moment

    async def change(
        self, user_id: str, *, name: str | None = None, email: str | None = None, password_hash: str | None = None
    ) -> None:
        """Write what is given. Raises EmailTaken."""
        values: dict[str, str] = {}
        if name is not None:
            values |= {"name": name, "name_key": name_key(name)}
        if email is not None:
            other = await self.find_by_email(email)
            if other is not None and other.id != user_id:
                raise EmailTaken("Another account has this e-mail address.")
            values |= {"email": email, "email_key": email_key(email)}
        if password_hash is not None:
            values |= {"password_hash": password_hash}
        if values:
            try:
                await self._session.execute(update(users).where(users.c.id == user_id).values(values))
            except IntegrityError:
                raise EmailTaken("Another account has this e-mail address.") from None

    async def count(self, role: UserRole | None = None) -> int:
        query = select(func.count()).select_from(users)
        return cast(int, (await self._session.execute(query.where(users.c.role == role) if role else query)).scalar())

    async def erase(self, user_id: str) -> None:
        await self._session.execute(delete(reset_codes).where(reset_codes.c.user_id == user_id))
        await self._session.execute(delete(users).where(users.c.id == user_id))

    async def put_reset_code(self, user_id: str, *, mark: str, tries: int, expires_at: int) -> None:
        """The one code of this user; an earlier one holds no longer."""
        await self.drop_reset_code(user_id)
        values = {"user_id": user_id, "mark": mark, "tries_left": tries, "expires_at": expires_at}
        await self._session.execute(insert(reset_codes).values(values))

    async def use_reset_try(self, user_id: str, now: int) -> str | None:
        """The mark of the user's code, at the cost of one of its tries; None when there is none to try."""
        tries = reset_codes.c.tries_left
        usable = (reset_codes.c.user_id == user_id) & (tries > 0) & (reset_codes.c.expires_at > now)
        if not await touched(self._session, update(reset_codes).where(usable).values(tries_left=tries - 1)):
            return None
        query = select(reset_codes.c.mark).where(reset_codes.c.user_id == user_id)
        return (await self._session.execute(query)).scalar()

    async def drop_reset_code(self, user_id: str) -> None:
        await self._session.execute(delete(reset_codes).where(reset_codes.c.user_id == user_id))
