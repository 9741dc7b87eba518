"""Petitions, public notices, and the accounts that can be handed one or complained about."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, false, func, literal, or_, select
from sqlmodel import Session

from app.accounts.queries import below, in_scope
from app.accounts.schemas import Actor
from app.among import holds
from app.casework.rules import ACCUSATION, Colleague
from models.accounts import User, UserArea
from models.casework import Petition, PublicNotice

OFFICERS = ("town_clerk", "town_approver", "section")
"""Who works on petitions."""


def _visible(actor: Actor, on: date) -> list[Any]:
    """Petitions of the area; an accusation only for who wrote it down and who works on it."""
    mine = or_(Petition.assignee == actor.id, Petition.author_id == actor.id)  # type: ignore[arg-type]
    told = ~holds(Petition.kept_from, actor.id)
    return [in_scope(actor, on, Petition.division), or_(Petition.category != ACCUSATION, mine), told]  # type: ignore[arg-type]


def wanted(
    actor: Actor, on: date, *, which: str = "all", area: str = "", category: str = "", sources: Sequence[str] = ()
) -> Select[Any]:
    """Petitions that the actor may read.

    Args:
        which: of `rules.WHICH`.
    """
    query = select(Petition).where(*_visible(actor, on))
    if which != "all":
        done = Petition.done_on.is_not(None)  # type: ignore[union-attr]
        query = query.where(done if which == "done" else ~done)
    if area:
        query = query.where(below(Petition.division, area))
    if category:
        query = query.where(Petition.category == category)
    if sources:
        query = query.where(Petition.source.in_(sources))  # type: ignore[attr-defined]
    return query


def page(session: Session, query: Select[Any], limit: int, offset: int = 0) -> list[Petition]:
    """Some of them: what is not done first, and of that whoever has waited longest."""
    order = (Petition.done_on.is_not(None), Petition.done_on.desc(), Petition.received_on, Petition.id)  # type: ignore[union-attr]
    return list(session.scalars(query.order_by(*order).limit(limit).offset(offset)))


def count(session: Session, query: Select[Any], most: int | None = None) -> int:
    """How many petitions or notices there are, no more than `most`."""
    found = query.with_only_columns(literal(1), maintain_column_froms=True).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def petition(
    session: Session, actor: Actor, petition_id: str, on: date, *, lock: bool = False
) -> Petition | None:
    """One petition that the actor may read.

    Args:
        lock: to change it; whoever comes at the same moment waits, and then sees the version that came of it.
    """
    query = wanted(actor, on).where(Petition.id == petition_id)
    return session.scalars(query.with_for_update() if lock else query).first()


def notices(actor: Actor, on: date, area: str = "") -> Select[Any]:
    """The public notices of the area, or of one place in it."""
    query = select(PublicNotice).where(in_scope(actor, on, PublicNotice.division))
    return query.where(below(PublicNotice.division, area)) if area else query


def notice(session: Session, actor: Actor, notice_id: str, on: date) -> PublicNotice | None:
    """One public notice of the area, to change it; whoever comes at the same moment waits."""
    return session.scalars(notices(actor, on).where(PublicNotice.id == notice_id).with_for_update()).first()


def notice_page(session: Session, query: Select[Any], limit: int, offset: int = 0) -> list[PublicNotice]:
    """Some of them, the newest first."""
    ordered = query.order_by(PublicNotice.from_on.desc(), PublicNotice.id.desc())  # type: ignore[attr-defined]
    return list(session.scalars(ordered.limit(limit).offset(offset)))


def accounts(session: Session, divisions: Sequence[str]) -> dict[str, tuple[str, Colleague]]:
    """Accounts that work in one of these divisions, above or below it: (name, unit), by id."""
    counties = [below(UserArea.division, county) for county in sorted({one[:6] for one in divisions})]
    rows = session.execute(
        select(User.id, User.name, User.role, User.programmes, UserArea.division)  # type: ignore[call-overload]
        .join(UserArea, UserArea.user_id == User.id)
        .where(User.disabled_at.is_(None), or_(false(), *counties))  # type: ignore[union-attr]
        .order_by(User.name, User.id)
    ).all()
    areas: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        areas[row[0]].add(row[4])
    return {
        row[0]: (row[1], Colleague(row[0], row[2], frozenset(areas[row[0]]), frozenset(row[3] or ())))
        for row in rows
        if any(area.startswith(one) or one.startswith(area) for area in areas[row[0]] for one in divisions)
    }  # fmt: skip
