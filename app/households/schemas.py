"""What goes in and out of the register. Input models forbid what they do not name."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from app.households.rules import normal_name


def _text(longest: int) -> Any:
    return Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=longest)]


Village = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]


def _said(name: str) -> str:
    normal = normal_name(name)
    if not normal:
        raise ValueError("姓名要写。")
    return normal


Name = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_said)]
"""A name of which something can be seen: spaces and zero-width characters alone are none."""
Text16, Text32, Text120, Text200 = _text(16), _text(32), _text(120), _text(200)


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid")

    def given(self) -> dict[str, Any]:
        """The fields somebody wrote, as Python values."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class HouseholdFields(_Input):
    """What may be said of a home; a field that is not given stays as it is."""

    group: Text16 | None = None
    door: Text16 | None = None
    address: Text200 | None = None
    attribute: Text32 | None = None
    checked_on: date | None = None
    checked_result: Text120 | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None


class HouseholdIn(HouseholdFields):
    """A home to add or to take in from a ledger. `id` is made by the phone, or here where there is none."""

    id: UUID | None = None
    code: Text32
    name: Name
    division: Village
    extra: dict[str, Any] = {}


class HouseholdNew(HouseholdIn):
    """A home found in the field; the county gives it a code later."""

    code: Text32 | None = None  # type: ignore[assignment]


class HouseholdChange(HouseholdFields):
    """What changes about a home."""

    name: Name | None = None


class PersonFields(_Input):
    """What may be said of a person; sex and birthday count only where there is no ID number."""

    id_number: Text32 | None = None
    sex: Annotated[int, Field(ge=0, le=9)] | None = None
    born_on: date | None = None
    relation: Text16 | None = None
    is_head: bool | None = None
    phone: Text32 | None = None
    bank_account: Text32 | None = None
    registered_here: bool | None = None
    health: Text32 | None = None
    living: Text32 | None = None
    works_away: Text120 | None = None


class PersonIn(PersonFields):
    """A person to add or to take in. The home is named by its id or, in ledgers, by its code."""

    id: UUID | None = None
    household_id: UUID | None = None
    household_code: Text32 | None = None
    name: Name
    tags: Annotated[list[Text32], Field(max_length=40)] = []
    extra: dict[str, Any] = {}


class PersonChange(PersonFields):
    """What changes about a person."""

    name: Name | None = None


class ContactIn(_Input):
    """Someone to call for a person."""

    kind: Annotated[str, StringConstraints(pattern="^(emergency|village|carer)$")]
    name: Name | None = None
    relation: Annotated[str, StringConstraints(max_length=24)] | None = None
    phone: Text32 | None = None
    place: Annotated[str, StringConstraints(max_length=64)] | None = None
    confirmed_on: date | None = None


@dataclass
class Upserted:
    """What a bulk upsert did. `before` holds the former values of each changed row, sealed ones still sealed."""

    created: list[str] = field(default_factory=list)
    changed: dict[str, dict[str, Any]] = field(default_factory=dict)
    same: int = 0
    ids: list[str] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Hit:
    """A person found by a search, and by what."""

    person_id: str
    household_id: str
    name: str


@dataclass(frozen=True)
class HouseholdRow:
    """A home in the office's list."""

    id: str
    code: str
    name: str
    place: str
    group: str
    door: str
    people: int
    tags: list[str]
    attribute: str
    last_visit: str
    hit: str = ""


@dataclass(frozen=True)
class HouseholdPage:
    """A page of the list. `total` is -1 where counting would cost more than it tells (searches)."""

    rows: list[HouseholdRow]
    total: int
    more: bool


@dataclass(frozen=True)
class ContactView:
    """Someone to call."""

    kind: str
    name: str
    relation: str
    phone: str
    place: str
    confirmed_on: str


@dataclass(frozen=True)
class PersonView:
    """A person on the page of a home, masked; `closed`: a child's record that nobody has opened in this sitting."""

    id: str
    name: str
    relation: str
    sex: str
    age: str
    version: int
    born_on: str = ""
    id_masked: str = ""
    id_warning: str = ""
    phone_masked: str = ""
    bank_masked: str = ""
    health: str = ""
    living: str = ""
    works_away: str = ""
    tags: list[str] = field(default_factory=list)
    contacts: list[ContactView] = field(default_factory=list)
    closed: bool = False


@dataclass(frozen=True)
class LookView:
    """Who looked behind a mask."""

    at: str
    who: str
    whom: str
    what: str
    why: str


@dataclass(frozen=True)
class HouseholdView:
    """The page of a home."""

    id: str
    code: str
    name: str
    division: str
    place: str
    group: str
    door: str
    address: str
    attribute: str
    checked: str
    last_visit: str
    summary: str
    version: int
    people: list[PersonView]
