"""What was reported to a national system, row by row, and what changed since.

A report keeps only what it says newly; the latest report that stands and names a row says what the upper system knows.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import SHANGHAI, new_id
from app.errors import NotAllowed, NotFound
from app.papers.ledgers import LEDGERS
from models.papers import LedgerReport, ReportedRow

ADDED, CHANGED, ENDED, SAME = "added", "changed", "ended", "same"
HOW = {ADDED: "新增", CHANGED: "改动", ENDED: "停止", SAME: ""}
PASSING = frozenset({"number", "reported", "how", "age", "source"})
"""Columns that change without anything having changed."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the upper system knows of a row."""

    report_id: str
    on: date
    division: str
    how: str
    digest: str


@dataclass(frozen=True)
class Said:
    """What a report says newly of a row."""

    key: str
    division: str
    how: str
    digest: str
    cells: list[Any]


@dataclass(frozen=True)
class ReportView:
    """One report in the office's list."""

    id: str
    ledger: str
    mapping: str
    on: str
    counts: str
    withdrawn: bool
    can_withdraw: bool


def digest(cells: Iterable[tuple[str, Any]]) -> str:
    """The fingerprint of a row as reported: `(field, value)` of the columns that tell something."""
    told = [value for field, value in cells if field not in PASSING]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:32]


def known(session: Session, ledger: str, mapping: str) -> dict[str, Known]:
    """What the upper system knows of a ledger by a mapping: key → its latest word."""
    query = (
        select(ReportedRow.row_key, ReportedRow.report_id, LedgerReport.on, ReportedRow.division, ReportedRow.how,  # type: ignore[call-overload]
               ReportedRow.digest)
        .join(LedgerReport, LedgerReport.id == ReportedRow.report_id)
        .where(LedgerReport.ledger == ledger, LedgerReport.mapping == mapping, LedgerReport.withdrawn_at.is_(None))
        .order_by(LedgerReport.at, LedgerReport.id)
    )  # fmt: skip
    return {key: Known(*rest) for key, *rest in session.execute(query)}


def change(before: Known | None, now: str) -> str:
    """What became of a row since it was reported last."""
    if before is None or before.how == ENDED:
        return ADDED
    return SAME if before.digest == now else CHANGED


def ended(before: dict[str, Known], current: Iterable[str], areas: Sequence[str]) -> dict[str, Known]:
    """The rows that were reported and are no longer there, within these areas."""
    there = set(current)
    return {
        key: one for key, one in before.items()
        if one.how != ENDED and key not in there and any(one.division.startswith(area) for area in areas)
    }  # fmt: skip


def cells_of(session: Session, rows: dict[str, Known]) -> Iterator[tuple[str, list[Any]]]:
    """What was reported of these rows."""
    by_report: dict[str, list[str]] = {}
    for key, one in rows.items():
        by_report.setdefault(one.report_id, []).append(key)
    for report_id, keys in by_report.items():
        for start in range(0, len(keys), 400):
            part = keys[start : start + 400]
            query = select(ReportedRow.row_key, ReportedRow.cells).where(  # type: ignore[call-overload]
                ReportedRow.report_id == report_id, ReportedRow.row_key.in_(part)  # type: ignore[attr-defined]
            )
            yield from session.execute(query)  # type: ignore[misc]


def keep(
    session: Session, actor: Actor, ledger: str, mapping: str, area: str, said: Sequence[Said], rows: int, now: datetime
) -> LedgerReport:
    """Note that this was reported."""
    counts = {how: sum(one.how == how for one in said) for how in (ADDED, CHANGED, ENDED)}
    made = LedgerReport(
        id=new_id(), ledger=ledger, mapping=mapping, area=area, on=now.astimezone(SHANGHAI).date(), rows=rows,
        user_id=actor.id or None, at=now, **counts,
    )  # fmt: skip
    session.add(made)
    session.flush()
    for start in range(0, len(said), 2000):
        session.execute(insert(ReportedRow), [
            {"report_id": made.id, "row_key": one.key, "division": one.division, "how": one.how, "digest": one.digest,
             "cells": one.cells}
            for one in said[start : start + 2000]
        ])  # fmt: skip
    record(session, actor if actor.id else None, "ledger.reported", "ledger", ledger,
           after={"mapping": mapping, "area": area, "rows": rows} | counts)  # fmt: skip
    return made


def withdraw(session: Session, actor: Actor, report_id: str, now: datetime) -> None:
    """A report was not taken in up there after all: what it said counts no more.

    Raises:
        NotAllowed, NotFound: as they say.
    """
    row = session.get(LedgerReport, report_id)
    if row is None or row.withdrawn_at is not None or not _mine(actor, row):
        raise NotFound("没有这次报送，或已经撤回。")
    if not actor.may(Permission.REGISTERS_WRITE):
        raise NotAllowed()
    row.withdrawn_at = now
    record(session, actor, "ledger.report_withdrawn", "ledger", row.ledger, after={"report": row.id})


def _mine(actor: Actor, row: LedgerReport) -> bool:
    return any(row.area.startswith(code) for code in actor.divisions)


def listed(session: Session, actor: Actor, limit: int = 20) -> list[ReportView]:
    """The reports of one's area, the latest first."""
    rows = session.scalars(select(LedgerReport).order_by(LedgerReport.at.desc()).limit(200))  # type: ignore[attr-defined]
    mine = [row for row in rows if _mine(actor, row)][:limit]
    return [
        ReportView(
            id=row.id, ledger=LEDGERS[row.ledger].title, mapping=row.mapping, on=row.on.isoformat(),
            counts=f"{row.rows} 行，新增 {row.added}，改动 {row.changed}，停止 {row.ended}",
            withdrawn=row.withdrawn_at is not None,
            can_withdraw=row.withdrawn_at is None and actor.may(Permission.REGISTERS_WRITE),
        )
        for row in mine
    ]  # fmt: skip
