"""Rows of ledgers whose person nobody knows: who could be meant, what a person decides, and taking that back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import Session, col

from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import SHANGHAI, utcnow
from app.divisions import service as divisions
from app.errors import BadInput, Conflict, NotFound
from app.feed import service as feed
from app.feed.service import publish
from app.households import import_service as people
from app.households import rules
from app.households.import_service import Bearer
from app.imports import lines, waiting_service
from app.imports.judging_service import today
from app.imports.ledgers import ledger
from app.limits import PAGE
from app.visits import task_service
from models.accounts import User
from models.imports import ImportBatch
from models.lists import UnmatchedRow

TABS = {"open": "等着对上", "matched": "已对上", "let_go": "不用管"}


@dataclass(frozen=True)
class Proposal:
    """Somebody who could be meant; `choose` is what the button says."""

    id: str = ""
    words: str = ""
    choose: str = ""


@dataclass(frozen=True)
class WaitingView:
    """A row that waits: what stands in the ledger, and who could be meant."""

    id: str = ""
    name: str = ""
    number: str = ""
    place: str = ""
    ledger: str = ""
    about: str = ""
    settled: str = ""
    proposals: list[Proposal] = field(default_factory=list)


@dataclass(frozen=True)
class WaitingPage:
    """Up to fifty rows of one tab; `counts` are the numbers of all tabs, in their order."""

    rows: list[WaitingView] = field(default_factory=list)
    total: int = 0
    line: str = ""
    counts: list[str] = field(default_factory=list)


def _visible(actor: Actor) -> ColumnElement[bool]:
    mine = select(col(ImportBatch.id)).where(col(ImportBatch.created_by) == actor.id)
    parts: list[ColumnElement[bool]] = [col(UnmatchedRow.import_id).in_(mine)]
    for code in actor.divisions:
        parts.append(col(UnmatchedRow.division).startswith(code))
        if len(code) == 6:
            parts.append(col(UnmatchedRow.division) == "")
    return or_(*parts)


def _in_tab(tab: str) -> ColumnElement[bool]:
    where = col(UnmatchedRow.state) == tab
    return where & col(UnmatchedRow.decided_by).is_not(None) if tab == "matched" else where


def page(session: Session, actor: Actor, tab: str, number: int) -> WaitingPage:
    """A page of the rows in the actor's area."""
    tab = tab if tab in TABS else "open"
    visible = _visible(actor)
    counts = {
        one: session.scalar(select(func.count()).select_from(UnmatchedRow).where(visible, _in_tab(one))) or 0
        for one in TABS
    }
    query = select(UnmatchedRow).where(visible, _in_tab(tab)).order_by(col(UnmatchedRow.id))
    found = list(session.scalars(query.limit(PAGE).offset(PAGE * max(0, number))))
    first = PAGE * max(0, number) + 1
    line = f"第 {first:,}–{first + len(found) - 1:,} 条，共 {counts[tab]:,} 条" if found else ""
    rows = [_view(session, actor, one) for one in found]
    return WaitingPage(rows, counts[tab], line, [f"{TABS[one]} {counts[one]:,}" for one in TABS])


def _view(session: Session, actor: Actor, row: UnmatchedRow) -> WaitingView:
    known, values = ledger(row.ledger), row.detail["values"]
    about = " ".join(str(values[name]) for name in ("town_name", "village", "household") if values.get(name))
    meant = proposals(session, actor, row) if row.state == "open" else []
    several = len(meant) > 1
    found = [
        Proposal(one.id, _words(session, one), f"是户 {one.code} 的" if several else "就是这个人") for one in meant
    ]
    return WaitingView(
        row.id, row.name or "（没有姓名）", rules.mask_id(values.get("id")), lines.where(row.sheet, row.row),
        known.title if known else row.ledger, about, _settled(session, row), found,
    )  # fmt: skip


def _settled(session: Session, row: UnmatchedRow) -> str:
    if row.state == "open" or row.decided_at is None:
        return ""
    who = session.get(User, row.decided_by) if row.decided_by else None
    at = row.decided_at.astimezone(SHANGHAI)
    meant = people.by_ids(session, [row.person_id]).get(row.person_id) if row.person_id else None
    said = f"就是{_words(session, meant)}；" if meant else "不用管；"
    return f"{said}{at.month} 月 {at.day} 日 {who.name if who else ''}".strip()


def _words(session: Session, one: Bearer) -> str:
    return f"{one.name}，{divisions.place(session, one.division)}，户 {one.code}"


