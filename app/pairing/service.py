"""结对: officials, who is responsible for which home in time, and the scope of their accounts, which follows."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from app import crypto
from app.accounts import pairing_service as scopes
from app.accounts.queries import user_by_name
from app.accounts.rules import FIELD_ROLES, Permission, Role
from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import new_id, utcnow
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.feed.service import Change, publish
from app.households import register_service as register
from app.households.rules import normal_phone
from app.pairing import queries, rules
from app.pairing.schemas import OfficialIn
from app.visits import task_service
from models.households import Household
from models.pairing import Official, PairedHome


def _may(actor: Actor, permission: Permission) -> None:
    if not actor.may(permission):
        raise NotAllowed()


def home(session: Session, actor: Actor, household_id: str, *, looking: bool = False) -> Household:
    """A home of the actor's scope.

    Raises:
        NotFound: there is none, or it lies elsewhere.
    """
    found = queries.home(session, actor, household_id, register.today(), looking=looking)
    if found is None:
        raise NotFound("没有找到这一户，可能已转到别的村。")
    return found


def get_official(session: Session, official_id: str) -> Official:
    """An official; who they are is no secret of a township.

    Raises:
        NotFound: there is none.
    """
    found = queries.official(session, official_id)
    if found is None:
        raise NotFound("没有这位责任人。")
    return found


def _phone(data: OfficialIn) -> dict[str, Any]:
    if not data.phone:
        return {"phone": None, "phone_index": None}
    plain = normal_phone(data.phone)
    if plain is None:
        raise BadInput("电话没有写对。", code="bad_phone")
    return {"phone": plain, "phone_index": crypto.index(plain, "person.phone")}


def add_official(session: Session, actor: Actor, data: OfficialIn) -> Official:
    """Write down a 帮扶责任人.

    Raises:
        BadInput: the phone is none.
    """
    _may(actor, Permission.PAIRINGS)
    now = utcnow()
    values = data.model_dump(exclude={"phone"}) | _phone(data)
    row = Official(id=new_id(), created_at=now, updated_at=now, **values)
    session.add(row)
    session.flush()
    record(session, actor, "official.added", "official", row.id, after={"name": row.name, "unit": row.unit})
    return row


def change_official(session: Session, actor: Actor, official_id: str, data: OfficialIn) -> Official:
    """What is known of an official changes."""
    _may(actor, Permission.PAIRINGS)
    row = get_official(session, official_id)
    values = data.model_dump(exclude={"phone"}) | _phone(data)
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    if changed:
        for name, value in values.items():
            setattr(row, name, value)
        row.version, row.updated_at = row.version + 1, utcnow()
        session.flush()
        record(session, actor, "official.changed", "official", row.id, after={"fields": changed})
        _tell(session, row)
    return row


def _tell(session: Session, official: Official) -> None:
    """Phones hear anew of the homes of an official."""
    homes = {one.household_id for one in queries.homes_of(session, official.id, register.today())}
    publish(session, [Change("pairing", *where) for where in queries.ids_at(session, homes, PairedHome)])


def link(session: Session, actor: Actor, official_id: str, username: str) -> None:
    """Say which account is an official's (empty: none any more); what it sees follows at once.

    Raises:
        NotFound: no such account.
        BadInput: an account that does not work on the phone, or another official's.
    """
    _may(actor, Permission.PAIRINGS)
    row = get_official(session, official_id)
    user = user_by_name(session, username.strip()) if username.strip() else None
    if username.strip() and user is None:
        raise NotFound("没有这个账号，请县管理员先开。")
    if user is not None and (Role(user.role) not in FIELD_ROLES or user.disabled_at is not None):
        raise BadInput("这个账号不能结对，要用帮扶责任人的账号。", code="wrong_role")
    if user is not None and queries.official_of(session, user.id, row.id) is not None:
        raise BadInput("这个账号已经是别的责任人的。", code="account_taken")
    before, row.user_id = row.user_id, user.id if user else None
    if before == row.user_id:
        return
    row.version, row.updated_at = row.version + 1, utcnow()
    session.flush()
    if before:
        _give_back(session, actor, before, row.id)
    record(session, actor, "official.linked", "official", row.id, before={"user": before}, after={"user": row.user_id})
    follow(session, actor, [row])


def _give_back(session: Session, actor: Actor | None, user_id: str, official_id: str) -> None:
    """An account that is no longer this official's loses the homes it had through it."""
    yesterday = register.today() - timedelta(days=1)
    homes = {one.household_id for one in queries.homes_of(session, official_id)}
    for one in queries.scope_rows(session, user_id):
        if one.household_id in homes and (one.to_on is None or one.to_on > yesterday):
            scopes.end_pairing(session, actor, one.id, yesterday)


def follow(session: Session, actor: Actor | None, officials: Iterable[Official]) -> None:
    """Bring the scope of these officials' accounts to what their pairings say: `pairing` row for `paired_home` row."""
    for official in officials:
        if official.user_id is None:
            continue
        standing = {(one.household_id, one.from_on): one for one in queries.scope_rows(session, official.user_id)}
        for one in queries.homes_of(session, official.id):
            begins = one.from_on or queries.NEVER
            known = standing.get((one.household_id, begins))
            if known is None and one.to_on is None and any(
                home == one.household_id and row.to_on is None for (home, _), row in standing.items()
            ):  # fmt: skip
                continue  # given by hand already
            if known is None:
                scopes.pair(session, actor, official.user_id, one.household_id, begins, one.to_on)
            elif known.to_on != one.to_on and one.to_on is not None:
                scopes.end_pairing(session, actor, known.id, one.to_on)
            elif known.to_on != one.to_on:
                scopes.reopen(session, actor, known.id)


