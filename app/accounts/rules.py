"""Who may do what: the one permission table, and the rules for passwords and locks."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
PROGRAMMES = {
    "dibao": "低保", "tekun": "特困", "old_allowance": "高龄津贴", "disability": "残疾人两项补贴", "child": "儿童",
    "elder": "留守老人", "pairing": "结对帮扶", "visits": "走访", "register": "名册", "relief": "临时救助",
    "petition": "信访", "rectification": "整改",
}  # fmt: skip
"""What a county section may be in charge of; one that names none is in charge of all."""
FIELD_ROLES = frozenset({Role.VILLAGE, Role.PAIRED, Role.TOWN_CLERK, Role.TOWN_APPROVER})


class Permission(StrEnum):
    """One act each; every endpoint and every State handler names the one it needs."""

    SYNC = "sync"
    REGISTER_READ = "register.read"
    REGISTER_WRITE = "register.write"
    REGISTER_UNMASK = "register.unmask"
    REGISTERS = "registers"
    REGISTERS_WRITE = "registers.write"
    BENEFITS_WRITE = "benefits.write"
    PLANS = "plans"
    PAIRINGS = "pairings"
    CHILD_CASES = "child_cases"
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
    DEVICES = "devices"
    SETTINGS = "settings"
    FORMS = "forms"
    FEEDBACK_REPLY = "feedback.reply"
    AUDIT_READ = "audit.read"
    EVIDENCE = "evidence"
    PROOF = "proof"
    BREAK_GLASS = "break_glass"
    BREAK_GLASS_SEEN = "break_glass.seen"
    RECOVERY = "recovery"
    SEALED_KEPT = "sealed.kept"
    PRINT = "print"
    EXPORT = "export"
    SAMPLING = "sampling"
    CASEWORK = "casework"


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
    P.BREAK_GLASS,
    P.REGISTERS,
    P.REGISTERS_WRITE,
    P.PLANS,
    P.PAIRINGS,
    P.PRINT,
    P.EXPORT,
    P.CHILD_CASES,
    P.CASEWORK,
}
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VILLAGE: _FIELD
    | {P.REGISTER_READ, P.REGISTER_WRITE, P.REGISTER_UNMASK, P.VISITS_READ, P.REGISTERS, P.REGISTERS_WRITE, P.PLANS}
    | {P.PRINT, P.EXPORT, P.CHILD_CASES},
    Role.PAIRED: _FIELD | {P.REGISTER_READ, P.VISITS_READ, P.REGISTERS, P.PLANS, P.PRINT},
    Role.TOWN_CLERK: _TOWN | {P.IMPORT, P.DEVICES, P.BENEFITS_WRITE},
    Role.TOWN_APPROVER: _TOWN | {P.RECOVERY},
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
            P.BREAK_GLASS,
            P.BREAK_GLASS_SEEN,
            P.REGISTERS,
            P.REGISTERS_WRITE,
            P.BENEFITS_WRITE,
            P.PLANS,
            P.PAIRINGS,
            P.PRINT,
            P.EXPORT,
            P.CHILD_CASES,
            P.SAMPLING,
            P.CASEWORK,
        }
    ),
    Role.SUPERVISOR: frozenset(
        {
            P.REGISTER_READ,
            P.VISITS_READ,
            P.PHOTO_SEE,
            P.REVIEW_READ,
            P.REVIEW_DECIDE,
            P.OVERVIEW,
            P.EVIDENCE,
            P.PROOF,
            P.BREAK_GLASS,
            P.REGISTERS,
            P.EXPORT,
            P.SAMPLING,
        }
    ),
    Role.LEADER: frozenset({P.OVERVIEW, P.EXPORT}),
    Role.ADMIN: frozenset(
        {
            P.ACCOUNTS,
            P.DEVICES,
            P.SETTINGS,
            P.FORMS,
            P.FEEDBACK_REPLY,
            P.EXPORT,
            P.EVIDENCE,
            P.RECOVERY,
            P.SEALED_KEPT,
        }
    ),
    Role.AUDITOR: frozenset({P.AUDIT_READ, P.EVIDENCE}),
}
FLAG_PERMISSIONS = {"child_photos": P.CHILD_PHOTO_SEE}
"""Rights given to single accounts beside their role: seeing children's pictures is one (design §8)."""

