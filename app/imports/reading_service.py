"""A file becomes staged rows: read, tallied, sealed, compared with the register, of which nothing changes."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete
from sqlmodel import col

from app.accounts.schemas import Actor
from app.db import reading, transaction
from app.divisions import service as divisions
from app.divisions.schemas import DivisionIn
from app.imports import ledger_service, lines, mapping_service, queries, reader, takers, taking
from app.imports.book import Book, open_book
from app.imports.judging_service import (
    COMPARE,
    STAGED,
    Gathered,
    Judged,
    covers,
    judge_homes,
    judge_people,
    leave_out,
    settle_numbers,
    strangers,
    today,
    villages,
    write_homes,
    write_states,
)
from app.imports.reader import Found, Line
from app.imports.schemas import FileReport
from app.imports.weighing_service import Row, Weigher
from models.imports import ImportLine

Tell = Callable[[int, int], None]
STAGE = 1000


def read_file(import_id: str, actor: Actor | None, name: str, data: bytes, tell: Tell) -> FileReport:
    """Read a file into staged rows and compare them with the register.

    Args:
        tell: hears how many of how many rows are done.

    Raises:
        NotSpreadsheet: the file cannot be opened.
    """
    book = open_book(name, data)
    with reading() as session:
        told = mapping_service.told(session, actor)
    found = reader.recognise(book, told)
    report = _start_report(book, found)
    report.headers = [asdict(one) for one in map(mapping_service.unclear, found) if one]
    rows = sum(one.sheet.height for one in found if one.shape)
    roster = report.ledger == taking.ROSTER
    weigher = Weigher.of(actor, today()) if report.taken and not roster else None
    steps = rows * 2 if roster else rows
    _forget_rows(import_id)
    reference, gathered = _stage(import_id, found, report, weigher, lambda done: tell(done, steps))
    if weigher is not None:
        ledger_service.compared(import_id, weigher, report)
    elif roster:
        _compare(import_id, actor, reference, gathered, report, lambda done: tell(rows + done, steps))
    tell(steps, steps)
    return report


def _start_report(book: Book, found: Sequence[Found]) -> FileReport:
    report = FileReport(encoding=book.encoding)
    known = Counter(one.ledger.code for one in found if one.ledger and one.shape and not one.shape.reference)
    report.ledger = known.most_common(1)[0][0] if known else None
    report.taken = report.ledger is not None
    report.sheets_unread = [one.sheet.name for one in found if one.shape is None and reader.holds_rows(one.sheet)]
    for one in found:
        if one.header is None or one.shape is None or one.shape.reference:
            report.sheets[one.sheet.name] = {"records": 0, "reference": True}
            continue
        report.sheets[one.sheet.name] = {
            "header_row": one.header.row, "header_rows": one.header.rows, "last_record_row": 0, "records": 0,
        }  # fmt: skip
        report.unknown_columns += [word for word in one.header.unknown if word not in report.unknown_columns]
    return report


def _forget_rows(import_id: str) -> None:
    with transaction() as session:
        session.execute(delete(ImportLine).where(col(ImportLine.import_id) == import_id))


@dataclass(slots=True)
class _Staged:
    """A record row on its way into the staging table."""

    position: int
    line: Line
    state: str
    detail: lines.Detail


def _stage(
    import_id: str, found: Sequence[Found], report: FileReport, weigher: Weigher | None, tell: Callable[[int], None]
) -> tuple[dict[str, DivisionIn], Gathered]:
    """Stage every record row; returns the divisions that sheets of codes name, and what the rows of a roster say.

    Args:
        weigher: holds rows against the register right away, where each stands for itself; a roster is judged whole.
    """
    reference: dict[str, DivisionIn] = {}
    gathered = Gathered()
    twins: dict[str, reader.Twins] = {}
    told: dict[tuple[Any, ...], tuple[str, int]] = {}
    pending: list[_Staged] = []
    position, seen, on = 0, 0, today()
    roster = report.ledger == taking.ROSTER
    for one in found:
        if one.shape is None:
            continue
        for line in reader.read(one, on):
            seen += 1
            if one.shape.reference:
                reference.update({row.code: row for row in taking.division_rows(line.values)})
                continue
            if line.kind == "record":
                _add_words(one, line)
            if line.kind == "record" and not line.why:
                twins.setdefault(one.shape.name, reader.Twins(one.shape)).mark(line)
            tally(report, line)
            if line.kind != "record":
                continue
            state, detail = _judged(line, told if roster else None, one.shape.name)
            pending.append(_Staged(position, line, state, detail))
            report.contrary += state == "contrary"
            if roster and state in {"read", "contrary", "unreadable"}:
                gathered.see(position, detail, state == "read")
            position += 1
            if len(pending) >= STAGE:
                _write(import_id, pending, weigher)
                tell(seen)
    _write(import_id, pending, weigher)
    return reference, gathered


def tally(report: FileReport, line: Line) -> None:
    """Count one row into the report."""
    if line.kind != "record":
        report.rows_other[line.kind] += 1
        return
    sheet = report.sheets[line.sheet]
    sheet["records"] += 1
    sheet["last_record_row"] = line.row
    if line.why:
        report.rows_unreadable.append(
            {"sheet": line.sheet, "row": line.row, "why": line.why, "name": line.name, "shown": line.shown}
        )
        return
    if line.warnings:
        report.doubts.update({code for code, _, _ in line.warnings})
    if line.repairs:
        report.rows_repaired_total += 1
        report.rows_repaired.update(line.kinds)
    else:
        report.rows_good += 1


def _add_words(found: Found, line: Line) -> None:
    """What a row is about although only the tab or the title says it: the month or quarter, the township."""
    shape, words = found.shape.name if found.shape else "", (found.sheet.name, found.title)
    if shape.endswith("_paid") and not line.values.get("month"):
        said = [takers.period_in(text, quarter=shape == "care_fee_paid") for text in words]
        periods = list(dict.fromkeys(filter(None, said)))
        line.values["period"] = periods[0] if periods else None
        if len(periods) > 1:
            line.warnings.append(("period_differs", "period", "、".join(periods)))
    elif shape == "petty_cash":
        line.values["town_name"] = next((town for text in words if (town := takers.town_in(text))), None)


def _judged(
    line: Line, told: dict[tuple[Any, ...], tuple[str, int]] | None, shape: str
) -> tuple[str, lines.Detail]:
    """The state of a row. One person told twice in one home, but not alike, is taken once: which, a person says."""
    state, detail = lines.staged(line, "" if told is not None else shape)
    if told is not None and shape != "people":
        if state == "read":
            state, detail.why = "lacking", "other_ledger"
    elif told is not None and state == "read":
        who = (line.values["id"], line.values["household"], line.name)
        first = told.setdefault(who, (line.sheet, line.row))
        if first != (line.sheet, line.row):
            state, detail.why, detail.twin = "contrary", "told_twice", first
    return state, detail


def _row(import_id: str, one: _Staged) -> dict[str, Any]:
    line, sound = one.line, not one.line.why
    return {
        "import_id": import_id, "position": one.position, "sheet": line.sheet[:64], "row": line.row,
        "name": line.name[:64], "state": one.state, "repaired": bool(line.repairs) and sound,
        "doubtful": bool(one.detail.doubts) and sound, "detail": one.detail.pack(),
    }  # fmt: skip


def _write(import_id: str, pending: list[_Staged], weigher: Weigher | None) -> None:
    if not pending:
        return
    if weigher is not None:
        rows = [
            Row(one.position, one.line.sheet[:64], one.line.row, one.line.name, one.detail.shape, one.detail)
            for one in pending
            if one.state == "read"
        ]
        with reading() as session:
            states = weigher.weigh(session, rows)
        for one in pending:
            one.state = states.get(one.position, one.state)
    with transaction() as session:
        STAGED.write(session, [_row(import_id, one) for one in pending])
    pending.clear()


def _compare(
    import_id: str,
    actor: Actor | None,
    reference: dict[str, DivisionIn],
    gathered: Gathered,
    report: FileReport,
    tell: Callable[[int], None],
) -> None:
    on, done = today(), 0
    with reading() as session:
        gathered = settle_numbers(session, import_id, actor, gathered)
        brought = villages(session, gathered, reference)
        judged = judge_homes(session, actor, gathered, brought)
    report.divisions = _division_counts(actor, brought)
    _count_homes(report, judged)
    with transaction() as session:
        write_homes(session, import_id, gathered, judged, new=True)
        report.contrary += leave_out(session, import_id, judged)
    report.brought = [row for row in brought.values() if covers(actor, row.code)]
    for batch in gathered.batches(COMPARE):
        with reading() as session:
            new = strangers(session, batch, judged)
            rest = {row.position for row in batch}.difference(new)
            staged = queries.by_positions(session, import_id, sorted(rest))
            details = {position: lines.unpack(row.detail) for position, row in staged.items()}
            states = judge_people(session, actor, details, judged, on).states
        report.created += len(new)  # their rows stand as read, which says the same
        count_states(report, states)
        if states:
            with transaction() as session:
                write_states(session, import_id, states, details, {at: row.state for at, row in staged.items()})
        done += len(batch)
        tell(done)
    report.doubts.update(judged.doubted)


def count_states(report: FileReport, states: dict[int, str]) -> None:
    """Add a batch's states to the report."""
    counted = Counter(states.values())
    report.created += counted["new"]
    report.changed += counted["changed"]
    report.unchanged += counted["same"]
    report.outside += counted["outside"]


def _count_homes(report: FileReport, judged: Judged) -> None:
    states = Counter(seen.state for seen in judged.foreseen.values())
    report.households = {"created": states["new"], "changed": states["changed"]}
    report.homes_same = states["same"]
    report.doubts.update(judged.heads.counted)


def _division_counts(actor: Actor | None, brought: dict[str, DivisionIn]) -> dict[str, int]:
    with reading() as session:
        known = divisions.pull(session, sorted(brought))
    mine = {code: row for code, row in brought.items() if covers(actor, code)}
    renamed = sum(code in known and known[code][1]["name"] != row.name for code, row in mine.items())
    return {"created": sum(code not in known for code in mine), "changed": renamed}
