"""Signing in and out, sessions, passwords, accounts and their areas, pairing of officials with households."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from math import ceil

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select, update
from sqlmodel import Session

from app import limits
from app.accounts import queries, recent
from app.accounts.rules import (
    FAILURES_BEFORE_LOCK,
    FIRST_LOCK,
    Role,
    area_problem,
    lock_after_failure,
    password_problem,
    whole_minute,
)
from app.accounts.schemas import AccountInput, Actor, SignInInput
from app.audit.service import record
from app.config import settings
from app.db import SHANGHAI, new_id, reading, transaction, utcnow
from app.errors import AppError, BadInput, Conflict, Detail, Locked, NotFound, NotSignedIn, TooMany
from models.accounts import Device, LoginSession, Pairing, User, UserArea

SEEN_EVERY = timedelta(minutes=1)
CHANGES_PER_MINUTE = 5
FIRST_LOCK_MINUTES = int(FIRST_LOCK.total_seconds() // 60)
_hasher = PasswordHasher()


@dataclass(frozen=True)
class SignedIn:
    """A new session: `token` goes into the cookie and is kept nowhere else."""

    token: str
    actor: Actor


@lru_cache(maxsize=1)
def _nobody() -> str:
    """A hash to verify against when the user name is unknown, so that both answers take the same time."""
    return _hasher.hash(secrets.token_hex(16))


def _right(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def token_hash(token: str) -> str:
    """What is kept of a session's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_actor(session: Session, user: User, *, device_id: str | None = None, token: str | None = None) -> Actor:
    """The actor behind an account."""
    return Actor(
        id=user.id,
        username=user.username,
        name=user.name,
        role=Role(user.role),
        divisions=queries.divisions_of(session, user.id),
        flags=tuple(user.flags),
        programmes=tuple(user.programmes),
        device_id=device_id,
        must_change_password=user.must_change_password and not user.is_demo,
        token_hash=token_hash(token) if token else None,
    )


def _locked(until: datetime, now: datetime) -> Locked:
    local = whole_minute(until).astimezone(SHANGHAI)
    day = "" if local.date() == now.astimezone(SHANGHAI).date() else f"{local.month} 月 {local.day} 日 "
    seconds = max(1, ceil((until - now).total_seconds()))
    return Locked(f"密码错了多次，账号锁到 {day}{local:%H:%M}。到时再试，或找县管理员。", retry_after=seconds)


def _wrong(left: int) -> NotSignedIn:
    return NotSignedIn(f"用户名或密码不对，还能试 {left} 次。", code="wrong_password")


def _nobody_key(username: str) -> str:
    return f"nobody:{username}"


def _refuse(session: Session, user: User | None, now: datetime, data: SignInInput) -> AppError:
    if user is None:
        record(session, None, "session.refused", "account", data.username[:64], reason="unknown")
        # Counted like an account's, or the count would tell which names exist.
        left = limits.spend(_nobody_key(data.username), FAILURES_BEFORE_LOCK, FIRST_LOCK_MINUTES)
        return _wrong(left) if left else _locked(now + FIRST_LOCK, now)
    limits.spend(_device_key(user, data), FAILURES_BEFORE_LOCK, FIRST_LOCK_MINUTES)
    user.failures, user.lock_level, until = lock_after_failure(user.failures, user.lock_level, now)
    record(session, None, "session.refused", "account", user.id, after={"failures": user.failures})
    if until is None:
        return _wrong(FAILURES_BEFORE_LOCK - user.failures)
    user.locked_until = until
    record(session, None, "account.locked", "account", user.id, after={"until": until.isoformat()})
    return _locked(until, now)


def _device_key(user: User, data: SignInInput) -> str:
    return f"device:{user.id}:{data.device.id}"


def _own_phone(session: Session, user: User, data: SignInInput) -> bool:
    """A phone on which this account has signed in before, with tries of its own left.

    A stranger who knows a user name can lock the account again and again, but not its owner's phone: the phone's id is
    known to nobody else.
    """
    known = session.get(Device, (user.id, str(data.device.id))) is not None
    return known and limits.left(_device_key(user, data), FAILURES_BEFORE_LOCK, FIRST_LOCK_MINUTES) > 0


