"""The register: households, people, what ties them, what they hold, whom to call."""

from datetime import date, datetime

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.base import Json, Moment, Sealed, SealedJson, ordered


class Household(SQLModel, table=True):
    """A home. `code` is the county's 户编号; `attribute` the 户属性; `name` that of its head.

    `ledger` holds what visits found last, `{field: {value, at, visit, by}}`; `summary` says it in a few words.
    """

    __tablename__ = "household"
    __table_args__ = (
        Index("household_list", "division", "name", "id", "removed_at"),
        Index("household_group", "division", "group", "removed_at"),
    )
    id: str = Field(primary_key=True, max_length=36)
    code: str = Field(sa_column=Column(ordered(32), unique=True, nullable=False))
    name: str = Field(sa_column=Column(ordered(64), nullable=False))
    division: str = Field(sa_column=Column(ordered(12), nullable=False))
    group: str | None = Field(None, max_length=16)
    door: str | None = Field(None, max_length=16)
    address: str | None = Field(None, max_length=200)
    attribute: str | None = Field(None, max_length=32)
    checked_on: date | None = None
    checked_result: str | None = Field(None, max_length=120)
    lat: float | None = None
    lon: float | None = None
    last_visit_id: str | None = Field(None, max_length=36)
    last_visit_on: date | None = None
    summary: str | None = Field(None, max_length=300)
    ledger: dict = Field(default_factory=dict, sa_column=Column(Json, nullable=False, server_default="{}"))
    extra: dict = Field(default_factory=dict, sa_column=Column(SealedJson("household.extra"), nullable=False))
    import_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    removed_at: datetime | None = Field(None, sa_column=Column(Moment))
    version: int = 1


class Person(SQLModel, table=True):
    """A person of a household.

    `id_number` is as written on the certificate; sex (1 male, 2 female, 0 unknown; GB/T 2261.1) and `born_on`
    come from it (GB 11643) and are kept only for search, as are `given` (the name without the family name), `pinyin`
    and `initials`. `id_index` is the blind index of the number,
    `id_warning` says what is wrong with a number that was imported as written. Two people may carry one number
    (a fault of the ledger that is a finding, R50): both are kept until a person decides.
    """

    __tablename__ = "person"
    __table_args__ = (
        Index("person_household", "household_id"),
        Index("person_division_name", "division", "name"),
        Index("person_division_pinyin", "division", "pinyin"),
        Index("person_division_initials", "division", "initials"),
        Index("person_division_last4", "division", "id_last4"),
        Index("person_division_given", "division", "given"),
        Index("person_id_number", "id_index"),
    )
    id: str = Field(primary_key=True, max_length=36)
    household_id: str = Field(foreign_key="household.id", max_length=36)
    division: str = Field(sa_column=Column(ordered(12), nullable=False))
    name: str = Field(sa_column=Column(ordered(64), nullable=False))
    given: str = Field("", sa_column=Column(ordered(64), nullable=False, server_default=""))
    pinyin: str = Field("", sa_column=Column(ordered(160), nullable=False))
    initials: str = Field("", sa_column=Column(ordered(64), nullable=False))
    id_number: str | None = Field(None, sa_column=Column(Sealed("person.id_number")))
    id_index: str | None = Field(None, max_length=64)
    id_last4: str | None = Field(None, sa_column=Column(ordered(4)))
    id_warning: str | None = Field(None, max_length=32)
    sex: int = 0
    born_on: date | None = None
    relation: str | None = Field(None, max_length=16)
    is_head: bool = False
    phone: str | None = Field(None, sa_column=Column(Sealed("person.phone")))
    phone_index: str | None = Field(None, max_length=64, index=True)
    bank_account: str | None = Field(None, sa_column=Column(Sealed("person.bank_account")))
    registered_here: bool | None = None
    health: str | None = Field(None, max_length=32)
    living: str | None = Field(None, max_length=32)
    died_on: date | None = None
    works_away: str | None = Field(None, max_length=120)
    ledger: dict = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    extra: dict = Field(default_factory=dict, sa_column=Column(SealedJson("person.extra"), nullable=False))
    import_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    removed_at: datetime | None = Field(None, sa_column=Column(Moment))
    version: int = 1


class PersonTag(SQLModel, table=True):
    """A programme or need that marks a person for a time (独居老人, 留守儿童, 低保 …). Codes: `app/households/tags.py`.

    `division` and `household_id` repeat the person's, so that a list of homes by tag needs one index.
    """

    __tablename__ = "person_tag"
    __table_args__ = (
        Index("person_tag_open", "person_id", "tag", "from_on", unique=True),
        Index("person_tag_home", "tag", "division", "household_id", "from_on", "to_on"),
    )
    id: str = Field(primary_key=True, max_length=36)
    person_id: str = Field(foreign_key="person.id", max_length=36)
    tag: str = Field(max_length=32, index=True)
    household_id: str = Field("", max_length=36, sa_column_kwargs={"server_default": ""})
    division: str = Field("", sa_column=Column(ordered(12), nullable=False, server_default=""))
    from_on: date
    to_on: date | None = None
    source: str | None = Field(None, max_length=64)


class Relation(SQLModel, table=True):
    """What one person is to another (GB/T 4761 gist: child_of, spouse_of, guardian_of, carer_of …)."""

    __tablename__ = "relation"
    __table_args__ = (Index("relation_pair", "person_id", "other_id", "kind", unique=True),)
    id: str = Field(primary_key=True, max_length=36)
    person_id: str = Field(foreign_key="person.id", max_length=36)
    other_id: str = Field(foreign_key="person.id", max_length=36, index=True)
    kind: str = Field(max_length=24)


class Contact(SQLModel, table=True):
    """Someone to call for a person: `kind` emergency (supporter), village (neighbour), carer.

    `rank` is the place in the chain of one kind, from 1: who is called next. `supports`: owes support (赡养人).
    `result`: what came of the last call (reached, not_reached, wrong_number); `expires_on`: when it must be confirmed
    again.
    """

    __tablename__ = "contact"
    __table_args__ = (Index("contact_person", "person_id", "kind"),)
    id: str = Field(primary_key=True, max_length=36)
    person_id: str = Field(foreign_key="person.id", max_length=36)
    kind: str = Field(max_length=16)
    name: str = Field(max_length=64)
    relation: str | None = Field(None, max_length=24)
    phone: str | None = Field(None, sa_column=Column(Sealed("contact.phone")))
    place: str | None = Field(None, max_length=64)
    rank: int = Field(1, sa_column_kwargs={"server_default": "1"})
    supports: bool | None = None
    result: str | None = Field(None, max_length=16)
    expires_on: date | None = None
    confirmed_on: date | None = None
    confirmed_by: str | None = Field(None, max_length=36)
    source_visit_id: str | None = Field(None, max_length=36)
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1