def proposals(session: Session, actor: Actor, row: UnmatchedRow) -> list[Bearer]:
    """Who could be meant: several with that number; else the same name and birthday in the same village."""
    values = row.detail["values"]
    if row.id_index and (same := people.bearers(session, [row.id_index]).get(row.id_index)):
        return [one for one in same if _covers(actor, one.division)]
    number = str(values.get("id") or "")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return []
    prefixes = [row.division] if len(row.division) == 12 else list(actor.divisions)
    found = [one for one in people.named(session, row.name, born, prefixes) if _covers(actor, one.division)]
    village = values.get("village")
    names = divisions.village_names(session, {one.division for one in found}) if village else {}
    return [one for one in found if not village or names.get(one.division) == village]


def _covers(actor: Actor, division: str) -> bool:
    return any(division.startswith(one) for one in actor.divisions)


def _row(session: Session, actor: Actor, row_id: str) -> UnmatchedRow:
    found = session.scalars(select(UnmatchedRow).where(col(UnmatchedRow.id) == row_id, _visible(actor))).first()
    if found is None:
        raise NotFound("没有这一行，或不是你负责的地方的。")
    return found


def confirm(session: Session, actor: Actor, row_id: str, person_id: str) -> int:
    """A person says who is meant: every waiting row with this number is taken in for them; returns how many.

    Raises:
        NotFound: there is no such row for this actor.
        BadInput: the person is none of those proposed.
        Conflict: the row is settled already, or says nothing that could be taken in.
    """
    row = _row(session, actor, row_id)
    if row.state != "open":
        raise Conflict("这一行已经有人定过了。", code="row_settled")
    if person_id not in {one.id for one in proposals(session, actor, row)}:
        raise BadInput("这个人不在备选里，先在名册里改好号码或姓名。", code="not_proposed")
    rows = _alike(session, actor, row, "open")
    for one in rows:
        one.state, one.person_id, one.decided_by, one.decided_at = "matched", person_id, actor.id, utcnow()
    session.flush()
    before = feed.position(session)
    taken = sum(_take(session, part) for part in _by_import(rows))
    if not taken:
        raise Conflict("这一行定不了，可能这个人不在放文件的人负责的地方。", code="row_not_taken")
    said = {"person": person_id, "rows": len(rows)}
    record(session, actor, "unmatched.confirmed", "unmatched_row", row.id, after=said)
    _due_anew(session, before)
    return len(rows)


def _due_anew(session: Session, before: int) -> None:
    """What is due at the homes of which phones were told since a position is worked out anew."""
    task_service.refresh_since(session, before, today())


def _alike(session: Session, actor: Actor, row: UnmatchedRow, state: str) -> list[UnmatchedRow]:
    """All rows with the same number and name, in this state."""
    if not row.id_index:
        return [row]
    query = select(UnmatchedRow).where(
        _visible(actor), col(UnmatchedRow.id_index) == row.id_index, col(UnmatchedRow.name) == row.name, _in_tab(state)
    )
    return list(session.scalars(query.order_by(col(UnmatchedRow.id))))


def _by_import(rows: Sequence[UnmatchedRow]) -> list[list[UnmatchedRow]]:
    found: dict[str, list[UnmatchedRow]] = {}
    for one in rows:
        found.setdefault(one.import_id, []).append(one)
    return list(found.values())


def _take(session: Session, rows: Sequence[UnmatchedRow]) -> int:
    batch = session.get(ImportBatch, rows[0].import_id)
    return waiting_service.take(session, batch, rows) if batch else 0


def let_go(session: Session, actor: Actor, row_id: str) -> None:
    """Nobody of ours is meant: the row is kept, and waits no longer.

    Raises:
        NotFound: there is no such row for this actor.
        Conflict: it is settled already.
    """
    row = _row(session, actor, row_id)
    if row.state != "open":
        raise Conflict("这一行已经有人定过了。", code="row_settled")
    row.state, row.decided_by, row.decided_at = "let_go", actor.id, utcnow()
    record(session, actor, "unmatched.let_go", "unmatched_row", row.id)


def take_back(session: Session, actor: Actor, row_id: str) -> None:
    """What a person decided about a row is undone, with all that came of it.

    Raises:
        NotFound: there is no such row for this actor.
        Conflict: nobody decided it, or something was built on it.
    """
    row = _row(session, actor, row_id)
    if row.state == "open" or row.decided_by is None:
        raise Conflict("这一行没有人定过。", code="row_open")
    rows = [row] if row.state == "let_go" else _alike(session, actor, row, "matched")
    before = feed.position(session)
    publish(session, waiting_service.release(session, rows))
    record(session, actor, "unmatched.taken_back", "unmatched_row", row.id, after={"rows": len(rows)})
    _due_anew(session, before)