@dataclass(frozen=True)
class Proof:
    """What a password was compared with, and whether it was right."""

    password_hash: str
    right: bool


def prove(data: SignInInput) -> Proof:
    """Compare a password outside of any unit of work: it takes a tenth of a second, and others want to write."""
    with reading() as session:
        user = queries.user_by_name(session, data.username)
    password_hash = user.password_hash if user else _nobody()
    return Proof(password_hash, _right(password_hash, data.password))


def sign_in(session: Session, data: SignInInput, now: datetime, proof: Proof | None = None) -> SignedIn | AppError:
    """Check user name and password and begin a session.

    Args:
        data: who, with what, on which device.
        now: the moment.
        proof: what `prove` found; made here where it is missing or the password has changed since.

    Returns the error instead of raising it, so that the count of failures is committed with the unit of work.
    """
    user = queries.user_by_name(session, data.username)
    locked = user is not None and user.locked_until is not None and user.locked_until > now
    if user is not None and user.locked_until is not None and locked and not _own_phone(session, user, data):
        return _locked(user.locked_until, now)
    password_hash = user.password_hash if user else _nobody()
    if proof is None or proof.password_hash != password_hash:
        proof = Proof(password_hash, _right(password_hash, data.password))
    if user is None or not proof.right:
        return _refuse(session, user, now, data)
    if user.disabled_at is not None:
        record(session, None, "session.refused", "account", user.id, reason="disabled")
        return NotSignedIn("这个账号已停用，请找县管理员。", code="disabled")
    user.failures, user.lock_level, user.locked_until = 0, 0, None
    device_id = str(data.device.id)
    _remember_device(session, user, device_id, data.device.name, now)
    token = secrets.token_urlsafe(32)
    actor = make_actor(session, user, device_id=device_id, token=token)
    session.add(
        LoginSession(
            token_hash=token_hash(token),
            user_id=user.id,
            device_id=device_id,
            field=actor.in_field,
            created_at=now,
            seen_at=now,
        )
    )
    record(session, actor, "session.began", "account", user.id)
    return SignedIn(token, actor)


def _remember_device(session: Session, user: User, device_id: str, name: str, now: datetime) -> None:
    device = session.get(Device, (user.id, device_id))
    if device is None:
        session.add(Device(user_id=user.id, id=device_id, name=name, first_seen_at=now, seen_at=now))
        return
    device.seen_at = now
    device.name = name or device.name


def _expired(row: LoginSession, now: datetime) -> bool:
    chosen = settings()
    idle = timedelta(hours=chosen.field_idle_hours) if row.field else timedelta(minutes=chosen.session_idle_minutes)
    whole = timedelta(days=chosen.field_session_days) if row.field else timedelta(hours=chosen.session_hours)
    return now - row.seen_at > idle or now - row.created_at > whole


def authenticate(token: str | None, now: datetime | None = None) -> Actor | None:
    """Who stands behind a session token now, or None: unknown, ended, timed out, or the account is disabled.

    Without `now`, who was asked for in the last seconds is remembered (`recent`): in this process nobody past a change
    of the account, in other processes for at most `recent.KEPT` seconds.
    """
    if not token:
        return None
    if now is None and (known := recent.recall(token)) is not None:
        return known
    keep, asked, now = now is None, recent.moment(), now or utcnow()
    with reading() as session:
        found = queries.open_session(session, token_hash(token))
        if found is None:
            return None
        row, user = found
        if user.disabled_at is not None or _expired(row, now):
            return None
        actor = make_actor(session, user, device_id=row.device_id, token=token)
    if keep and not _expired(row, now + timedelta(seconds=recent.KEPT)):
        recent.remember(token, actor, asked)
    if now - row.seen_at > SEEN_EVERY:
        with transaction() as session:
            session.execute(update(LoginSession).where(LoginSession.token_hash == row.token_hash).values(seen_at=now))  # type: ignore[arg-type]
    return actor


