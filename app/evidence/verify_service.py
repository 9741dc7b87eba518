"""Checking everything against the chain: what is missing, changed, added or out of order, by name.

One look at the database as it stood at one moment (a snapshot), in streams: memory does not grow with the county.
First the chain itself, then every table beside it in the order of their keys, then the log, then the bytes of pictures.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from typing import Any

from sqlalchemy import String, func, select, type_coerce
from sqlmodel import Session

from app.db import SHANGHAI, is_sqlite, reading
from app.evidence import columns, picture_service, rules
from app.evidence.chain_service import LOG, TAKEN_OVER
from app.evidence.tables import BROKEN, LOGGED, WATCHED, Watched, line_content
from app.evidence.words import TABLES
from app.keys import receipt_keys, right
from models.evidence import EvidenceEntry, EvidenceSignature

BATCH = 2000
MOST = 1000
"""So many problems are named one by one; beyond, their number only."""
_ENTRY = EvidenceEntry.__table__  # type: ignore[attr-defined]
_SIGNATURE = EvidenceSignature.__table__  # type: ignore[attr-defined]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Problem:
    """Something that is not as it was taken in. `kind`: the table, or chain, signature, audit; `id`: the row's key."""

    kind: str
    id: str
    what: str


@dataclass
class Report:
    """What a check found."""

    problems: list[Problem] = field(default_factory=list)
    entries: int = 0
    taken_over: int = 0
    signatures: int = 0
    rows: int = 0
    log_lines: int = 0
    photos: int = 0
    more: int = 0
    head: str = ""
    began: str = ""

    @property
    def ok(self) -> bool:
        """Whether everything is as it was."""
        return not self.problems

    @property
    def count(self) -> int:
        """How many problems there are, named or not."""
        return len(self.problems) + self.more

    def with_rest(self, other: "Report") -> "Report":
        """Both halves of a check."""
        room = MOST - len(self.problems)
        self.problems += other.problems[:room]
        self.more += other.more + len(other.problems[room:])
        self.rows, self.photos = other.rows, other.photos
        return self

    def say(self, kind: str, id: str, what: str) -> None:
        """Name a problem; of very many, their number."""
        if len(self.problems) < MOST:
            self.problems.append(Problem(kind, id, what))
        else:
            self.more += 1


def _nobody(_step: str, _done: int, _of: int) -> None:
    """No one watches."""


def verify(
    *, every_signature: bool = False, photos: bool = True, against: tuple[int, str] | None = None,
    progress: Progress = _nobody, both_cores: bool = False,
) -> Report:  # fmt: skip
    """Check everything.

    Args:
        every_signature: that of every commit, not only of each day's last and of the very last one.
        photos: also the bytes of every picture.
        against: (n, hash) of a head that was printed or sent elsewhere: the chain must still pass through it.
        progress: told (step, done, of) now and then.
        both_cores: walk along the chain in a process of its own, beside the tables; pays from some 50,000 entries on.
    """
    if not both_cores:
        report = _walk(every_signature, against, progress)
        return _rest(report, photos, progress)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        walked = pool.submit(_walk, every_signature, against)
        rest = _rest(Report(), photos, progress)
        return walked.result().with_rest(rest)


def _walk(every_signature: bool, against: tuple[int, str] | None, progress: Progress = _nobody) -> Report:
    report = Report()
    with _snapshot() as session:
        _Chain(session, report, every_signature, against, progress).check()
        progress(TABLES[LOG], 1, 1)
        _log(session, report)
    return report


def _rest(report: Report, photos: bool, progress: Progress) -> Report:
    with _snapshot() as session:
        for number, watched in enumerate(WATCHED.values(), 1):
            progress(TABLES[watched.type], number, len(WATCHED))
            _table(session, report, watched)
        if photos:
            picture_service.check(session, report.say, lambda done, of: _pictures(report, progress, done, of))
    return report


@contextmanager
def _snapshot() -> Iterator[Session]:
    """The database as it stands at one moment, whatever is written meanwhile."""
    with reading() as session:
        if not is_sqlite(session):
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


def entries() -> int:
    """How long the chain is."""
    with reading() as session:
        return session.scalar(select(func.max(_ENTRY.c.n))) or 0


def _pictures(report: Report, progress: Progress, done: int, of: int) -> None:
    report.photos = done
    progress("照片", done, of)


def _bytes(value: Any) -> bytes:
    """What stands in a column of bytes, whatever somebody has put there."""
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def _stream(session: Session, query: Any) -> Any:
    return session.connection().execute(query.execution_options(yield_per=BATCH))


def _gap(first: int, last: int) -> str:
    return f"少了第 {first} 条。" if first == last else f"少了第 {first} 到 {last} 条。"


def _day(at: str) -> str:
    """The day in China of a moment of the chain."""
    try:
        return datetime.fromisoformat(at).astimezone(SHANGHAI).date().isoformat()
    except ValueError:
        return at


