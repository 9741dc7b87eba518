"""A file becomes staged rows: read, tallied, sealed, compared with the register, of which nothing changes."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import bindparam, delete, insert, update
from sqlmodel import Session, col

from app.accounts.schemas import Actor
from app.db import SHANGHAI, reading, transaction, utcnow
from app.divisions import service as divisions
from app.divisions.schemas import DivisionIn
from app.households.foresee_service import Foreseen, foresee_households, foresee_people
from app.imports import lines, queries, reader, taking
from app.imports.book import Book, open_book
from app.imports.lines import Detail
from app.imports.reader import Found, Line
from app.imports.schemas import FileReport
from app.imports.taking import Homes
from models.imports import ImportLine

Tell = Callable[[int, int], None]
STAGE, COMPARE = 500, 1000
_SOUND = ("read", "new", "changed", "same", "outside")


@dataclass
class Gathered:
    """What the sound rows of a roster say together: homes, and who stands where, ordered by ID number.

    Rows with one number lie side by side, so that no batch parts them: two rows of one person must meet.
    """

    homes: Homes = field(default_factory=Homes)
    people: list[tuple[str, int, str]] = field(default_factory=list)

    def see(self, position: int, detail: Detail, sound: bool) -> None:
        """Take one row in."""
        self.homes.see(detail.values, sound)
        if sound:
            self.people.append((detail.values["id"], position, detail.values["household"]))

    def batches(self, size: int) -> Iterator[list[int]]:
        """Positions in batches that never part rows of one number."""
        batch: list[int] = []
        last = ""
        for number, position, _ in sorted(self.people):
            if len(batch) >= size and number != last:
                yield batch
                batch = []
            batch.append(position)
            last = number
        if batch:
            yield batch


def today() -> date:
    """The day in China."""
    return utcnow().astimezone(SHANGHAI).date()


def read_file(import_id: str, actor: Actor | None, name: str, data: bytes, tell: Tell) -> FileReport:
    """Read a file into staged rows and compare them with the register.

    Args:
        tell: hears how many of how many rows are done.

    Raises:
        NotSpreadsheet: the file cannot be opened.
    """
    book = open_book(name, data)
    found = reader.recognise(book)
    report = _start_report(book, found)
    rows = sum(one.sheet.height for one in found if one.shape)
    steps = rows * 2 if report.taken else rows
    _forget_rows(import_id)
    reference = _stage(import_id, found, report, lambda done: tell(done, steps))
    if report.taken:
        _compare(import_id, actor, reference, report, lambda done: tell(rows + done, steps))
    tell(steps, steps)
    return report


def _start_report(book: Book, found: Sequence[Found]) -> FileReport:
    report = FileReport(encoding=book.encoding)
    known = Counter(one.ledger.code for one in found if one.ledger and one.shape and not one.shape.reference)
    report.ledger = known.most_common(1)[0][0] if known else None
    report.taken = report.ledger in taking.TAKEN
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


def _stage(
    import_id: str, found: Sequence[Found], report: FileReport, tell: Callable[[int], None]
) -> dict[str, DivisionIn]:
    """Stage every record row; returns the divisions that sheets of codes name."""
    reference: dict[str, DivisionIn] = {}
    twins: dict[str, reader.Twins] = {}
    told: dict[tuple[Any, ...], tuple[str, int]] = {}
    pending: list[dict[str, Any]] = []
    position, seen, on = 0, 0, today()
    for one in found:
        if one.shape is None:
            continue
        for line in reader.read(one, on):
            seen += 1
            if one.shape.reference:
                reference.update({row.code: row for row in taking.division_rows(line.values)})
                continue
            if line.kind == "record" and not line.why:
                twins.setdefault(one.shape.name, reader.Twins(one.shape)).mark(line)
            tally(report, line)
            if line.kind != "record":
                continue
            pending.append(_row(import_id, position, line, told if report.taken else None))
            report.contrary += pending[-1]["state"] == "contrary"
            position += 1
            if len(pending) >= STAGE:
                _write(pending)
                tell(seen)
    _write(pending)
    return reference


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
    report.doubts.update(Counter({code for code, _, _ in line.warnings}))
    if line.repairs:
        report.rows_repaired_total += 1
        report.rows_repaired.update(Counter(line.kinds))
    else:
        report.rows_good += 1


def _row(
    import_id: str, position: int, line: Line, told: dict[tuple[Any, ...], tuple[str, int]] | None
) -> dict[str, Any]:
    """A staged row. One person told twice in one home, but not alike, is taken once: which is right, a person says."""
    state, detail = lines.staged(line)
    if told is not None and state == "read":
        who = (line.values["id"], line.values["household"], line.name)
        first = told.setdefault(who, (line.sheet, line.row))
        if first != (line.sheet, line.row):
            state, detail.why, detail.twin = "contrary", "told_twice", first
    return {
        "import_id": import_id, "position": position, "sheet": line.sheet[:64], "row": line.row, "name": line.name[:64],
        "state": state, "repaired": bool(line.repairs) and not line.why, "detail": detail.pack(),
    }  # fmt: skip


def _write(pending: list[dict[str, Any]]) -> None:
    if pending:
        with transaction() as session:
            session.execute(insert(ImportLine), pending)
        pending.clear()


def gather(session: Session, import_id: str) -> Gathered:
    """What the staged rows of a roster say together."""
    gathered = Gathered()
    for row in queries.stream(session, import_id, (*_SOUND, "contrary", "unreadable")):
        gathered.see(row.position, lines.unpack(row.detail), row.state in _SOUND)
    return gathered


def villages(session: Session, gathered: Gathered, reference: dict[str, DivisionIn]) -> dict[str, DivisionIn]:
    """The divisions an import brings: those of its sheet of codes, and villages that only its rows name.

    A household code begins with its village's code, and the row names the village beside it.
    """
    brought = dict(reference)
    named: dict[str, str] = {}
    for code, home in gathered.homes.fields.items():
        village = taking.village_of(code)
        if village and home.get("village"):
            named.setdefault(village, home["village"])
    known = set(divisions.pull(session, sorted(named)))
    for village, name in named.items():
        if village not in known and village not in brought:
            brought[village] = DivisionIn(code=village, name=name)
    return brought


@dataclass(frozen=True)
class Judged:
    """What would become of the homes of a file: taken ones with their ids and villages, and why others are not."""

    places: dict[str, tuple[str, str]]
    refused: dict[str, str]
    foreseen: dict[str, Foreseen]


def judge_homes(session: Session, actor: Actor | None, gathered: Gathered, brought: dict[str, DivisionIn]) -> Judged:
    """Which homes can be taken in by this actor."""
    codes = sorted(gathered.homes.sound)
    known = set(divisions.pull(session, sorted({village for code in codes if (village := taking.village_of(code))})))
    places: dict[str, tuple[str, str]] = {}
    refused: dict[str, str] = {}
    foreseen: dict[str, Foreseen] = {}
    for start in range(0, len(codes), COMPARE):
        part = []
        for code in codes[start : start + COMPARE]:
            village = taking.village_of(code)
            if village is None or (village not in known and village not in brought):
                refused[code] = "unknown_division"
            elif not covers(actor, village):
                refused[code] = "outside_area"
            else:
                part.append(code)
        rows = [gathered.homes.household(code) for code in part]
        for code, row, seen in zip(part, rows, foresee_households(session, rows), strict=True):
            if not covers(actor, seen.division or row.division):
                refused[code] = "outside_area"
                continue
            places[code] = (seen.row_id or f"new:{code}"[:36], seen.division or row.division)
            foreseen[code] = seen
    return Judged(places, refused, foreseen)


def covers(actor: Actor | None, division: str) -> bool:
    """Whether a division lies in the actor's area; the operator at the machine has the whole county."""
    return actor is None or any(division.startswith(area) for area in actor.divisions)


