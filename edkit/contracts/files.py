"""Files: bytes go through the blob store, never over the bus; the owning service keeps the row and decides access."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from edkit.contracts.common import Id, Line, Nothing, Time
from edkit.message import Frozen, Request

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
FilePurpose = Literal["quiz_media"]
"""What a file is for. `quiz_media`: it must be a picture that phones can show."""


class File(Frozen):
    """A stored file as its owner sees it. `url` is where it is read."""

    file_id: Id
    name: Line
    size: int
    sha256: Sha256
    media_type: str
    url: str
    created_at: Time


class FileLocation(Frozen):
    """Where the bytes lie, for the gateway that may now serve them."""

    sha256: Sha256
    area: Literal["stage", "main"]
    name: str
    size: int
    media_type: str


class StageFile(Request[File]):
    """Record that the actor's bytes lie in the stage area under `sha256`. The same `file_id` twice is the same file."""

    service = "quiz_service"
    file_id: Id
    name: Line
    size: int = Field(ge=0)
    sha256: Sha256
    media_type: str = Field(max_length=100)


class PromoteFile(Request[File]):
    """Check a staged file and move it to the main area. Invalid when it is not what its purpose asks for.

    Without a purpose any file is kept: pictures as what their bytes are, all else as bytes to be saved, never shown.
    """

    service = "quiz_service"
    file_id: Id
    purpose: FilePurpose | None = None


class ReadFile(Request[FileLocation]):
    """Where the file lies, if the actor owns it, or the gateway has verified a capability for it (`by_capability`)."""

    service = "quiz_service"
    file_id: Id
    by_capability: bool = False


class DeleteFile(Request[Nothing]):
    """Forget the actor's file."""

    service = "quiz_service"
    file_id: Id
