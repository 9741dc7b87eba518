"""The audit log as the auditor reads it: who did what to what, when, from which device, before and after."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.audit import queries, rules
from app.db import SHANGHAI
from app.errors import NotAllowed
from app.limits import PAGE
from models.audit import AuditEntry


@dataclass(frozen=True)
class AuditLine:
    """One entry of the log; `subject_id` is what `subject` is the readable name of."""

    id: int
    at: str
    who: str
    action: str
    subject: str
    subject_id: str
    device: str
    reason: str
    before: str
    after: str


@dataclass(frozen=True)
class AuditPage:
    """A page of the log; `next_id` is where the next one begins."""

    rows: list[AuditLine] = field(default_factory=list)
    next_id: int = 0


def _words(values: dict[str, Any] | None) -> str:
    return "；".join(f"{name}：{'（空）' if value in (None, '') else value}" for name, value in (values or {}).items())[
        :600
    ]


@dataclass(frozen=True)
class _Names:
    """The readable names of what a page of entries speaks of."""

    subjects: dict[tuple[str, str], str]
    devices: dict[tuple[str, str], str]


def _line(row: AuditEntry, name: str | None, names: _Names) -> AuditLine:
    subject = names.subjects.get((row.subject_type, row.subject_id)) or rules.short(row.subject_id)
    device = names.devices.get((row.actor_id or "", row.device_id or ""), "")
    return AuditLine(
        id=row.id or 0, at=f"{row.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
        who=name or ("系统" if row.actor_id is None else "（已无此账号）"), action=rules.action_words(row.action),
        subject=rules.subject_words(row.subject_type, subject), subject_id=row.subject_id,
        device=rules.device_words(device, row.device_id), reason=row.reason or "",
        before=_words(row.before), after=_words(row.after),
    )  # fmt: skip


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=SHANGHAI)


def log(
    session: Session, actor: Actor, *, who: str = "", action: str = "", subject: str = "", since: date | None = None,
    until: date | None = None, before_id: int = 0,
) -> AuditPage:  # fmt: skip
    """A page of the log.

    Args:
        who: a name or user name, whole.
        action: the beginning of a verb (`person.unmasked`, `account`).
        subject: what was changed: its id, the code of a household, or a user name.
        since, until: days in China, both included.

    Raises:
        NotAllowed: only the auditor reads it.
    """
    if not actor.may(Permission.AUDIT_READ):
        raise NotAllowed()
    found = queries.user_ids(session, who.strip()) if who.strip() else [None]
    wanted = queries.subject_ids(session, subject.strip()) if subject.strip() else []
    rows: list[tuple[AuditEntry, str | None]] = []
    for user_id in found:
        rows += queries.page(
            session, limit=PAGE + 1, before_id=before_id or None, actor_id=user_id, action=action.strip(),
            subject_ids=wanted, since=_midnight(since) if since else None,
            until=_midnight(until + timedelta(days=1)) if until else None,
        )  # fmt: skip
    rows.sort(key=lambda one: one[0].id or 0, reverse=True)
    shown = [row for row, _ in rows[:PAGE]]
    names = _Names(
        queries.subject_names(session, {(row.subject_type, row.subject_id) for row in shown}),
        queries.device_names(
            session, {(row.actor_id, row.device_id) for row in shown if row.actor_id and row.device_id}
        ),
    )
    lines = [_line(row, name, names) for row, name in rows[:PAGE]]
    return AuditPage(lines, lines[-1].id if len(rows) > PAGE else 0)
