"""Signing in and out, sessions, passwords, accounts and their areas, pairing of officials with households."""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import ceil

from argon2 import PasswordHasher
from sqlalchemy import delete, update
from sqlmodel import Session

from app import limits
from app.accounts import factor_service, password_service, queries, recent
from app.accounts.recent import token_hash
from app.accounts.rules import (
    BARRED,
    LockRule,
    Role,
    area_problem,
    lock_after_failure,
    lock_holds,
    password_expired,
    password_problem,
    whole_minute,
)
from app.accounts.schemas import AccountInput, Actor, SignInInput
from app.audit.service import record
from app.config import settings
from app.db import SHANGHAI, new_id, reading, transaction, utcnow
from app.errors import (
    AppError,
    BadInput,
    Conflict,
    Detail,
    Locked,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooMany,
    Unavailable,
)
from app.settings import service as parameters
from models.accounts import Device, LoginSession, User, UserArea

SEEN_EVERY = timedelta(minutes=1)
CHANGES_PER_MINUTE = 5
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
    return password_service.right(_hasher, password_hash, password)


def make_actor(
    session: Session,
    user: User,
    *,
    device_id: str | None = None,
    name: str | None = None,
    barred: str = "",
    awaits_factor: bool = False,
) -> Actor:
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
        barred=barred,
        must_set_factor=awaits_factor,
        token_hash=name,
    )


def _locked(until: datetime, now: datetime) -> Locked:
    local = whole_minute(until).astimezone(SHANGHAI)
    day = "" if local.date() == now.astimezone(SHANGHAI).date() else f"{local.month} 月 {local.day} 日 "
    seconds = max(1, ceil((until - now).total_seconds()))
    return Locked(f"密码错了多次，账号锁到 {day}{local:%H:%M}。到时再试，或找县管理员。", retry_after=seconds)


def _wrong(left: int, what: str = "用户名或密码") -> NotSignedIn:
    code = "wrong_password" if what == "用户名或密码" else "wrong_code"
    return NotSignedIn(f"{what}不对，还能试 {left} 次。", code=code)


def _refuse_stranger(session: Session, now: datetime, data: SignInInput) -> AppError:
    """Counted and locked like an account, or the answers would tell which names exist."""
    # Whoever writes the password into the wrong field must not find it in the log.
    record(session, None, "session.refused", "account", f"{data.username[:2]}…", reason="unknown")
    failures, until = password_service.stranger_failed(session, data.username, now)
    left = password_service.lock_rule(session, now).failures - failures
    return _wrong(left) if until is None else _locked(until, now)


def _refuse(session: Session, user: User, now: datetime, data: SignInInput, what: str = "用户名或密码") -> AppError:
    rule = password_service.lock_rule(session, now)
    limits.spend(_device_key(user, data), rule.failures, _minutes(rule))
    user.failures, user.lock_level, until = lock_after_failure(user.failures, user.lock_level, now, rule)
    record(session, None, "session.refused", "account", user.id, after={"failures": user.failures})
    if until is None:
        return _wrong(rule.failures - user.failures, what)
    user.locked_until = until
    record(session, None, "account.locked", "account", user.id, after={"until": until.isoformat()})
    return _locked(until, now)


