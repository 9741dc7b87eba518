"""Agreements for a person in need: support by the children, care for the destitute, entrusted care of a child."""

from datetime import date, datetime

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.base import Moment, Sealed, SealedJson


class Agreement(SQLModel, table=True):
    """One agreement. `kind`: support (赡养协议), care (委托照料服务协议), guardianship (委托监护责任确认书).

    `to_on` is the last day; empty with `open_ended` for 长期. Who cares (照料服务人, 受托人) stands in the columns
    `carer_*`, for rules ask about them: `carer_index` is the blind index of the number, `carer_person_id` who that
    is in the register. `bar_1` to `bar_4` are the four statutory declarations (未成年人保护法 第二十二条): True
    says that the bar is present, None that nobody has asked. `parties`: `[{role, name, relation, phone, address,
    signed, record, drawn}]`, `terms` what was agreed, by the fields of the form; `record` is the number of the recorded
    call of one far away, `drawn` the signature that stands for the party on this version, if one was drawn on the
    screen: `{id, by, proxy, relation, why, on, of}`.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        Index("agreement_person", "person_id", "kind"),
        Index("agreement_home", "household_id"),
        Index("agreement_carer", "carer_index"),
    )
    id: str = Field(primary_key=True, max_length=36)
    kind: str = Field(max_length=16)
    person_id: str = Field(foreign_key="person.id", max_length=36)
    household_id: str = Field(foreign_key="household.id", max_length=36)
    division: str = Field(max_length=12)
    number: str | None = Field(None, max_length=40)
    signed_on: date | None = None
    from_on: date | None = None
    to_on: date | None = None
    open_ended: bool = False
    ended_on: date | None = None
    ended_why: str | None = Field(None, max_length=200)
    carer_name: str | None = Field(None, max_length=64)
    carer_relation: str | None = Field(None, max_length=24)
    carer_number: str | None = Field(None, sa_column=Column(Sealed("agreement.carer_number")))
    carer_index: str | None = Field(None, max_length=64)
    carer_person_id: str | None = Field(None, max_length=36)
    carer_phone: str | None = Field(None, sa_column=Column(Sealed("agreement.carer_phone")))
    bar_1: bool | None = None
    bar_2: bool | None = None
    bar_3: bool | None = None
    bar_4: bool | None = None
    parties: list = Field(default_factory=list, sa_column=Column(SealedJson("agreement.parties"), nullable=False))
    terms: dict = Field(default_factory=dict, sa_column=Column(SealedJson("agreement.terms"), nullable=False))
    source_visit_id: str | None = Field(None, max_length=36)
    import_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    removed_at: datetime | None = Field(None, sa_column=Column(Moment))
    version: int = 1


class Inspection(SQLModel, table=True):
    """A look at whether an agreement is kept (履行检查). `result`: good, fair, not_kept."""

    __tablename__ = "agreement_inspection"
    id: str = Field(primary_key=True, max_length=36)
    agreement_id: str = Field(foreign_key="agreement.id", max_length=36, index=True)
    on: date
    result: str = Field(max_length=12)
    problem: str | None = Field(None, max_length=500)
    urged_on: date | None = None
    urged_how: str | None = Field(None, max_length=500)
    author_id: str | None = Field(None, max_length=36)
    visit_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class AgreementVersion(SQLModel, table=True):
    """What an agreement said until it was corrected: its columns, parties and terms, and why it was written anew."""

    __tablename__ = "agreement_version"
    id: str = Field(primary_key=True, max_length=36)
    agreement_id: str = Field(foreign_key="agreement.id", max_length=36, index=True)
    said: dict = Field(default_factory=dict, sa_column=Column(SealedJson("agreement_version.said"), nullable=False))
    why: str = Field("", max_length=200)
    author_id: str | None = Field(None, max_length=36)
    at: datetime = Field(sa_column=Column(Moment, nullable=False))


class AgreementSignature(SQLModel, table=True):
    """A signature drawn on the screen; never changed, never removed, under the chain of evidence.

    `said`: whose it is and whose hand it was, `{role, name, by, proxy, relation, why}`. `picture` is the PNG as it
    came, in base64; `sha256` that of its bytes. `of` is the digest of what the agreement said then.
    """

    __tablename__ = "agreement_signature"
    id: str = Field(primary_key=True, max_length=36)
    agreement_id: str = Field(foreign_key="agreement.id", max_length=36, index=True)
    said: dict = Field(default_factory=dict, sa_column=Column(SealedJson("agreement_signature.said"), nullable=False))
    picture: str = Field(sa_column=Column(Sealed("agreement_signature.picture"), nullable=False))
    sha256: str = Field(max_length=64)
    width: int
    height: int
    of: str = Field(max_length=64)
    on: date
    author_id: str | None = Field(None, max_length=36)
    at: datetime = Field(sa_column=Column(Moment, nullable=False))