BARRED = {
    "device_revoked": "这部手机已经停用，里面的资料会删掉；没送出的还会送到县里。要接着用，请找县管理员。",
    "device_not_enrolled": "这部手机还没有登记。请向镇里或县里要一个登记码，再登录一次。",
}
"""Why a phone is not served, whoever signed in on it."""


@dataclass(frozen=True)
class LockRule:
    """When wrong passwords lock an account, and for how long (domain §5.3); the county's parameters say otherwise."""

    failures: int = 5
    first: timedelta = timedelta(minutes=15)
    longest: timedelta = timedelta(hours=24)

    @classmethod
    def of(cls, found: Mapping[str, int]) -> "LockRule":
        """The rule as the parameters give it."""
        return cls(
            found["lock.failures"],
            timedelta(minutes=found["lock.minutes"]),
            timedelta(hours=found["lock.longest_hours"]),
        )


@dataclass(frozen=True)
class PasswordRule:
    """What a password must be (domain §5.3); `days` until it must be changed, `history` that may not come again."""

    length: int = 10
    kinds: int = 3
    days: int = 90
    history: int = 5

    @classmethod
    def of(cls, found: Mapping[str, int]) -> "PasswordRule":
        """The rule as the parameters give it; below eight characters no county goes."""
        return cls(
            max(8, found["password.length"]), min(4, found["password.kinds"]), found["password.days"],
            found["password.history"],
        )  # fmt: skip


LOCK_KEYS = ("lock.failures", "lock.minutes", "lock.longest_hours")
PASSWORD_KEYS = ("password.length", "password.kinds", "password.days", "password.history")
DIGITS_IN_A_ROW = re.compile(r"\d{17}[\dXx]|1\d{10}")
WEAK = frozenset({"password", "12345678", "qwertyui", "ruhutong", "admin123", "abc12345", "woaini12", "88888888"})


def permissions_of(role: Role, flags: Sequence[str]) -> frozenset[Permission]:
    """What an account of this role with these flags may do."""
    return ROLE_PERMISSIONS[role] | {FLAG_PERMISSIONS[flag] for flag in flags if flag in FLAG_PERMISSIONS}


def lock_holds(until: datetime | None, now: datetime, rule: LockRule) -> bool:
    """Whether an account is locked at a moment; a lock longer than any was set by a clock that was wrong."""
    return until is not None and now < until <= now + rule.longest


def lock_after_failure(
    failures: int,
    lock_level: int,
    now: datetime,
    rule: LockRule = LockRule(),
) -> tuple[int, int, datetime | None]:
    """What a wrong password leads to (等保 8.1.4.1: lock after 5 failures, 15 minutes, growing).

    Args:
        failures: wrong passwords in a row before this one.
        lock_level: locks since the last success.
        now: the moment of the try.
        rule: how many failures, how long.

    Returns:
        (failures, lock_level, locked_until): each lock lasts twice as long as the one before, a day at most.
    """
    failures += 1
    if failures < rule.failures:
        return failures, lock_level, None
    return 0, lock_level + 1, now + min(rule.first * 2 ** min(lock_level, 20), rule.longest)


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


def password_expired(changed_at: datetime, now: datetime, rule: PasswordRule) -> bool:
    """Whether a password has been in use for too long."""
    return now - changed_at > timedelta(days=rule.days)


_KINDS = {1: "一", 2: "两", 3: "三", 4: "四"}


def password_problem(
    password: str,
    *,
    username: str,
    phone: str | None = None,
    rule: PasswordRule = PasswordRule(),
) -> str | None:
    """Why this password will not do, as a sentence, or None (domain §5.3: ≥ 10, three of four kinds)."""
    if len(password) < rule.length:
        return f"密码至少 {rule.length} 位。"
    if len(password) > 128:
        return "密码最多 128 位。"
    kinds = sum(bool(re.search(kind, password)) for kind in (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]"))
    if kinds < rule.kinds:
        return f"小写字母、大写字母、数字、符号，至少要有{_KINDS.get(rule.kinds, '四')}种。"
    lowered = password.lower()
    if any(weak in lowered for weak in WEAK):
        return "这个密码太常见，换一个。"
    if (len(username) >= 4 and username.lower() in lowered) or (phone and phone[-8:] in password):
        return "密码里不要有用户名或手机号。"
    if DIGITS_IN_A_ROW.search(password):
        return "密码里不要有手机号或身份证号。"
    return None
