"""Who holds which programme from when to when, and what was paid."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field, SQLModel

from models.base import Moment, Sealed, SealedJson, ordered


class Enrolment(SQLModel, table=True):
    """One person's time in one programme.

    `programme`: dibao, tekun, old_allowance, disability_living, disability_care, orphan, unsupported. Months are
    `YYYY-MM`: `from_month` the first with payment (empty: unknown), `to_month` the first without. `state`: active,
    easing (渐退), stopped. For 低保 one row a member: `counted` says whether this member is (是否保障对象), `band`
    the review class A/B/C, `amount_fen` the household's month, `certificate` ties the members together, `is_holder`
    marks whose certificate it is. For 高龄津贴 `band` is as written (80-89 …).
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        Index("enrolment_term", "person_id", "programme", "from_month", "certificate", unique=True),
        Index("enrolment_programme", "programme", "division", "state"),
        Index("enrolment_home", "household_id"),
        Index("enrolment_certificate", "certificate"),
    )
    id: str = Field(primary_key=True, max_length=36)
    person_id: str = Field(foreign_key="person.id", max_length=36)
    household_id: str = Field(foreign_key="household.id", max_length=36)
    division: str = Field(sa_column=Column(ordered(12), nullable=False))
    programme: str = Field(max_length=24)
    certificate: str = Field("", max_length=40)
    is_holder: bool = False
    counted: bool = True
    state: str = Field("active", max_length=8)
    from_month: str = Field("", max_length=7)
    to_month: str | None = Field(None, max_length=7)
    band: str | None = Field(None, max_length=24)
    amount_fen: int | None = Field(None, sa_column=Column(BigInteger))
    people: int | None = None
    reviewed_on: date | None = None
    stop_reason: str | None = Field(None, max_length=120)
    account: str | None = Field(None, sa_column=Column(Sealed("enrolment.account")))
    details: dict = Field(default_factory=dict, sa_column=Column(SealedJson("enrolment.details"), nullable=False))
    import_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    removed_at: datetime | None = Field(None, sa_column=Column(Moment))
    version: int = 1


class EnrolmentChange(SQLModel, table=True):
    """What an enrolment was until (not with) `month`, when its amount or band was changed by hand as of that month."""

    __tablename__ = "enrolment_change"
    __table_args__ = (
        Index("enrolment_change_of", "enrolment_id", "month"),
        Index("enrolment_change_month", "month"),
    )
    id: str = Field(primary_key=True, max_length=36)
    enrolment_id: str = Field(foreign_key="enrolment.id", max_length=36)
    month: str = Field(max_length=7)
    amount_fen: int | None = Field(None, sa_column=Column(BigInteger))
    band: str | None = Field(None, max_length=24)
    why: str = Field("", max_length=120)
    author_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class Payment(SQLModel, table=True):
    """One payment of one programme for one month or quarter. Three millions of them: short columns, few indexes.

    `programme` as in `enrolment`, and care_fee (照料护理补贴, by quarter). `period` is `2026-10` or `2026Q3`. `ok`:
    the money arrived (成功); a returned one (失败) is kept. `number` tells several of one person and period apart.
    For 低保 the person is the holder of the certificate, `people` the members counted. `division` follows the person
    when they move; `household_id` stays the home to which it was paid.
    """

    __tablename__ = "payment"
    __table_args__ = (
        Index("payment_once", "person_id", "programme", "period", "number", unique=True),
        Index("payment_period", "programme", "period"),
    )
    id: str = Field(primary_key=True, max_length=36)
    person_id: str = Field(max_length=36)
    household_id: str = Field(max_length=36)
    division: str = Field(sa_column=Column(ordered(12), nullable=False))
    programme: str = Field(max_length=24)
    period: str = Field(max_length=7)
    number: int = 0
    amount_fen: int = Field(0, sa_column=Column(BigInteger, nullable=False))
    ok: bool = True
    paid_on: date | None = None
    certificate: str | None = Field(None, max_length=40)
    people: int | None = None
    payee: str | None = Field(None, max_length=64)
    payee_index: str | None = Field(None, max_length=64)
    grade_written: str | None = Field(None, max_length=24)
    import_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1


class PettyEntry(SQLModel, table=True):
    """One line of a township's petty fund (临时救助备用金流水); the balance is what the line says, checked by a
    rule."""

    __tablename__ = "petty_entry"
    __table_args__ = (Index("petty_entry_voucher", "division", "voucher", "number", unique=True),)
    id: str = Field(primary_key=True, max_length=36)
    division: str = Field(max_length=12)
    on: date | None = None
    voucher: str = Field(max_length=40)
    number: int = 0
    position: int = 0
    kind: str | None = Field(None, max_length=24)
    income_fen: int | None = Field(None, sa_column=Column(BigInteger))
    outlay_fen: int | None = Field(None, sa_column=Column(BigInteger))
    balance_fen: int | None = Field(None, sa_column=Column(BigInteger))
    id_index: str | None = Field(None, max_length=64, index=True)
    person_id: str | None = Field(None, max_length=36)
    details: dict = Field(default_factory=dict, sa_column=Column(SealedJson("petty_entry.details"), nullable=False))
    import_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1
