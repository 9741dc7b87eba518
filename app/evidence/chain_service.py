"""Writing the chain: whatever a unit of work did to a watched table becomes an entry, right before its commit.

Nobody calls for it: the engine tells which rows a statement touches (`watch`), `app.db.transaction` seals them
(`seal`). So no room can forget it, and a row that changed without this program has no entry. The number is taken last
of all, from the same counters as the feed's: who holds it only commits, so it closes no ring of waiting. The audit log
is numbered and tied in the same moment; linking it later, outside the lock, would leave seconds in which a line could
be changed unseen, and the wait is that of one commit.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, and_, event, func, insert, select, tuple_
from sqlalchemy.sql import Delete, Insert, Update, operators
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, BooleanClauseList
from sqlmodel import Session

from app.bulk import Bulk
from app.db import is_sqlite
from app.evidence import rules
from app.evidence.tables import LOGGED, WATCHED, Watched, line_content
from app.feed.service import next_numbers
from app.keys import receipt_keys
from models.audit import AuditEntry
from models.evidence import EvidenceEntry, EvidenceSignature

CHUNK = 300
OPTION = "ruhutong_evidence"
"""Under which a unit of work carries its `Pending` on its connection."""
_ENTRY = EvidenceEntry.__table__  # type: ignore[attr-defined]
_SIGNATURE = EvidenceSignature.__table__  # type: ignore[attr-defined]
_AUDIT = AuditEntry.__table__  # type: ignore[attr-defined]
_ENTRIES, _LINES = Bulk(insert(_ENTRY)), Bulk(insert(_AUDIT))
_NEW = "new"
TAKEN_OVER = "taken_over"
LOG = "audit_entry"
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """A receipt that gets its number and the chain's head when its command is sealed."""

    type: str
    subject: str
    receipt: dict[str, Any]


@dataclass(slots=True)
class Pending:
    """What a unit of work has done so far.

    `rows`: (type, subject) → (kind, digest), None where it has to be read again at the end. `audit`: lines of the log
    that are written at the end. `marks`: how many there were at each savepoint. `start`: begin the chain in any case.
    `expired`: up to which line the log was taken away, and that line's hash.
    """

    rows: dict[tuple[str, str], tuple[str, bytes] | None] = field(default_factory=dict)
    audit: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    marks: dict[str, int] = field(default_factory=dict)
    start: bool = False
    expired: tuple[int, bytes] | None = None


def _pending(session: Session) -> Pending | None:
    return session.connection().get_execution_options().get(OPTION)


def log(session: Session, entries: Sequence[Mapping[str, Any]]) -> None:
    """Keep lines of the audit log for the end of this unit of work, where they get their numbers and their hashes."""
    pending = _pending(session)
    if pending is None:
        raise RuntimeError("the audit log is written inside app.db.transaction()")
    pending.audit.extend(dict(one) for one in entries)


def mark_expired(session: Session, last: int, hash_: bytes) -> None:
    """Note that the log was taken away up to this line, whose hash the next one is tied to."""
    pending = _pending(session)
    assert pending is not None, "the log expires inside app.db.transaction()"
    pending.expired = last, hash_


def answer(session: Session, answers: Iterable[Answer]) -> None:
    """Give these receipts their `n` and `head` when the unit of work is sealed."""
    pending = _pending(session)
    if pending is not None:
        pending.answers.extend(answers)


def watch(engine: Engine) -> None:
    """Let this engine tell which watched rows its statements touch."""
    event.listen(engine, "before_execute", _before_execute)
    event.listen(engine, "savepoint", _savepoint)
    event.listen(engine, "rollback_savepoint", _rollback_savepoint)


def _savepoint(connection: Connection, name: str) -> None:
    pending = connection.get_execution_options().get(OPTION)
    if pending is not None:
        pending.marks[name] = len(pending.audit)