class _Chain:
    """The walk along the chain, from its first entry to its last."""

    def __init__(
        self, session: Session, report: Report, every: bool, against: tuple[int, str] | None, progress: Progress
    ) -> None:
        self.session, self.report, self.every, self.against, self.progress = session, report, every, against, progress
        self.to_sign: list[tuple[int, bytes]] = []

    def check(self) -> None:
        """Numbers, links, signatures, and the head that was printed."""
        report, number, head, before, day = self.report, 0, rules.FIRST, None, ""
        total = self.session.connection().execute(select(func.max(_ENTRY.c.n))).scalar() or 0
        written = ""
        for n, kind, type_, subject, what, at, kept in _stream(self.session, self._entries()):
            if n != number + 1:
                report.say("chain", str(number + 1), _gap(number + 1, n - 1))
            if at != before:
                before, written = at, self._at(at)
                today = _day(written)
                if day and today != day:
                    self.to_sign.append((number, head))
                day = today
            if rules.link(head, rules.line(n, kind, type_, subject, _bytes(what), written)) != kept:
                about = f"{TABLES.get(type_, type_)} {subject}"
                report.say("chain", str(n), f"第 {n} 条和前一条接不上：这一条或前一条被改过（{about}）。")
            number, head = n, _bytes(kept)
            if kind == TAKEN_OVER:
                report.taken_over += 1
            if n == 1:
                report.began = written
            if self.against is not None and n == self.against[0] and rules.short(head) != self.against[1]:
                report.say("chain", str(n), f"第 {n} 条和公布过的不一样：这一条以前的记录被换过。")
            if n % 50_000 == 0:
                self.progress("链子", n, total)
        report.entries, report.head = number, rules.short(head)
        if self.against is not None and self.against[0] > number:
            words = f"公布过第 {self.against[0]} 条，现在只到第 {number} 条：后面的被拿掉了。"
            report.say("chain", str(self.against[0]), words)
        if number:
            self.to_sign.append((number, head))
        self._signatures()

    def _entries(self) -> Any:
        self.sqlite = is_sqlite(self.session)
        at = type_coerce(_ENTRY.c.at, String) if self.sqlite else _ENTRY.c.at
        columns = (_ENTRY.c.n, _ENTRY.c.kind, _ENTRY.c.type, _ENTRY.c.subject, _ENTRY.c.what, at, _ENTRY.c.hash)
        return select(*columns).order_by(_ENTRY.c.n)

    def _at(self, at: Any) -> str:
        return f"{at.replace(' ', 'T', 1)}Z" if self.sqlite else rules.when(at)

    def _signatures(self) -> None:
        if self.every:
            joined = select(_SIGNATURE.c.n, _SIGNATURE.c.key, _SIGNATURE.c.signature, _ENTRY.c.hash).outerjoin(
                _ENTRY, _ENTRY.c.n == _SIGNATURE.c.n
            )
            for n, key, signature, head in _stream(self.session, joined.order_by(_SIGNATURE.c.n)):
                self._one(n, key, signature, head)
        for n, head in self.to_sign:
            row = self.session.connection().execute(select(_SIGNATURE).where(_SIGNATURE.c.n == n)).first()
            if row is None:
                words = f"第 {n} 条是当天最后一条，却没有签名：它后面的或签名被拿掉了。"
                self.report.say("signature", str(n), words)
            elif not self.every:
                self._one(n, row.key, row.signature, head)

    def _one(self, n: int, key: str, signature: bytes, head: bytes | None) -> None:
        self.report.signatures += 1
        public = receipt_keys().public(key)
        if public is None:
            words = f"第 {n} 条的签名要用密钥 receipt-{key}.key 核对，它不在 keys 文件夹里。"
            self.report.say("signature", str(n), words)
        elif head is None or not right(public, _bytes(signature), rules.head_message(n, _bytes(head))):
            self.report.say("signature", str(n), f"第 {n} 条的签名不对。")


@dataclass(slots=True)
class _Last:
    """The last word of the chain about a subject."""

    subject: str
    n: int
    what: bytes


def _chained(session: Session, type_: str) -> Iterator[_Last]:
    """The last entry about each subject of a type, in their order."""
    query = select(_ENTRY.c.subject, _ENTRY.c.n, _ENTRY.c.what).where(_ENTRY.c.type == type_)
    last: _Last | None = None
    for subject, n, what in _stream(session, query.order_by(_ENTRY.c.subject, _ENTRY.c.n)):
        if last is not None and last.subject != subject:
            yield last
        last = _Last(subject, n, what)
    if last is not None:
        yield last


