"""Who may sign in, for which area, on which device, and who helps which household."""

from datetime import date, datetime

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.base import Json, Moment, Sealed, SealedJson


class User(SQLModel, table=True):
    """An account. `flags`: village cadres may also be `child_officer` (儿童主任) or `elder_officer` (养老协理)."""

    __tablename__ = "user"
    id: str = Field(primary_key=True, max_length=36)
    username: str = Field(unique=True, max_length=64)
    password_hash: str
    name: str = Field(max_length=64)
    role: str = Field(max_length=24, index=True)
    phone: str | None = Field(None, sa_column=Column(Sealed("user.phone")))
    flags: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    programmes: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    must_change_password: bool = True
    is_demo: bool = False
    disabled_at: datetime | None = Field(None, sa_column=Column(Moment))
    failures: int = 0
    lock_level: int = 0
    locked_until: datetime | None = Field(None, sa_column=Column(Moment))
    password_changed_at: datetime | None = Field(None, sa_column=Column(Moment))
    old_passwords: list[str] = Field(default_factory=list, sa_column=Column(Json))
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1


class UserArea(SQLModel, table=True):
    """An area an account works in: a division code of 6, 9 or 12 digits, meaning all below it."""

    __tablename__ = "user_area"
    user_id: str = Field(primary_key=True, foreign_key="user.id", max_length=36)
    division: str = Field(primary_key=True, max_length=12)


class Pairing(SQLModel, table=True):
    """结对帮扶: an official helps a household from one day to another (open while `to_on` is empty)."""

    __tablename__ = "pairing"
    __table_args__ = (Index("pairing_user", "user_id", "from_on", "to_on"),)
    id: str = Field(primary_key=True, max_length=36)
    user_id: str = Field(foreign_key="user.id", max_length=36)
    household_id: str = Field(foreign_key="household.id", max_length=36, index=True)
    from_on: date
    to_on: date | None = None


class LoginSession(SQLModel, table=True):
    """A signed-in browser. The cookie holds the token; only its SHA-256 is kept here."""

    __tablename__ = "login_session"
    token_hash: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(foreign_key="user.id", max_length=36, index=True)
    device_id: str | None = Field(None, max_length=36)
    field: bool = False
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    seen_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    ended_at: datetime | None = Field(None, sa_column=Column(Moment))
    awaits_factor: bool = False


class Device(SQLModel, table=True):
    """A phone or computer an account signed in with; the id is made by the device.

    What the phone tells of itself: `waiting` items not sent yet, `version` of the app, whether its storage is
    `persistent`. A revoked device gets no answer but that; `enrolled_how` is `login` or `code`.
    """

    __tablename__ = "device"
    user_id: str = Field(primary_key=True, foreign_key="user.id", max_length=36)
    id: str = Field(primary_key=True, max_length=36)
    name: str = Field(max_length=120)
    first_seen_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    seen_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    head_digest: str | None = Field(None, max_length=64)
    enrolled_at: datetime | None = Field(None, sa_column=Column(Moment))
    enrolled_how: str | None = Field(None, max_length=8)
    revoked_at: datetime | None = Field(None, sa_column=Column(Moment))
    revoked_by: str | None = Field(None, max_length=36)
    revoked_reason: str | None = Field(None, max_length=200)
    reported_at: datetime | None = Field(None, sa_column=Column(Moment))
    waiting: int | None = None
    version: str | None = Field(None, max_length=40)
    persistent: bool | None = None


class SecondFactor(SQLModel, table=True):
    """The second factor of an account (TOTP, RFC 6238): `sealed` = {secret, recovery: codes not used yet}.

    It counts from `confirmed_at` on. `last_step` is the 30-second step of the newest code taken: none is taken twice.
    """

    __tablename__ = "second_factor"
    user_id: str = Field(primary_key=True, foreign_key="user.id", max_length=36)
    sealed: dict = Field(sa_column=Column(SealedJson("second_factor.sealed"), nullable=False))
    last_step: int = 0
    confirmed_at: datetime | None = Field(None, sa_column=Column(Moment))
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class StrangerTry(SQLModel, table=True):
    """Tries under a name that is nobody's, counted as an account's are: the count must not tell them apart."""

    __tablename__ = "stranger_try"
    name_hash: str = Field(primary_key=True, max_length=64)
    failures: int = 0
    lock_level: int = 0
    locked_until: datetime | None = Field(None, sa_column=Column(Moment))
    seen_at: datetime = Field(sa_column=Column(Moment, nullable=False, index=True))