def follow_all(session: Session) -> None:
    """After a list has brought pairings, or was taken back: the accounts of all officials who have one follow."""
    session.flush()
    follow(session, None, queries.linked(session))


def forget(session: Session, paired_ids: Iterable[str]) -> None:
    """Before a list is taken back: the scope that its pairings gave to accounts ends."""
    yesterday = register.today() - timedelta(days=1)
    for key in paired_ids:
        row = session.get(PairedHome, key)
        official = queries.official(session, row.official_id) if row else None
        if row is None or official is None or official.user_id is None:
            continue
        for one in queries.scope_rows(session, official.user_id):
            same = one.household_id == row.household_id and one.from_on == (row.from_on or queries.NEVER)
            if same and (one.to_on is None or one.to_on > yesterday):
                scopes.end_pairing(session, None, one.id, yesterday)


def pair(session: Session, actor: Actor, official_id: str, household_id: str, from_on: date) -> PairedHome:
    """An official is responsible for a home from a day on.

    Raises:
        Conflict: somebody is responsible already; hand over instead.
    """
    _may(actor, Permission.PAIRINGS)
    row, official = home(session, actor, household_id), get_official(session, official_id)
    for term, other in queries.terms(session, [row.id]).get(row.id, []):
        if term.to_on is None or term.to_on >= from_on:
            words = "他已经是这户的责任人。" if other.id == official.id else f"{other.name}还是这户的责任人，请用换人。"
            raise Conflict(words, code="already_paired")
    now = utcnow()
    made = PairedHome(id=new_id(), official_id=official.id, household_id=row.id, division=row.division, from_on=from_on,
                      created_at=now, updated_at=now)  # fmt: skip
    session.add(made)
    session.flush()
    record(session, actor, "paired_home.began", "household", row.id,
           after={"official": official.id, "name": official.name, "from": from_on.isoformat()})  # fmt: skip
    follow(session, actor, [official])
    task_service.follow(session, [Change("pairing", made.id, row.id, row.division)], register.today())
    return made


def end(session: Session, actor: Actor, paired_id: str, to_on: date) -> None:
    """A pairing ends with a day, its last one.

    Raises:
        NotFound: there is none in the actor's scope.
        BadInput: it ends before it begins, or has ended.
    """
    _may(actor, Permission.PAIRINGS)
    row = session.get(PairedHome, paired_id)
    if row is None:
        raise NotFound("没有这条结对。")
    where = home(session, actor, row.household_id)
    if row.from_on and to_on < row.from_on:
        raise BadInput("结束日期早于开始日期。", code="dates_reversed")
    if row.to_on is not None and row.to_on <= to_on:
        raise BadInput("这条结对已经结束了。", code="ended")
    row.to_on, row.version, row.updated_at = to_on, row.version + 1, utcnow()
    session.flush()
    record(session, actor, "paired_home.ended", "household", where.id, before={"official": row.official_id},
           after={"to": to_on.isoformat()})  # fmt: skip
    follow(session, actor, [get_official(session, row.official_id)])
    gone = to_on < register.today()
    task_service.follow(session, [Change("pairing", row.id, where.id, where.division, gone=gone)], register.today())


def hand_over(session: Session, actor: Actor, paired_id: str, official_id: str, on: date) -> PairedHome:
    """Somebody else is responsible from a day on; the one before until the day before, so that no day is empty."""
    _may(actor, Permission.PAIRINGS)
    row = session.get(PairedHome, paired_id)
    if row is None:
        raise NotFound("没有这条结对。")
    if row.official_id == official_id:
        raise BadInput("换人要选另一位责任人。", code="same_official")
    end(session, actor, paired_id, on - timedelta(days=1))
    return pair(session, actor, official_id, row.household_id, on)


def official_leaves(session: Session, actor: Actor, official_id: str, last_on: date) -> list[str]:
    """An official leaves: all pairings of the actor's area end; returns the homes that nobody helps from then on."""
    _may(actor, Permission.PAIRINGS)
    official = get_official(session, official_id)
    left = []
    for row in queries.homes_of(session, official.id, last_on):
        if row.to_on is not None and row.to_on <= last_on:
            continue
        if queries.home(session, actor, row.household_id, register.today()) is None:
            continue
        ends = max(last_on, row.from_on) if row.from_on else last_on
        end(session, actor, row.id, ends)
        left.append(row.household_id)
    after = {"on": last_on.isoformat(), "homes": len(left)}
    record(session, actor, "official.left", "official", official.id, after=after)
    return left


def say_not(session: Session, actor: Actor, household_id: str, said: Mapping[str, bool]) -> None:
    """Write down which of the 四个不摘 are kept for a home, with day and author, where visits would write it too.

    Raises:
        BadInput: another field than these four.
    """
    _may(actor, Permission.PLANS)
    where = home(session, actor, household_id)
    if set(said) - set(rules.NOTS):
        raise BadInput("没有这一项。", code="unknown_field")
    session.refresh(where, with_for_update=True)
    now = utcnow().isoformat(timespec="milliseconds")
    before = {field: (where.ledger.get(field) or {}).get("value") for field in said}
    made = {
        field: {"value": value, "at": now, "by": actor.id, "visit": None, "known": now} for field, value in said.items()
    }
    where.ledger = where.ledger | made
    session.flush()
    record(session, actor, "household.ledger", "household", where.id, before=before, after=dict(said))
    news = [Change("pairing", *one) for one in queries.ids_at(session, [where.id], PairedHome)]
    publish(session, [Change("household", where.id, where.id, where.division), *news])