def _table(session: Session, report: Report, watched: Watched) -> None:
    """A table beside the chain, both in the order of their keys."""
    sqlite = is_sqlite(session)
    chained = _chained(session, watched.type)
    known = next(chained, None)
    name = TABLES[watched.type]
    changed: list[dict[str, Any]] = []
    for row in watched.rows(_stream(session, watched.query(sqlite).order_by(*watched.in_order(sqlite))), sqlite):
        report.rows += 1
        subject = watched.subject(row)
        while known is not None and known.subject < subject:
            _missing(report, watched, known)
            known = next(chained, None)
        if known is None or known.subject != subject:
            report.say(watched.type, subject, f"{name}多出来一条，收到时没有它。")
            continue
        if not known.what:
            report.say(watched.type, subject, f"{name}又出现了：它在第 {known.n} 条已经去掉。")
        elif watched.type == "command" and not columns.sound(row):
            report.say("command", subject, f"{name}的内容和手机给的指纹不一样。")
        elif watched.digest(row) != _bytes(known.what):
            if len(changed) < MOST:
                changed.append(row)
            else:
                report.more += 1
        known = next(chained, None)
    while known is not None:
        _missing(report, watched, known)
        known = next(chained, None)
    for row in changed:
        subject = watched.subject(row)
        broken = [key for key, value in row.items() if value == BROKEN]
        told = broken or columns.told(session, watched.type, row)
        where, number = f"（{'、'.join(told)}）" if told else "", _number(session, watched.type, subject)
        report.say(watched.type, subject, f"{name}被改过{where}：和第 {number} 条记下的不一样。")


def _number(session: Session, type_: str, subject: str) -> int:
    here = (_ENTRY.c.type == type_, _ENTRY.c.subject == subject)
    return session.connection().execute(select(func.max(_ENTRY.c.n)).where(*here)).scalar() or 0


def _missing(report: Report, watched: Watched, known: _Last) -> None:
    if known.what:
        words = f"{TABLES[watched.type]}少了一条：第 {known.n} 条记下过它，现在没有了。"
        report.say(watched.type, known.subject, words)


def _log(session: Session, report: Report) -> None:
    """The audit log: every line tied to the one before, the last line of every commit in the chain."""
    expired, head = _expired(session)
    query = select(_ENTRY.c.kind, _ENTRY.c.subject, _ENTRY.c.what)
    anchors = _stream(session, query.where(_ENTRY.c.type == LOG, _ENTRY.c.kind != "expired").order_by(_ENTRY.c.n))
    anchor = _anchor(anchors)
    expected = expired + 1
    sqlite = is_sqlite(session)
    lines = _stream(session, LOGGED.query(sqlite).order_by(LOGGED.table.c.id))
    for row in LOGGED.rows(lines, sqlite):
        report.log_lines += 1
        number = row["id"]
        while anchor is not None and anchor.number < number:
            _line_gone(report, anchor, expired)
            anchor = _anchor(anchors)
        if number != expected:
            report.say("audit", str(expected), f"操作日志少了第 {expected} 条。")
        expected = number + 1
        here = anchor if anchor is not None and anchor.number == number else None
        head = _line(report, row, head, here, last=anchor is None)
        if here is not None:
            anchor = _anchor(anchors)
    while anchor is not None:
        _line_gone(report, anchor, expired)
        anchor = _anchor(anchors)


@dataclass(slots=True)
class _Anchor:
    """What the chain knows of a line of the log: its digest if it was there before the chain, else its hash."""

    number: int
    taken_over: bool
    what: bytes


def _anchor(found: Any) -> _Anchor | None:
    row = next(found, None)
    return None if row is None else _Anchor(int(row.subject), row.kind == TAKEN_OVER, _bytes(row.what))


def _expired(session: Session) -> tuple[int, bytes]:
    """Up to which line the log was taken away because its time was over, and that line's hash."""
    query = select(_ENTRY.c.subject, _ENTRY.c.what).where(_ENTRY.c.type == LOG, _ENTRY.c.kind == "expired")
    row = session.connection().execute(query.order_by(_ENTRY.c.n.desc()).limit(1)).first()
    return (int(row.subject), _bytes(row.what) or rules.FIRST) if row else (0, rules.FIRST)


def _line_gone(report: Report, anchor: _Anchor, expired: int) -> None:
    if anchor.number > expired:
        report.say("audit", str(anchor.number), f"操作日志少了第 {anchor.number} 条。")


def _line(report: Report, row: dict[str, Any], head: bytes, anchor: _Anchor | None, *, last: bool) -> bytes:
    """Check one line; returns what the next one is tied to."""
    number, kept, written = str(row["id"]), row["hash"], line_content(row)
    if kept is None:
        if anchor is None or not anchor.taken_over:
            report.say("audit", number, f"操作日志多出来第 {number} 条。")
        elif rules.digest(written) != anchor.what:
            report.say("audit", number, f"操作日志第 {number} 条被改过。")
        return head
    if last:
        report.say("audit", number, f"操作日志多出来第 {number} 条。")
    elif rules.link(head, written) != _bytes(kept) or (anchor is not None and anchor.what != _bytes(kept)):
        report.say("audit", number, f"操作日志第 {number} 条和前一条接不上：这一条或前一条被改过。")
    return _bytes(kept)
