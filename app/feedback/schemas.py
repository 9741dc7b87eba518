"""What somebody complains about or suggests, and how the administrator sees it."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import StringConstraints

from app.sync.schemas import Strict


class FeedbackAdd(Strict):
    """The payload of `feedback.add`. Anonymous: the name is not kept with it."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    about: Literal["app", "work", "person", "other"] = "app"
    anonymous: bool = False
    page: Annotated[str, StringConstraints(max_length=120)] | None = None


@dataclass(frozen=True)
class FeedbackView:
    """One entry in the administrator's list."""

    id: str
    at: str
    about: str
    text: str
    who: str
    page: str
    reply: str
    replied_at: str
