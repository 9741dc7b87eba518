"""A visit as it is written on the phone (design §6), and what is said beside it."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from app.forms.schemas import Code, Mode
from app.sync.schemas import Id, Moment, Sha256, Strict

Words = Annotated[str, StringConstraints(max_length=2000)]
Note = Annotated[str, StringConstraints(max_length=500)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class FormVersion(Strict):
    """Which form the visit was written on."""

    code: Code
    version: Annotated[int, Field(ge=1, le=1_000_000)]


class Place(Strict):
    """One point, taken only when the cadre taps."""

    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    accuracy_m: Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)] | None = None


class PhotoIn(Strict):
    """A picture that the visit names; its bytes come later."""

    sha256: Sha256
    original_sha256: Sha256 | None = None
    question: Name | None = None
    taken_at: Moment
    location: Place | None = None
    note: Note | None = None


class IssueIn(Strict):
    """A trouble in the cadre's own words."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    programme: Annotated[str, StringConstraints(max_length=32)] | None = None


class Unchanged(Strict):
    """「无变化」 of one section, about one person where it asks about people, since the visit that was seen."""

    section: Code
    person_id: Id | None = None
    since: Id | None = None


class VisitIn(Strict):
    """The payload of `visit` and `visit.correct`. Nothing that is merely doubtful is refused here.

    `reason`: why an earlier visit is corrected, in few words.
    """

    household_id: Id
    form: FormVersion
    mode: Mode
    met: Annotated[list[Id], Field(max_length=100)] = []
    started_at: Moment
    finished_at: Moment
    location: Place | None = None
    answers: dict[str, Any] = {}
    unchanged: Annotated[list[Code | Unchanged], Field(max_length=500)] = []
    photos: Annotated[list[PhotoIn], Field(max_length=200)] = []
    issues: Annotated[list[IssueIn], Field(max_length=100)] = []
    next_on: date | None = None
    reason: Note | None = None


class IssueAdd(Strict):
    """The payload of `issue.add`: a trouble told outside a visit."""

    household_id: Id
    person_id: Id | None = None
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    programme: Annotated[str, StringConstraints(max_length=32)] | None = None
    urgent: bool = False