def _rollback_savepoint(connection: Connection, name: str, _context: Any) -> None:
    pending = connection.get_execution_options().get(OPTION)
    if pending is not None:
        del pending.audit[pending.marks.get(name, 0) :]
        pending.rows = dict.fromkeys(pending.rows)


def _before_execute(connection: Connection, statement: Any, many: Any, one: Any, _options: Any) -> None:
    if isinstance(statement, Insert | Update | Delete):
        note(connection, statement, list(many) or ([one] if one else [{}]))


def note(connection: Connection, statement: Any, params: Sequence[Mapping[str, Any]]) -> None:
    """Which watched rows a statement touches; `app.bulk` says it itself, past the engine's own events."""
    watched = WATCHED.get(getattr(statement.table, "name", ""))
    pending = connection.get_execution_options().get(OPTION)
    if watched is None or pending is None:
        return
    if isinstance(statement, Insert):
        _note_insert(pending, watched, statement, params)
    else:
        _note_change(connection, pending, watched, statement, params)


def _note_insert(pending: Pending, watched: Watched, statement: Insert, params: Sequence[Mapping[str, Any]]) -> None:
    if statement._multi_values or statement.select is not None:
        raise RuntimeError(f"{watched.type}: rows under the chain are inserted as parameters")
    given = {column.name: value.value for column, value in (statement._values or {}).items()}
    sure = watched.plain and statement._post_values_clause is None
    for row in params:
        full = given | dict(row) if given else row
        key = (watched.type, watched.subject(full))
        if sure and key not in pending.rows and full.keys() == watched.names:
            pending.rows[key] = (full.get("status", _NEW), watched.given(full))
        else:
            pending.rows[key] = None


def _note_change(
    connection: Connection, pending: Pending, watched: Watched, statement: Any, params: Sequence[Mapping[str, Any]]
) -> None:
    bound = _bound_keys(watched, statement)
    if bound is not None:
        for row in params:
            parts = [row.get(bind.key, bind.value) for bind in bound]
            pending.rows[watched.type, rules.subject_of(parts)] = None
        return
    keys = [watched.table.c[name] for name in watched.keys]
    touched = select(*keys).where(*statement._where_criteria)
    for row in params:
        for found in connection.execute(touched, row):
            pending.rows[watched.type, rules.subject_of(found)] = None


def _bound_keys(watched: Watched, statement: Any) -> list[BindParameter[Any]] | None:
    """The parameters that name the row, where a statement changes one row by its whole key."""
    found: dict[str, BindParameter[Any]] = {}
    waiting = list(statement._where_criteria)
    while waiting:
        one = waiting.pop()
        if isinstance(one, BooleanClauseList) and one.operator is operators.and_:
            waiting += list(one.clauses)
        elif (
            isinstance(one, BinaryExpression) and one.operator is operators.eq and isinstance(one.right, BindParameter)
        ):
            found[getattr(one.left, "name", "")] = one.right
    if any(name not in found for name in watched.keys):
        return None
    return [found[name] for name in watched.keys]


def seal(session: Session, now: datetime) -> None:
    """Write the entries of this unit of work and sign the chain's new head. The last thing before the commit."""
    session.flush()
    pending = _pending(session)
    if pending is None or not (pending.rows or pending.audit or pending.answers or pending.start or pending.expired):
        return
    made = _entries(session, pending)
    if made or pending.audit or pending.start:
        _write(session, pending, made, now)
    _tell_known(session, pending)


@dataclass(slots=True)
class _Made:
    """An entry to be written."""

    kind: str
    type: str
    subject: str
    what: bytes


def _entries(session: Session, pending: Pending) -> list[_Made]:
    """One entry for every row that is no longer as the chain knows it."""
    unsure: dict[str, list[str]] = {}
    for (type_, subject), known in pending.rows.items():
        if known is None:
            unsure.setdefault(type_, []).append(subject)
    found: dict[tuple[str, str], _Made | None] = {}
    for type_, subjects in unsure.items():
        rows = read_rows(session, WATCHED[type_], subjects)
        latest = last_of(session, type_, subjects)
        for subject in subjects:
            found[type_, subject] = _difference(type_, subject, rows.get(subject), latest.get(subject))
    made = []
    if pending.expired is not None:
        made.append(_Made("expired", LOG, str(pending.expired[0]), pending.expired[1]))
    for key, known in pending.rows.items():
        one = found[key] if known is None else _Made(known[0], *key, known[1])
        if one is not None:
            made.append(one)
    return made


