"""手机 as the office sees them: who carries which, what still waits on it; codes to enrol one; revoking.

For the administrator, and for a township's clerk within the accounts of the own area. When somebody last signed in is
not shown and not counted (domain §6.0); when a phone was last heard of is, since work may be waiting on it.
"""

import base64
import io
from datetime import date, datetime, timedelta
from typing import Any

import segno
from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlmodel import Session

from app.accounts.queries import below
from app.accounts.rules import Permission, Role
from app.accounts.schemas import Actor
from app.audit.rules import short
from app.audit.service import record
from app.config import settings as chosen
from app.db import SHANGHAI, utcnow
from app.devices import rules
from app.devices.schemas import CodeView, DevicePage, DeviceView
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.limits import PAGE
from app.settings import service as settings
from models.accounts import Device, Pairing, User, UserArea
from models.devices import DeviceCode
from models.households import Household

HOW = {"code": "登记码", "login": "登录"}
MODES = {"login": "登录就登记", "code": "要登记码"}


def _allowed(actor: Actor) -> None:
    if not actor.may(Permission.DEVICES):
        raise NotAllowed()


def mine(actor: Actor, on: date) -> ColumnElement[bool]:
    """The accounts whose phones an actor looks after: all, or those who work in the own area."""
    if actor.role is Role.ADMIN:
        return true()
    if not actor.divisions:
        return User.id == ""  # type: ignore[return-value]
    areas = or_(*(below(UserArea.division, code) for code in actor.divisions))
    homes = or_(*(below(Household.division, code) for code in actor.divisions))
    current = and_(Pairing.from_on <= on, or_(Pairing.to_on.is_(None), Pairing.to_on >= on))  # type: ignore[union-attr, arg-type]
    return or_(
        exists().where(UserArea.user_id == User.id, areas),  # type: ignore[arg-type]
        exists().where(Pairing.user_id == User.id, current, Household.id == Pairing.household_id, homes),  # type: ignore[arg-type]
    )


def account_of(session: Session, actor: Actor, **named: str) -> User:
    """The account of this id or user name, if the actor looks after its phones.

    Raises:
        NotFound: none, or somebody else's.
    """
    query = select(User).where(mine(actor, utcnow().astimezone(SHANGHAI).date()))
    for column, value in named.items():
        query = query.where(getattr(User, column) == value)
    user = session.scalars(query).first()
    if user is None:
        raise NotFound("没有这个账号，或不归你管。")
    return user


def list_devices(session: Session, actor: Actor, *, text: str = "", offset: int = 0) -> DevicePage:
    """A page of phones, those with work still waiting first; `text` is the beginning of a name or user name."""
    _allowed(actor)
    on = utcnow().astimezone(SHANGHAI).date()
    query = select(Device, User).join(User, User.id == Device.user_id).where(mine(actor, on))  # type: ignore[arg-type]
    if text.strip():
        begins = text.strip()
        query = query.where(or_(User.name.startswith(begins, autoescape=True),  # type: ignore[attr-defined]
                                User.username.startswith(begins, autoescape=True)))  # type: ignore[attr-defined]  # fmt: skip
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(func.coalesce(Device.waiting, 0).desc(), Device.seen_at.desc(), Device.id)  # type: ignore[attr-defined]
    rows = session.execute(ordered.limit(PAGE).offset(offset)).all()
    return DevicePage([_view(device, user) for device, user in rows], total)


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if moment else ""


def _view(device: Device, user: User) -> DeviceView:
    storage = {True: "不会被清理", False: "可能被手机清理", None: "不知道"}[device.persistent]
    waiting = "不知道" if device.waiting is None else f"{device.waiting} 条" if device.waiting else "都传完了"
    return DeviceView(
        user_id=user.id, id=device.id, person=user.name, username=user.username, name=device.name,
        tail=short(device.id), seen=_moment(device.reported_at or device.seen_at), waiting=waiting,
        version=device.version or "不知道", storage=storage, how=HOW.get(device.enrolled_how or "", "还没登记"),
        revoked=_moment(device.revoked_at), reason=device.revoked_reason or "",
    )  # fmt: skip


