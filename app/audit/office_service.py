"""The audit log as the auditor reads it: who did what to what, when, from which device, before and after."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.audit import queries
from app.db import SHANGHAI
from app.errors import NotAllowed
from models.audit import AuditEntry

PAGE = 50
ACTIONS = {
    "": "全部", "session": "登录和退出", "account": "账号", "pairing": "结对", "household": "农户", "person": "人",
    "person.unmasked": "看全号", "contact": "联系人", "visit": "走访", "issue": "问题", "review": "审核",
    "photo": "照片", "import": "导入", "export": "导出", "conflict": "两边不一样的",
    "parameter": "参数", "form": "表单",
    "feedback": "投诉建议", "keys": "密钥",
}  # fmt: skip
"""Beginnings of verbs to filter by, with their words."""


@dataclass(frozen=True)
class AuditLine:
    """One entry of the log."""

    id: int
    at: str
    who: str
    action: str
    subject: str
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


def _line(row: AuditEntry, name: str | None) -> AuditLine:
    beginning = row.action.partition(".")[0]
    known = ACTIONS.get(row.action) or ACTIONS.get(beginning, beginning)
    return AuditLine(
        id=row.id or 0, at=f"{row.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
        who=name or ("系统" if row.actor_id is None else "（已无此账号）"), action=f"{known} {row.action}",
        subject=f"{row.subject_type} {row.subject_id}", device=(row.device_id or "")[:8], reason=row.reason or "",
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
        subject: the id of what was changed.
        since, until: days in China, both included.

    Raises:
        NotAllowed: only the auditor reads it.
    """
    if not actor.may(Permission.AUDIT_READ):
        raise NotAllowed()
    found = queries.user_ids(session, who.strip()) if who.strip() else [None]
    rows: list[tuple[AuditEntry, str | None]] = []
    for user_id in found:
        rows += queries.page(
            session, limit=PAGE + 1, before_id=before_id or None, actor_id=user_id, action=action.strip(),
            subject_id=subject.strip(), since=_midnight(since) if since else None,
            until=_midnight(until + timedelta(days=1)) if until else None,
        )  # fmt: skip
    rows.sort(key=lambda one: one[0].id or 0, reverse=True)
    lines = [_line(row, name) for row, name in rows[:PAGE]]
    return AuditPage(lines, lines[-1].id if len(rows) > PAGE else 0)