def sign_out(session: Session, actor: Actor, now: datetime) -> None:
    """End the actor's own session."""
    recent.forget_at_commit(session)
    session.execute(
        update(LoginSession).where(LoginSession.token_hash == actor.token_hash).values(ended_at=now)  # type: ignore[arg-type]
    )
    record(session, actor, "session.ended", "account", actor.id)


def end_sessions(session: Session, user_id: str, now: datetime, *, keep: str | None = None) -> None:
    """End all open sessions of an account but one."""
    recent.forget_at_commit(session)
    session.execute(
        update(LoginSession)
        .where(
            LoginSession.user_id == user_id, LoginSession.ended_at.is_(None), LoginSession.token_hash != (keep or "")
        )  # type: ignore[union-attr, arg-type]
        .values(ended_at=now)
    )


def change_password(session: Session, actor: Actor, old: str, new: str, now: datetime) -> None:
    """Change one's own password; other sessions end.

    Raises:
        BadInput: the old one is wrong, or the new one will not do.
        TooMany: whoever holds somebody else's phone does not try one old password after the other.
    """
    wait = limits.allowed(f"password:{actor.id}", CHANGES_PER_MINUTE)
    if wait:
        raise TooMany(f"试得太快了，请等 {wait} 秒再试。", retry_after=wait)
    user = _user(session, actor.id)
    if not _right(user.password_hash, old):
        raise BadInput("原来的密码不对。", details=[Detail("old", "wrong_password", "原来的密码不对。")])
    problem = password_problem(new, username=user.username, phone=user.phone)
    if problem is None and old == new:
        problem = "新密码要和原来的不一样。"
    if problem:
        raise BadInput(problem, details=[Detail("new", "weak_password", problem)])
    user.password_hash = _hasher.hash(new)
    user.password_changed_at = now
    user.must_change_password = False
    end_sessions(session, user.id, now, keep=actor.token_hash)
    record(session, actor, "account.password_changed", "account", user.id)


def _user(session: Session, user_id: str) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("没有这个账号。")
    return user


def make_password() -> str:
    """A first password that is easy to read out: four groups, no letters that look alike."""
    letters = "abcdefghjkmnpqrstuvwxyz"
    groups = ["".join(secrets.choice(letters) for _ in range(3)) for _ in range(2)]
    return f"{groups[0].capitalize()}-{groups[1]}-{secrets.randbelow(9000) + 1000}"


def create_account(
    session: Session,
    actor: Actor | None,
    data: AccountInput,
    now: datetime,
    *,
    password: str | None = None,
    is_demo: bool = False,
) -> tuple[str, str]:
    """Create an account.

    Args:
        actor: the administrator, or None for an operator at the machine.
        password: its first password; made at random when None.
        is_demo: demo accounts need not change their first password.

    Returns:
        (account id, first password): shown once, kept nowhere.

    Raises:
        Conflict: the user name is taken.
        BadInput: `area_missing`, this role needs a place to work in.
    """
    _require_area(data)
    if queries.user_by_name(session, data.username):
        raise Conflict("这个用户名已经有人用了，换一个。", code="username_taken")
    first = password or make_password()
    user = User(
        id=new_id(),
        username=data.username,
        password_hash=_hasher.hash(first),
        name=data.name,
        role=data.role.value,
        phone=data.phone,
        flags=data.flags,
        programmes=data.programmes,
        must_change_password=not is_demo,
        is_demo=is_demo,
        created_at=now,
    )
    session.add(user)
    session.flush()
    _set_areas(session, user.id, data.divisions)
    record(
        session,
        actor,
        "account.created",
        "account",
        user.id,
        after={"username": data.username, "role": data.role.value, "divisions": data.divisions},
    )
    return user.id, first


def _set_areas(session: Session, user_id: str, divisions: Sequence[str]) -> None:
    recent.forget_at_commit(session)
    session.execute(delete(UserArea).where(UserArea.user_id == user_id))  # type: ignore[arg-type]
    session.add_all(UserArea(user_id=user_id, division=code) for code in sorted(set(divisions)))
    session.flush()