def make_code(session: Session, actor: Actor, username: str, now: datetime) -> CodeView:
    """Make a one-time code for an account; it is shown now and kept nowhere.

    Raises:
        NotFound: no such account, or somebody else's.
    """
    _allowed(actor)
    user = account_of(session, actor, username=username.strip())
    if user.disabled_at is not None:
        raise Conflict("这个账号已停用。", code="disabled")
    hours = settings.value(session, "device_code_hours", now.astimezone(SHANGHAI).date())
    code, until = rules.make_code(), now + timedelta(hours=hours)
    row = DeviceCode(code_hash=rules.code_hash(code), user_id=user.id, made_by=actor.id, made_at=now, expires_at=until)
    session.add(row)
    record(session, actor, "device.code_made", "account", user.id, after={"until": until.isoformat()})
    link = f"{(chosen().public_url or '').rstrip('/')}/login?enrol={code}"
    return CodeView(code=code, link=link, person=f"{user.name}（{user.username}）", until=_moment(until))


def with_picture(view: CodeView, origin: str) -> CodeView:
    """The same code with its link under this origin and as a picture to scan."""
    link = view.link if view.link.startswith("http") else origin.rstrip("/") + view.link
    out = io.BytesIO()
    segno.make(link, error="m").save(out, kind="svg", scale=6, border=3, dark="#000", light="#fff", xmldecl=False)
    picture = "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()
    return CodeView(code=view.code, link=link, qr=picture, person=view.person, until=view.until)


def _device(session: Session, actor: Actor, user_id: str, device_id: str) -> Device:
    _allowed(actor)
    account_of(session, actor, id=user_id)
    device = session.get(Device, (user_id, device_id))
    if device is None:
        raise NotFound("没有这部手机。")
    return device


def revoke(session: Session, actor: Actor, user_id: str, device_id: str, reason: str, now: datetime) -> None:
    """No answer for this phone from now on but that; it wipes itself. What it has not sent yet may still come, sealed.

    Raises:
        BadInput: no reason is given.
        NotFound: no such phone among those the actor looks after.
    """
    device = _device(session, actor, user_id, device_id)
    why = reason.strip()[:200]
    if not why:
        raise BadInput("写一下为什么停用，比如：手机丢了。")
    if device.revoked_at is not None:
        return
    device.revoked_at, device.revoked_by, device.revoked_reason = now, actor.id, why
    record(
        session, actor, "device.revoked", "device", device_id, after={"account": user_id}, reason=reason.strip()[:200]
    )


def restore(session: Session, actor: Actor, user_id: str, device_id: str) -> None:
    """Take a revocation back: the phone was found. What it has wiped comes down anew at the next sign-in."""
    device = _device(session, actor, user_id, device_id)
    if device.revoked_at is None:
        return
    before: dict[str, Any] = {"revoked": device.revoked_at.isoformat(), "reason": device.revoked_reason}
    device.revoked_at = device.revoked_by = device.revoked_reason = None
    record(session, actor, "device.restored", "device", device_id, before=before, after={"account": user_id})


def enrolment(session: Session, actor: Actor) -> str:
    """How phones are enrolled today: login or code."""
    _allowed(actor)
    return settings.value(session, "device_enrolment", utcnow().astimezone(SHANGHAI).date())


def set_enrolment(session: Session, actor: Actor, mode: str, source: str) -> None:
    """Choose how phones are enrolled from today on; those enrolled already stay so.

    Raises:
        NotAllowed: for the administrator only.
        BadInput: neither login nor code, or no source.
    """
    if not actor.may(Permission.SETTINGS):
        raise NotAllowed()
    if mode not in MODES:
        raise BadInput("请选一个。")
    if not source.strip():
        raise BadInput("写一下依据：哪份文件，或谁定的。")
    on = utcnow().astimezone(SHANGHAI).date()
    settings.set_value(session, actor, "device_enrolment", mode, on, source=source.strip()[:200])
