"""Who may do what: the one permission table, and the rules for passwords and locks."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum


class Role(StrEnum):
    """The roles of design §1."""

    VILLAGE = "village"
    PAIRED = "paired"
    TOWN_CLERK = "town_clerk"
    TOWN_APPROVER = "town_approver"
    SECTION = "section"
    SUPERVISOR = "supervisor"
    LEADER = "leader"
    ADMIN = "admin"
    AUDITOR = "auditor"


ROLE_NAMES = {
    Role.VILLAGE: "村干部",
    Role.PAIRED: "帮扶责任人",
    Role.TOWN_CLERK: "乡镇经办",
    Role.TOWN_APPROVER: "乡镇审批",
    Role.SECTION: "县股室",
    Role.SUPERVISOR: "督查",
    Role.LEADER: "县领导",
    Role.ADMIN: "县管理员",
    Role.AUDITOR: "审计员",
}
FIELD_ROLES = frozenset({Role.VILLAGE, Role.PAIRED, Role.TOWN_CLERK, Role.TOWN_APPROVER})


class Permission(StrEnum):
    """One act each; every endpoint and every State handler names the one it needs."""

    SYNC = "sync"
    REGISTER_READ = "register.read"
    REGISTER_WRITE = "register.write"
    REGISTER_UNMASK = "register.unmask"
    IMPORT = "import"
    VISITS_READ = "visits.read"
    PHOTO_SEND = "photo.send"
    PHOTO_SEE = "photo.see"
    CHILD_PHOTO_SEE = "photo.child.see"
    REVIEW_READ = "review.read"
    REVIEW_DECIDE = "review.decide"
    UNPLACED = "unplaced"
    CONFLICT_DECIDE = "conflict.decide"
    OVERVIEW = "overview"
    ACCOUNTS = "accounts"
    SETTINGS = "settings"
    FORMS = "forms"
    FEEDBACK_REPLY = "feedback.reply"
    AUDIT_READ = "audit.read"


P = Permission
_FIELD = frozenset({P.SYNC, P.PHOTO_SEND, P.PHOTO_SEE})
_TOWN = _FIELD | {
    P.REGISTER_READ,
    P.REGISTER_WRITE,
    P.REGISTER_UNMASK,
    P.VISITS_READ,
    P.REVIEW_READ,
    P.REVIEW_DECIDE,
    P.UNPLACED,
    P.CONFLICT_DECIDE,
    P.OVERVIEW,
}
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VILLAGE: _FIELD | {P.REGISTER_READ, P.REGISTER_WRITE, P.REGISTER_UNMASK, P.VISITS_READ},
    Role.PAIRED: _FIELD | {P.REGISTER_READ, P.VISITS_READ},
    Role.TOWN_CLERK: _TOWN | {P.IMPORT},
    Role.TOWN_APPROVER: _TOWN,
    Role.SECTION: frozenset(
        {
            P.REGISTER_READ,
            P.REGISTER_UNMASK,
            P.IMPORT,
            P.VISITS_READ,
            P.PHOTO_SEE,
            P.REVIEW_READ,
            P.UNPLACED,
            P.OVERVIEW,
        }
    ),
    Role.SUPERVISOR: frozenset(
        {P.REGISTER_READ, P.VISITS_READ, P.PHOTO_SEE, P.REVIEW_READ, P.REVIEW_DECIDE, P.OVERVIEW}
    ),
    Role.LEADER: frozenset({P.OVERVIEW}),
    Role.ADMIN: frozenset({P.ACCOUNTS, P.SETTINGS, P.FORMS, P.FEEDBACK_REPLY}),
    Role.AUDITOR: frozenset({P.AUDIT_READ}),
}
FLAG_PERMISSIONS = {"child_photos": P.CHILD_PHOTO_SEE}
"""Rights given to single accounts beside their role: seeing children's pictures is one (design §8)."""

FAILURES_BEFORE_LOCK = 5
FIRST_LOCK = timedelta(minutes=15)
LONGEST_LOCK = timedelta(hours=24)
WEAK = frozenset({"password", "12345678", "qwertyui", "ruhutong", "admin123", "abc12345", "woaini12", "88888888"})


def permissions_of(role: Role, flags: Sequence[str]) -> frozenset[Permission]:
    """What an account of this role with these flags may do."""
    return ROLE_PERMISSIONS[role] | {FLAG_PERMISSIONS[flag] for flag in flags if flag in FLAG_PERMISSIONS}


def lock_after_failure(failures: int, lock_level: int, now: datetime) -> tuple[int, int, datetime | None]:
    """What a wrong password leads to (等保 8.1.4.1: lock after 5 failures, 15 minutes, growing).

    Args:
        failures: wrong passwords in a row before this one.
        lock_level: locks since the last success.
        now: the moment of the try.

    Returns:
        (failures, lock_level, locked_until): each lock lasts twice as long as the one before, a day at most.
    """
    failures += 1
    if failures < FAILURES_BEFORE_LOCK:
        return failures, lock_level, None
    return 0, lock_level + 1, now + min(FIRST_LOCK * 2**lock_level, LONGEST_LOCK)


WITHOUT_AREA = frozenset({Role.PAIRED, Role.ADMIN, Role.AUDITOR})
"""Whose scope is not a place: paired homes, or no casework at all."""


def area_problem(role: Role, divisions: Sequence[str]) -> str | None:
    """Why an account of this role cannot work with these areas, as a sentence, or None."""
    if role in WITHOUT_AREA or divisions:
        return None
    return f"{ROLE_NAMES[role]}要写管哪里，不写就什么也看不到。"


def whole_minute(until: datetime) -> datetime:
    """The first whole minute at which a lock is over: at the minute that is named a try must not fail."""
    floor = until.replace(second=0, microsecond=0)
    return floor if floor == until else floor + timedelta(minutes=1)


def password_problem(password: str, *, username: str, phone: str | None = None) -> str | None:
    """Why this password will not do, as a sentence, or None (domain §5.3: ≥ 10, three of four kinds)."""
    if len(password) < 10:
        return "密码至少 10 位。"
    if len(password) > 128:
        return "密码最多 128 位。"
    kinds = sum(bool(re.search(kind, password)) for kind in (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]"))
    if kinds < 3:
        return "小写字母、大写字母、数字、符号，至少要有三种。"
    lowered = password.lower()
    if any(weak in lowered for weak in WEAK):
        return "这个密码太常见，换一个。"
    if (len(username) >= 4 and username.lower() in lowered) or (phone and phone[-8:] in password):
        return "密码里不要有用户名或手机号。"
    return None