def _minutes(rule: LockRule) -> int:
    return int(rule.first.total_seconds() // 60)


def _device_key(user: User, data: SignInInput) -> str:
    return f"device:{user.id}:{data.device.id}"


def _own_phone(session: Session, user: User, data: SignInInput, now: datetime) -> bool:
    """A phone on which this account has signed in before, with tries of its own left.

    A stranger who knows a user name can lock the account again and again, but not its owner's phone: the phone's id is
    known to nobody else.
    """
    known = session.get(Device, (user.id, str(data.device.id))) is not None
    rule = password_service.lock_rule(session, now)
    return known and limits.left(_device_key(user, data), rule.failures, _minutes(rule)) > 0


def knows_device(data: SignInInput) -> bool:
    """Whether this account has signed in on this device before."""
    with reading() as session:
        user = queries.user_by_name(session, data.username)
        return user is not None and session.get(Device, (user.id, str(data.device.id))) is not None


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
    until = user.locked_until if user else password_service.stranger_locked(session, data.username, now)
    locked = until is not None and lock_holds(until, now, password_service.lock_rule(session, now))
    if until is not None and locked and not (user and _own_phone(session, user, data, now)):
        return _locked(until, now)
    password_hash = user.password_hash if user else _nobody()
    if proof is None or proof.password_hash != password_hash:
        proof = Proof(password_hash, _right(password_hash, data.password))
    if user is None:
        return _refuse_stranger(session, now, data)
    if not proof.right:
        return _refuse(session, user, now, data)
    if user.disabled_at is not None:
        record(session, None, "session.refused", "account", user.id, reason="disabled")
        return NotSignedIn("这个账号已停用，请找县管理员。", code="disabled")
    asked = factor_service.asked_of(session, user, now)
    factor = factor_service.confirmed(session, user.id) if asked else None
    if factor is not None and not data.code:
        return NotSignedIn("再写一下验证器上的 6 位数字。", code="second_factor")
    if factor is not None and data.code and not factor_service.take(session, factor, data.code, now):
        return _refuse(session, user, now, data, "验证码")
    _begin_anew(session, user, now)
    return _begin_session(session, user, data, now, awaits_factor=asked and factor is None)


def _begin_anew(session: Session, user: User, now: datetime) -> None:
    """A right password: the failures are forgotten; one that is too old has to be changed now."""
    rule = password_service.password_rule(session, now)
    if password_expired(user.password_changed_at or user.created_at, now, rule):
        user.must_change_password = True
    user.failures, user.lock_level, user.locked_until = 0, 0, None


def _begin_session(
    session: Session, user: User, data: SignInInput, now: datetime, *, awaits_factor: bool
) -> SignedIn | AppError:
    device_id = str(data.device.id)
    device = session.get(Device, (user.id, device_id))
    if device is not None and device.revoked_at is not None:
        record(session, None, "session.refused", "account", user.id, reason="device_revoked")
        return NotAllowed(BARRED["device_revoked"], code="device_revoked")
    _remember_device(session, user, device_id, data.device.name, now)
    token = secrets.token_urlsafe(32)
    actor = make_actor(session, user, device_id=device_id, name=token_hash(token), awaits_factor=awaits_factor)
    session.add(
        LoginSession(
            token_hash=token_hash(token),
            user_id=user.id,
            device_id=device_id,
            field=actor.in_field,
            created_at=now,
            seen_at=now,
            awaits_factor=awaits_factor,
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


def _barred(session: Session, row: LoginSession, device: Device | None, now: datetime) -> str:
    """Why a session's device is not served: it was revoked, or the county wants phones enrolled and it is not."""
    if device is not None and device.revoked_at is not None:
        return "device_revoked"
    if not row.field or (device is not None and device.enrolled_at is not None):
        return ""
    on = now.astimezone(SHANGHAI).date()
    return "device_not_enrolled" if parameters.value(session, "device_enrolment", on) == "code" else ""


def authenticate(token: str | None, now: datetime | None = None) -> Actor | None:
    """Who stands behind a session token now; see `authenticate_hash`."""
    return authenticate_hash(token_hash(token), now) if token else None


def authenticate_hash(name: str, now: datetime | None = None) -> Actor | None:
    """Who stands behind the hash of a session token now, or None: unknown, ended, timed out, or account disabled.

    Without `now`, who was asked for in the last seconds is remembered (`recent`): in this process nobody past a change
    of the account, in other processes for at most `recent.KEPT` seconds.
    """
    if now is None and (known := recent.recall_hash(name)) is not None:
        return known
    keep, asked, now = now is None, recent.moment(), now or utcnow()
    with reading() as session:
        found = queries.open_session(session, name)
        if found is None:
            return None
        row, user, device = found
        if user.disabled_at is not None or _expired(row, now):
            return None
        barred = _barred(session, row, device, now)
        actor = make_actor(session, user, device_id=row.device_id, name=name, barred=barred,
                           awaits_factor=row.awaits_factor)  # fmt: skip
    if keep and not _expired(row, now + timedelta(seconds=recent.KEPT)):
        recent.remember(name, actor, asked)
    if abs(now - row.seen_at) > SEEN_EVERY:
        _note_seen(row, now)
    return actor


def _note_seen(row: LoginSession, now: datetime) -> None:
    """Note that a session is in use. One that a clock ahead of time began begins now: its time-outs hold again.

    A database that takes no writes at the moment ends no session and stops nobody from reading.
    """
    values = {"seen_at": now, "created_at": min(row.created_at, now)}
    with suppress(Unavailable), transaction() as session:
        session.execute(update(LoginSession).where(LoginSession.token_hash == row.token_hash).values(**values))  # type: ignore[arg-type]


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


def used_before(actor: Actor, password: str) -> bool:
    """Whether this was one of the actor's last passwords; asked before `change_password`, outside of its work."""
    return password_service.used_before(_hasher, actor.id, password, utcnow())


def change_password(session: Session, actor: Actor, old: str, new: str, now: datetime, *, reused: bool = False) -> None:
    """Change one's own password; other sessions end.

    Args:
        reused: what `used_before` found out about the new one.

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
    rule = password_service.password_rule(session, now)
    problem = password_problem(new, username=user.username, phone=user.phone, rule=rule)
    if problem is None and old == new:
        problem = "新密码要和原来的不一样。"
    if problem is None and reused:
        problem = f"最近 {rule.history} 个用过的密码不要再用，换一个新的。"
    if problem:
        raise BadInput(problem, details=[Detail("new", "weak_password", problem)])
    password_service.put_away(user, rule.history)
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
        "programmes": user.programmes,
    }
    user.name, user.role, user.phone = data.name, data.role.value, data.phone or user.phone
    user.flags, user.programmes, user.version = data.flags, data.programmes, user.version + 1
    _set_areas(session, user_id, data.divisions)
    after = {"name": user.name, "role": user.role, "divisions": sorted(set(data.divisions)), "flags": user.flags,
             "programmes": user.programmes}  # fmt: skip
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


def areas(session: Session, actor: Actor, now: datetime) -> list[dict[str, str]]:
    """The actor's areas today, as the contract shows them."""
    return queries.areas_of(session, actor, now.astimezone(SHANGHAI).date())
