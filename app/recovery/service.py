"""A forgotten password opens no phone. But the phone left its key with the county, sealed: two people may open it.

The one who asks is signed in with a new password, on the phone itself. An administrator approves, another person
confirms; both are written down. Then that phone gets the key, once, and nobody sees it.
"""

from datetime import datetime, timedelta

from sqlmodel import Session

from app.accounts.rules import ROLE_NAMES, Permission, Role
from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import SHANGHAI, new_id
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.keys import from_text, open_sealed
from app.recovery import queries
from app.recovery.schemas import INFO, RecoveryView, WrapInput, aad_of
from app.settings import service as settings
from models.accounts import Device, User
from models.recovery import RecoveryRequest, RecoveryWrap

LOST_ANSWER = timedelta(minutes=10)
"""The answer with the key may be lost on the way: the same phone may ask once more within this time."""


class NoWrap(NotFound):
    """This phone has left no key."""

    def __init__(self) -> None:
        super().__init__("这部手机没有在县里留下恢复用的钥匙，只能从头开始。", code="no_recovery")


def keep_wrap(session: Session, actor: Actor, data: WrapInput, now: datetime) -> None:
    """Keep a phone's sealed key in place of the one before."""
    device_id = _device(actor)
    row = session.get(RecoveryWrap, (actor.id, device_id))
    if row is None:
        session.add(RecoveryWrap(user_id=actor.id, device_id=device_id, at=now, **data.model_dump()))
    else:
        row.kid, row.epk, row.iv, row.ciphertext, row.at = data.kid, data.epk, data.iv, data.ciphertext, now
    record(session, actor, "recovery.kept", "device", device_id)


def _device(actor: Actor) -> str:
    if actor.device_id is None:
        raise BadInput("这次登录没有带上手机的编号，请重新登录。", code="no_device")
    return actor.device_id


def ask(session: Session, actor: Actor, now: datetime) -> str:
    """Ask for the key of this phone; asked again, an open request stays.

    Raises:
        NoWrap: this phone has left none.
    """
    device_id = _device(actor)
    if session.get(RecoveryWrap, (actor.id, device_id)) is None:
        raise NoWrap()
    found = state(session, actor, now)
    if found in {"asked", "approved", "ready"}:
        return found
    session.add(RecoveryRequest(id=new_id(), user_id=actor.id, device_id=device_id, asked_at=now))
    record(session, actor, "recovery.asked", "account", actor.id, after={"device": device_id})
    return "asked"


def state(session: Session, actor: Actor, now: datetime) -> str:
    """How far the request of this phone is: none, asked, approved, ready, refused, taken, late."""
    request = queries.latest(session, actor.id, _device(actor))
    if request is None:
        return "none"
    if request.taken_at is not None:
        return "taken" if now - request.taken_at > LOST_ANSWER else "ready"
    if request.refused_by:
        return "refused"
    if now - request.asked_at > _patience(session, now):
        return "late"
    if request.confirmed_by:
        return "ready"
    return "approved" if request.approved_by else "asked"


def _patience(session: Session, now: datetime) -> timedelta:
    return timedelta(hours=settings.value(session, "recovery_hours", now.astimezone(SHANGHAI).date()))


def take(session: Session, actor: Actor, now: datetime) -> bytes:
    """The key, for the phone that asked, once two have agreed.

    Raises:
        Conflict: `not_ready`, somebody has yet to agree, or it was taken.
    """
    if state(session, actor, now) != "ready":
        raise Conflict("还没有两个人同意，或已经用过了。", code="not_ready")
    device_id = _device(actor)
    request = queries.latest(session, actor.id, device_id)
    wrap = session.get(RecoveryWrap, (actor.id, device_id))
    if wrap is None or request is None:
        raise NoWrap()
    first = request.taken_at is None
    request.taken_at = request.taken_at or now
    if first:
        record(session, actor, "recovery.taken", "account", actor.id, after={"device": device_id})
    sealed = (from_text(one) for one in (wrap.epk, wrap.iv, wrap.ciphertext))
    return open_sealed(wrap.kid, *sealed, INFO, aad_of(actor.id, device_id))


def waiting(session: Session, actor: Actor, now: datetime) -> list[RecoveryView]:
    """The requests that this person may decide about, the oldest first."""
    divisions = None if actor.role == Role.ADMIN else actor.divisions
    if divisions is not None and not divisions:
        return []
    found = queries.waiting(session, now - _patience(session, now), divisions)
    return [_view(session, actor, request, user) for request, user in found if user.id != actor.id]


def _view(session: Session, actor: Actor, request: RecoveryRequest, user: User) -> RecoveryView:
    device = session.get(Device, (user.id, request.device_id))
    approver = session.get(User, request.approved_by) if request.approved_by else None
    return RecoveryView(
        id=request.id,
        name=user.name,
        username=user.username,
        role_name=ROLE_NAMES[Role(user.role)],
        device=f"{device.name if device else ''} {request.device_id[-6:]}".strip(),
        asked=f"{request.asked_at.astimezone(SHANGHAI):%m-%d %H:%M}",
        approved=approver.name if approver else "",
        step=_step(actor, request),
    )


def _step(actor: Actor, request: RecoveryRequest) -> str:
    if request.approved_by is None:
        return "approve" if actor.role == Role.ADMIN else "wait"
    return "wait" if request.approved_by == actor.id else "confirm"


def _open(session: Session, actor: Actor, request_id: str, now: datetime) -> RecoveryRequest:
    if not actor.may(Permission.RECOVERY):
        raise NotAllowed()
    if request_id not in {one.id for one in waiting(session, actor, now)}:
        raise NotFound("没有这条请求，或别人已经办了。")
    request = session.get(RecoveryRequest, request_id, with_for_update=True)
    if request is None or request.confirmed_by or request.refused_by:
        raise NotFound("没有这条请求，或别人已经办了。")
    return request


def agree(session: Session, actor: Actor, request_id: str, now: datetime) -> str:
    """Approve as the first, an administrator; confirm as the second, another person.

    Returns:
        `approved` or `ready`.

    Raises:
        NotFound: no such request, or not for this person.
        NotAllowed: `second_person`, the one who approved cannot confirm; or only an administrator approves.
    """
    request = _open(session, actor, request_id, now)
    step = _step(actor, request)
    if step == "wait":
        raise NotAllowed("要另一个人来确认，自己不能办两步。", code="second_person")
    if step == "approve":
        request.approved_by = actor.id
    else:
        request.confirmed_by = actor.id
    action = "recovery.approved" if step == "approve" else "recovery.confirmed"
    record(session, actor, action, "account", request.user_id, after={"device": request.device_id})
    return "approved" if step == "approve" else "ready"


def refuse(session: Session, actor: Actor, request_id: str, now: datetime) -> None:
    """Say no; the person may ask again."""
    request = _open(session, actor, request_id, now)
    request.refused_by = actor.id
    record(session, actor, "recovery.refused", "account", request.user_id, after={"device": request.device_id})