def judge_people(
    session: Session, actor: Actor | None, details: dict[int, Detail], judged: Judged, on: date
) -> dict[int, str]:
    """The state of each row of a batch; what would change is written into its detail."""
    states: dict[int, str] = {}
    asked: list[int] = []
    for position, detail in details.items():
        why = judged.refused.get(detail.values["household"])
        if why:
            states[position], detail.why = "outside", why
        else:
            asked.append(position)
    rows = [taking.person_of(details[position].values) for position in asked]
    for position, seen in zip(asked, foresee_people(session, rows, judged.places, on), strict=True):
        if seen.division and not covers(actor, seen.division):
            states[position], details[position].why = "outside", "outside_area"
        else:
            states[position] = seen.state
            details[position].before, details[position].after = seen.before, seen.after
    return states


def _compare(
    import_id: str,
    actor: Actor | None,
    reference: dict[str, DivisionIn],
    report: FileReport,
    tell: Callable[[int], None],
) -> None:
    on, done = today(), 0
    with reading() as session:
        gathered = gather(session, import_id)
        brought = villages(session, gathered, reference)
        judged = judge_homes(session, actor, gathered, brought)
    report.divisions = _division_counts(actor, brought)
    report.households = _home_counts(judged)
    report.brought = [row for row in brought.values() if covers(actor, row.code)]
    for batch in gathered.batches(COMPARE):
        with reading() as session:
            staged = queries.by_positions(session, import_id, batch)
            details = {position: lines.unpack(row.detail) for position, row in staged.items()}
            states = judge_people(session, actor, details, judged, on)
        count_states(report, states)
        with transaction() as session:
            write_states(session, import_id, states, details)
        done += len(batch)
        tell(done)


