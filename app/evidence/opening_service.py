"""Looking at a home outside one's area in an emergency: with a reason, for some hours, and the section's head is told.

What may be read is decided where everything is decided, in `app.accounts.queries.in_scope`; nothing may be written.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select, update
from sqlmodel import Session

from app.accounts.queries import in_scope
from app.accounts.rules import ROLE_NAMES, Permission, Role
from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import SHANGHAI, new_id
from app.divisions import service as divisions
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.notices import service as notices
from app.settings import service as settings
from models.accounts import User
from models.evidence import BreakGlass
from models.households import Household

REASONS = ("突发急难", "找不到负责的人", "处理投诉", "核实疑点")
LIST = 50
SHOWN = timedelta(days=30)


@dataclass(frozen=True)
class Opening:
    """One access: who, which home, why, until when."""

    id: str
    who: str
    home: str
    household_id: str
    place: str
    why: str
    at: str
    until: str
    open: bool
    seen: bool


def open_(session: Session, actor: Actor, code: str, reason: str, now: datetime) -> BreakGlass:
    """Open a home by its code.

    Raises:
        NotAllowed: the role does not include it.
        BadInput: no reason, or too short a one.
        NotFound: no such home.
        Conflict: it lies in the own area anyway.
    """
    if not actor.may(Permission.BREAK_GLASS):
        raise NotAllowed()
    why = reason.strip()[:200]
    if len(why) < 2:
        raise BadInput("写一下为什么要看，会告诉县股室。", code="reason_needed")
    home = session.scalars(
        select(Household).where(Household.code == code.strip(), Household.removed_at.is_(None))  # type: ignore[union-attr, arg-type]
    ).first()
    if home is None:
        raise NotFound("没有这个户编号，请核对。")
    on = now.astimezone(SHANGHAI).date()
    mine = select(Household.id).where(  # type: ignore[call-overload]
        Household.id == home.id, in_scope(actor, on, Household.division, Household.id, looking=True)
    )
    if session.scalar(mine) is not None:
        raise Conflict("这一户本来就能看，在农户名册里找。", code="in_area")
    hours = settings.value(session, "break_glass_hours", on, home.division)
    made = BreakGlass(
        id=new_id(), user_id=actor.id, household_id=home.id, division=home.division, reason=why, from_at=now,
        until=now + timedelta(hours=hours),
    )  # fmt: skip
    session.add(made)
    session.flush()
    record(session, actor, "household.opened", "household", home.id, reason=why,
           after={"until": made.until.isoformat()})  # fmt: skip
    notices.enqueue(session, "break_glass", home.division)
    return made


def close(session: Session, actor: Actor, opening_id: str, now: datetime) -> None:
    """End one's own access before its time.

    Raises:
        NotFound: none of one's own that is open.
    """
    row = session.get(BreakGlass, opening_id)
    if row is None or row.user_id != actor.id or row.until <= now:
        raise NotFound("没有开着的这一户。")
    row.until = now
    record(session, actor, "household.closed", "household", row.household_id)


def seen(session: Session, actor: Actor, opening_id: str, now: datetime) -> None:
    """The section's head has read it.

    Raises:
        NotAllowed, NotFound: as they say.
    """
    if not actor.may(Permission.BREAK_GLASS_SEEN):
        raise NotAllowed()
    row = session.scalars(_of_area(actor, now).where(BreakGlass.id == opening_id)).first()
    if row is None:
        raise NotFound()
    changed = session.execute(
        update(BreakGlass).where(BreakGlass.id == row.id, BreakGlass.seen_at.is_(None))  # type: ignore[union-attr, arg-type]
        .values(seen_by=actor.id, seen_at=now)
    )  # fmt: skip
    if changed.rowcount:  # type: ignore[attr-defined]
        record(session, actor, "household.opening_seen", "household", row.household_id)


def _of_area(actor: Actor, now: datetime) -> Select[tuple[BreakGlass]]:
    return select(BreakGlass).where(in_scope(actor, now.astimezone(SHANGHAI).date(), BreakGlass.division))


def mine(session: Session, actor: Actor, now: datetime) -> list[Opening]:
    """One's own accesses of late, the latest first."""
    query = select(BreakGlass).where(BreakGlass.user_id == actor.id, BreakGlass.from_at > now - SHOWN)  # type: ignore[arg-type]
    return _views(session, query, now)


def to_see(session: Session, actor: Actor, now: datetime) -> list[Opening]:
    """What happened in the area of a section's head, the unread first."""
    if not actor.may(Permission.BREAK_GLASS_SEEN):
        return []
    found = _views(session, _of_area(actor, now).where(BreakGlass.from_at > now - SHOWN), now)  # type: ignore[arg-type]
    return sorted(found, key=lambda one: one.seen)


def waiting(session: Session, actor: Actor, now: datetime) -> bool:
    """Whether a section's head has one to read."""
    return any(not one.seen for one in to_see(session, actor, now))


def _views(session: Session, query: Select[tuple[BreakGlass]], now: datetime) -> list[Opening]:
    rows = list(session.scalars(query.order_by(BreakGlass.from_at.desc()).limit(LIST)))  # type: ignore[attr-defined]
    users = {one.id: one for one in session.scalars(select(User).where(User.id.in_({row.user_id for row in rows})))}  # type: ignore[attr-defined]
    ids = {row.household_id for row in rows}
    homes = {one.id: one for one in session.scalars(select(Household).where(Household.id.in_(ids)))}  # type: ignore[attr-defined]
    places = divisions.places(session, {row.division for row in rows})
    return [
        Opening(
            id=row.id, who=f"{users[row.user_id].name}（{ROLE_NAMES[Role(users[row.user_id].role)]}）",
            home=f"{homes[row.household_id].name} {homes[row.household_id].code}", household_id=row.household_id,
            place=places[row.division], why=row.reason, at=_when(row.from_at), until=_when(row.until),
            open=row.until > now, seen=row.seen_at is not None,
        )
        for row in rows
    ]  # fmt: skip


def _when(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
