"""Accounts as the administrator sees them: the list, one account with its areas and paired homes.

When somebody last signed in is not shown: nobody is made to log in, and nobody counts how often (domain §6.0).
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlmodel import Session

from app.accounts import factor_service, pairing_service, queries
from app.accounts.rules import ROLE_NAMES, Permission, Role, whole_minute
from app.accounts.schemas import AccountView, Actor
from app.db import SHANGHAI, utcnow
from app.divisions import service as divisions
from app.errors import NotAllowed, NotFound
from app.households.rules import mask_name, mask_phone
from app.limits import PAGE
from models.accounts import Pairing, User, UserArea
from models.households import Household

FLAGS = {"child_officer": "儿童主任", "elder_officer": "养老协理", "child_photos": "可以看孩子的照片",
         "child_supervisor": "儿童督导员（乡镇）", "child_section": "管儿童工作（县股室）"}  # fmt: skip


@dataclass(frozen=True)
class AccountPage:
    """A page of accounts."""

    rows: list[AccountView] = field(default_factory=list)
    total: int = 0
    more: bool = False


@dataclass(frozen=True)
class PairView:
    """A home that an official helps; the administrator sees no more of it than is needed."""

    id: str
    code: str
    name: str
    place: str
    from_on: str
    to_on: str


@dataclass(frozen=True)
class AccountDetail:
    """One account to change."""

    id: str
    username: str
    name: str
    role: str
    role_name: str
    phone: str
    areas: list[str]
    flags: list[str]
    programmes: list[str]
    state: str
    disabled: bool
    locked: bool
    factor: bool
    pairs: list[PairView]


def _allowed(actor: Actor) -> None:
    if not actor.may(Permission.ACCOUNTS):
        raise NotAllowed()


def _state(user: User, now: datetime) -> str:
    if user.disabled_at is not None:
        return "已停用"
    if user.locked_until is not None and user.locked_until > now:
        return f"锁到 {whole_minute(user.locked_until).astimezone(SHANGHAI):%H:%M}"
    return "等改密码" if user.must_change_password and not user.is_demo else "正常"


def list_accounts(session: Session, actor: Actor, *, text: str = "", role: str = "", offset: int = 0) -> AccountPage:
    """A page of accounts by name; `text` is the beginning of a name or user name."""
    _allowed(actor)
    query = select(User)
    if text.strip():
        begins = text.strip()
        query = query.where(or_(User.name.startswith(begins, autoescape=True),  # type: ignore[attr-defined]
                                User.username.startswith(begins, autoescape=True)))  # type: ignore[attr-defined]  # fmt: skip
    if role:
        query = query.where(User.role == role)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    users = list(session.scalars(query.order_by(User.name, User.id).limit(PAGE).offset(offset)))
    keys = [user.id for user in users]
    areas: dict[str, list[str]] = {}
    for area in session.scalars(select(UserArea).where(UserArea.user_id.in_(keys)).order_by(UserArea.division)):  # type: ignore[attr-defined]
        areas.setdefault(area.user_id, []).append(area.division)
    names = divisions.places(session, {code for codes in areas.values() for code in codes})
    now = utcnow()
    rows = [
        AccountView(user.id, user.username, user.name, user.role, ROLE_NAMES[Role(user.role)],
                    "、".join(names[code] for code in areas.get(user.id, [])), _state(user, now), None)
        for user in users
    ]  # fmt: skip
    return AccountPage(rows, total, offset + PAGE < total)


def account(session: Session, actor: Actor, user_id: str) -> AccountDetail:
    """One account.

    Raises:
        NotFound: there is none.
    """
    _allowed(actor)
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("没有这个账号。")
    now = utcnow()
    return AccountDetail(
        id=user.id, username=user.username, name=user.name, role=user.role, role_name=ROLE_NAMES[Role(user.role)],
        phone=mask_phone(user.phone), areas=list(queries.divisions_of(session, user_id)), flags=list(user.flags),
        programmes=list(user.programmes),
        state=_state(user, now), disabled=user.disabled_at is not None,
        locked=user.locked_until is not None and user.locked_until > now,
        factor=factor_service.confirmed(session, user_id) is not None,
        pairs=_pairs(session, user_id),
    )  # fmt: skip


def _pairs(session: Session, user_id: str) -> list[PairView]:
    rows = session.execute(
        select(Pairing, Household)
        .join(Household, Household.id == Pairing.household_id)  # type: ignore[arg-type]
        .where(Pairing.user_id == user_id)
        .order_by(Pairing.to_on.isnot(None), Pairing.from_on.desc())  # type: ignore[union-attr, attr-defined]
        .limit(PAGE)
    ).all()
    places = divisions.places(session, {home.division for _, home in rows})
    return [
        PairView(pair.id, home.code, mask_name(home.name), places[home.division], pair.from_on.isoformat(),
                 pair.to_on.isoformat() if pair.to_on else "")
        for pair, home in rows
    ]  # fmt: skip


def pair_by_code(session: Session, actor: Actor, user_id: str, code: str, from_on: date, to_on: date | None) -> str:
    """Pair an official with the home of this 户编号.

    Raises:
        NotFound: no such home.
    """
    _allowed(actor)
    home = session.scalars(select(Household).where(Household.code == code, Household.removed_at.is_(None))).first()  # type: ignore[union-attr]
    if home is None:
        raise NotFound("名册里没有这个户编号，请核对一下。")
    return pairing_service.pair(session, actor, user_id, home.id, from_on, to_on)


def county_places(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """Every area an account can be given: (code, name)."""
    _allowed(actor)
    found = [(one.code, one.place) for one in divisions.all_of(session)]
    counties = sorted({code[:6] for code, _ in found} - {code for code, _ in found})
    return [*divisions.places(session, counties).items(), *found]