def count_states(report: FileReport, states: dict[int, str]) -> None:
    """Add a batch's states to the report."""
    counted = Counter(states.values())
    report.created += counted["new"]
    report.changed += counted["changed"]
    report.unchanged += counted["same"]
    report.outside += counted["outside"]


def _home_counts(judged: Judged) -> dict[str, int]:
    states = Counter(seen.state for seen in judged.foreseen.values())
    return {"created": states["new"], "changed": states["changed"]}


def _division_counts(actor: Actor | None, brought: dict[str, DivisionIn]) -> dict[str, int]:
    with reading() as session:
        known = divisions.pull(session, sorted(brought))
    mine = {code: row for code, row in brought.items() if covers(actor, code)}
    renamed = sum(code in known and known[code][1]["name"] != row.name for code, row in mine.items())
    return {"created": sum(code not in known for code in mine), "changed": renamed}


def write_states(session: Session, import_id: str, states: dict[int, str], details: dict[int, Detail]) -> None:
    """Write what became of a batch of rows; the detail only where it says something new."""
    by_state: dict[str, list[int]] = {}
    for position, state in states.items():
        if state in {"changed", "outside"}:
            continue
        by_state.setdefault(state, []).append(position)
    for state, positions in by_state.items():
        for start in range(0, len(positions), queries.CHUNK):
            part = positions[start : start + queries.CHUNK]
            session.execute(
                update(ImportLine)
                .where(col(ImportLine.import_id) == import_id, col(ImportLine.position).in_(part))
                .values(state=state)
            )
    told = [
        {"b_position": position, "b_state": state, "b_detail": details[position].pack()}
        for position, state in states.items()
        if state in {"changed", "outside"}
    ]
    if told:
        session.connection().execute(
            update(ImportLine.__table__)  # type: ignore[attr-defined]
            .where(col(ImportLine.import_id) == import_id, col(ImportLine.position) == bindparam("b_position"))
            .values(state=bindparam("b_state"), detail=bindparam("b_detail", type_=ImportLine.__table__.c.detail.type)),  # type: ignore[attr-defined]
            told,
        )