def _difference(type_: str, subject: str, row: Mapping[str, Any] | None, latest: Any) -> _Made | None:
    before = bytes(latest.what) if latest is not None else b""
    if row is None:
        return _Made("removed", type_, subject, b"") if before else None
    what = WATCHED[type_].digest(row)
    if what == before:
        return None
    if type_ == "quarantine":
        return _Made("rejected", type_, subject, what)
    return _Made(row.get("status") or ("changed" if before else _NEW), type_, subject, what)


def read_rows(session: Session, watched: Watched, subjects: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Rows as they stand, by subject."""
    keys = [watched.table.c[name] for name in watched.keys]
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(subjects), CHUNK):
        parts = [tuple(one.split(" ")) for one in subjects[start : start + CHUNK]]
        here = tuple_(*keys).in_(parts) if len(keys) > 1 else keys[0].in_([part[0] for part in parts])
        rows = session.connection().execute(watched.query(is_sqlite(session)).where(here))
        found.update({watched.subject(row): row for row in watched.rows(rows, is_sqlite(session))})
    return found


def last_of(session: Session, type_: str, subjects: Sequence[str]) -> dict[str, Any]:
    """The last entry about each of these subjects."""
    found: dict[str, Any] = {}
    columns = (_ENTRY.c.subject, _ENTRY.c.n, _ENTRY.c.kind, _ENTRY.c.what, _ENTRY.c.hash)
    for start in range(0, len(subjects), CHUNK):
        here = and_(_ENTRY.c.type == type_, _ENTRY.c.subject.in_(subjects[start : start + CHUNK]))
        for row in session.connection().execute(select(*columns).where(here).order_by(_ENTRY.c.n)):
            found[row.subject] = row
    return found


class _Chain:
    """The end of the chain, held until the commit."""

    def __init__(self, session: Session, now: datetime, count: int) -> None:
        self.session, self.now, self.at = session, now, rules.when(now)
        self.connection = session.connection()
        self.n = next_numbers(session, "evidence", count) - 1
        self.head = rules.FIRST
        if self.n:
            self.head = bytes(self.connection.execute(select(_ENTRY.c.hash).where(_ENTRY.c.n == self.n)).scalar_one())

    def add(self, made: Iterable[_Made]) -> dict[tuple[str, str], tuple[int, bytes]]:
        """Write entries; returns the number and the head of each."""
        rows, numbered = [], {}
        for one in made:
            self.n += 1
            written = rules.line(self.n, one.kind, one.type, one.subject, one.what, self.at)
            self.head = rules.link(self.head, written)
            rows.append({"n": self.n, "kind": one.kind, "type": one.type, "subject": one.subject, "what": one.what,
                         "at": self.now, "hash": self.head})  # fmt: skip
            numbered[one.type, one.subject] = self.n, self.head
        _ENTRIES.write(self.session, rows)
        return numbered

    def sign(self) -> None:
        """Sign the head."""
        key, signature = receipt_keys().sign(rules.head_message(self.n, self.head))
        self.connection.execute(insert(_SIGNATURE), [{"n": self.n, "key": key, "signature": signature}])


def _write(session: Session, pending: Pending, made: list[_Made], now: datetime) -> None:
    chain = _Chain(session, now, len(made) + bool(pending.audit))
    if chain.n == 0:
        _take_over(session, chain, pending)
    if pending.audit:
        made.append(_write_log(session, pending.audit))
    numbered = chain.add(made)
    chain.sign()
    rest = []
    for told in pending.answers:
        if (told.type, told.subject) in numbered:
            tell(told.receipt, *numbered[told.type, told.subject])
        else:
            rest.append(told)
    pending.answers = rest


def tell(receipt: dict[str, Any], n: int, head: bytes) -> None:
    """Write into a receipt where its command stands in the chain."""
    receipt["n"], receipt["head"] = n, rules.short(head)


def places(session: Session, type_: str, subjects: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Where each of these stands in the chain, as `n` and `head`, where it has an entry."""
    found: dict[str, dict[str, Any]] = {}
    for subject, row in last_of(session, type_, list(subjects)).items():
        tell(found.setdefault(subject, {}), row.n, bytes(row.hash))
    return found


def _tell_known(session: Session, pending: Pending) -> None:
    """Receipts of commands about which nothing is new: where they were sealed."""
    by_type: dict[str, list[Answer]] = {}
    for one in pending.answers:
        by_type.setdefault(one.type, []).append(one)
    for type_, answers in by_type.items():
        latest = last_of(session, type_, list(dict.fromkeys(one.subject for one in answers)))
        for one in answers:
            if one.subject in latest:
                tell(one.receipt, latest[one.subject].n, bytes(latest[one.subject].hash))


def _write_log(session: Session, lines: list[dict[str, Any]]) -> _Made:
    """Write the log's lines in the order of commits, each tied to the one before; the last one goes into the chain."""
    connection = session.connection()
    first = next_numbers(session, "audit", len(lines))
    last = connection.execute(select(func.max(_AUDIT.c.id))).scalar() or 0
    if last >= first:  # somebody put a line in past this program: `verify` names it, the office goes on
        next_numbers(session, "audit", last - first + 1)
        first = last + 1
    head = connection.execute(select(_AUDIT.c.hash).where(_AUDIT.c.id == first - 1)).scalar()
    if head is None:
        before = last_of(session, LOG, [str(first - 1)]).get(str(first - 1))
        head = before.what if before is not None and before.kind != TAKEN_OVER else rules.FIRST
    head = bytes(head)
    for number, line in enumerate(lines, first):
        line["id"] = number
        head = line["hash"] = rules.link(head, log_content(line))
    _LINES.write(session, lines)
    return _Made("log", LOG, str(first + len(lines) - 1), head)


def log_content(line: dict[str, Any]) -> bytes:
    """A line of the log that is about to be written, as the text that is hashed."""
    return line_content(line | {"at": rules.when(line["at"])})


def _take_over(session: Session, chain: _Chain, pending: Pending) -> None:
    """The chain begins: whatever is there already is taken over as it stands, and said so."""
    for part in rules.batched(_standing(session, pending), BATCH):
        next_numbers(session, "evidence", len(part))
        chain.add(part)
    last = session.connection().execute(select(func.max(_AUDIT.c.id))).scalar()
    next_numbers(session, "audit", last or 0)


def _standing(session: Session, pending: Pending) -> Iterator[_Made]:
    yield _Made("began", "chain", "", b"")
    connection, size, sqlite = session.connection(), {"yield_per": BATCH}, is_sqlite(session)
    for watched in WATCHED.values():
        found = connection.execute(watched.query(sqlite).execution_options(**size))
        for row in watched.rows(found, sqlite):
            subject = watched.subject(row)
            if (watched.type, subject) not in pending.rows:
                yield _Made(TAKEN_OVER, watched.type, subject, watched.digest(row))
    lines = LOGGED.query(sqlite).where(_AUDIT.c.hash.is_(None)).order_by(_AUDIT.c.id).execution_options(**size)
    for row in LOGGED.rows(connection.execute(lines), sqlite):
        yield _Made(TAKEN_OVER, LOG, str(row["id"]), rules.digest(line_content(row)))


def take_over(session: Session) -> None:
    """Begin the chain if it has not begun, so that nobody's first push has to wait for it."""
    pending = _pending(session)
    if pending is not None and session.connection().execute(select(_ENTRY.c.n).where(_ENTRY.c.n == 1)).first() is None:
        pending.start = True