def _require_area(data: AccountInput) -> None:
    if problem := area_problem(data.role, data.divisions):
        raise BadInput(problem, code="area_missing", details=[Detail("divisions", "area_missing", problem)])


def change_account(session: Session, actor: Actor | None, user_id: str, data: AccountInput) -> None:
    """Change name, role, areas, flags and phone of an account; the user name stays.

    Raises:
        BadInput: `area_missing`, this role needs a place to work in.
    """
    _require_area(data)
    user = _user(session, user_id)
    before = {
        "name": user.name,
        "role": user.role,
        "divisions": list(queries.divisions_of(session, user_id)),
        "flags": user.flags,
    }
    user.name, user.role, user.phone = data.name, data.role.value, data.phone or user.phone
    user.flags, user.programmes, user.version = data.flags, data.programmes, user.version + 1
    _set_areas(session, user_id, data.divisions)
    after = {"name": user.name, "role": user.role, "divisions": sorted(set(data.divisions)), "flags": user.flags}
    record(session, actor, "account.changed", "account", user_id, before=before, after=after)


def reset_password(session: Session, actor: Actor | None, user_id: str, now: datetime) -> str:
    """Give an account a new first password, unlock it and end its sessions; returns the password, shown once."""
    user = _user(session, user_id)
    first = make_password()
    user.password_hash, user.must_change_password = _hasher.hash(first), True
    user.failures, user.lock_level, user.locked_until = 0, 0, None
    end_sessions(session, user_id, now)
    record(session, actor, "account.password_reset", "account", user_id)
    return first


def unlock(session: Session, actor: Actor | None, user_id: str) -> None:
    """Lift the lock of an account."""
    user = _user(session, user_id)
    user.failures, user.lock_level, user.locked_until = 0, 0, None
    record(session, actor, "account.unlocked", "account", user_id)


def set_disabled(session: Session, actor: Actor | None, user_id: str, disabled: bool, now: datetime) -> None:
    """Disable an account (its sessions end, its work stays) or enable it again."""
    user = _user(session, user_id)
    user.disabled_at = now if disabled else None
    if disabled:
        end_sessions(session, user_id, now)
    record(session, actor, "account.disabled" if disabled else "account.enabled", "account", user_id)


def pair(
    session: Session, actor: Actor | None, user_id: str, household_id: str, from_on: date, to_on: date | None = None
) -> str:
    """结对: from a day on an official helps a household; returns the pairing's id.

    Raises:
        Conflict: they are paired already.
        BadInput: the end lies before the beginning.
    """
    if to_on is not None and to_on < from_on:
        raise BadInput("结束日期早于开始日期。", code="dates_reversed")
    _user(session, user_id)
    open_pair = session.scalars(
        select(Pairing).where(Pairing.user_id == user_id, Pairing.household_id == household_id, Pairing.to_on.is_(None))  # type: ignore[union-attr]
    ).first()
    if open_pair is not None:
        raise Conflict("这一户已经结对给他了。", code="already_paired")
    made = Pairing(id=new_id(), user_id=user_id, household_id=household_id, from_on=from_on, to_on=to_on)
    session.add(made)
    record(
        session,
        actor,
        "pairing.began",
        "household",
        household_id,
        after={"user": user_id, "from": from_on.isoformat(), "to": to_on.isoformat() if to_on else None},
    )
    return made.id


def end_pairing(session: Session, actor: Actor | None, pairing_id: str, to_on: date) -> None:
    """结对 ends on a day."""
    row = session.get(Pairing, pairing_id)
    if row is None:
        raise NotFound("没有这条结对。")
    row.to_on = to_on
    record(
        session,
        actor,
        "pairing.ended",
        "household",
        row.household_id,
        before={"user": row.user_id, "to": None},
        after={"to": to_on.isoformat()},
    )


def areas(session: Session, actor: Actor, now: datetime) -> list[dict[str, str]]:
    """The actor's areas today, as the contract shows them."""
    return queries.areas_of(session, actor, now.astimezone(SHANGHAI).date())
