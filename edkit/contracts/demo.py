"""The demo school: the ids, names and password that every service seeds by. Never in production."""

from typing import NamedTuple

from edkit.contracts.accounts import UserRole
from edkit.contracts.common import Id
from edkit.message import Frozen


class DemoAccount(Frozen):
    """An account that the sign-in page shows."""

    id: Id
    role: UserRole
    name: str
    email: str
    password: str


class DemoSchool(Frozen):
    """How to get into the demo."""

    accounts: tuple[DemoAccount, ...]
    class_name: str
    join_code: str


class DemoPerson(NamedTuple):
    """Somebody the demo school begins with."""

    id: str
    role: UserRole
    name: str
    email: str


DEMO_PASSWORD = "learn-together"  # noqa: S105 - shown on the sign-in page of a demo; sign-in refuses it otherwise
DEMO_TEACHER_ID = "demo-teacher"
DEMO_TEACHER = DemoPerson(DEMO_TEACHER_ID, "teacher", "Mai Tran", "teacher@demo.example")
DEMO_STUDENTS = (
    DemoPerson("demo-student-1", "student", "Linh Nguyen", "linh@demo.example"),
    DemoPerson("demo-student-2", "student", "Ada Fischer", "ada@demo.example"),
    DemoPerson("demo-student-3", "student", "Jonas Weber", "jonas@demo.example"),
    DemoPerson("demo-student-4", "student", "Amara Okafor", "amara@demo.example"),
    DemoPerson("demo-student-5", "student", "Minh Le", "minh@demo.example"),
    DemoPerson("demo-student-6", "student", "Sofia Rossi", "sofia@demo.example"),
)
DEMO_CLASS_ID = "demo-class"
DEMO_CLASS_NAME = "Class 7a"
DEMO_JOIN_CODE = "DEMQ7AWX"
"""As stored; shown as DEMQ-7AWX."""


def is_demo_id(user_id: str) -> bool:
    """Whether an account belongs to the demo school. Ids made at run time never begin so."""
    return user_id.startswith("demo-")
