"""A ledger as a file: rows of the reader's scope in the official order or by a mapping, and what changed since."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path

from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.benefits import roll_service
from app.db import SHANGHAI
from app.divisions import service as divisions
from app.errors import BadInput, NotAllowed, TooBig
from app.hardship import fee_service
from app.hardship import rules as hardship
from app.papers import (
    calls_service,
    ledger_queries,
    ledger_rows,
    mapping_service,
    petitions_service,
    report_service,
    rules,
    workbook,
)
from app.papers.ledger_rows import Cells, Line
from app.papers.ledgers import BY_HAND, CALLS, LEDGERS, NOT_KEPT, PETITIONS, REPORTS
from app.papers.mapping_service import Mapping as Order
from app.papers.report_service import ADDED, CHANGED, ENDED, HOW, Known, Said
from app.papers.schemas import ExportWish
from app.papers.workbook import Cell, Head
from app.settings import service as settings

ROOM_FOR_THE_PEN = 20
COUNTS = "counts"
COUNTS_TITLE = "各地数量表"
CARE_FEE, ROLL = "care_fee", "roll"
NEEDED: dict[str, tuple[Permission, ...]] = {
    "visits": (Permission.VISITS_READ,), REPORTS: (Permission.CHILD_CASES,),
    CALLS: (Permission.CASEWORK, Permission.FEEDBACK_REPLY), PETITIONS: (Permission.CASEWORK,),
    COUNTS: (Permission.REGISTERS, Permission.OVERVIEW),
}  # fmt: skip
"""What a ledger asks for, one of these, where it is not the registers."""
OF_CASEWORK = {CALLS: calls_service, PETITIONS: petitions_service}
"""Ledgers whose room says what the reader may read; they stand under no keys of the registers."""
Tell = Callable[[int, int], None]


@dataclass
class Run:
    """One export under way: what was asked for, and what came of it."""

    actor: Actor
    wish: ExportWish
    mapping: Order
    keys: list[str]
    on: date
    tell: Tell
    total: int = 0
    known: dict[str, Known] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    number: int = 0
    done: int = 0

    @property
    def heads(self) -> list[Head]:
        """The columns of the file."""
        found = [Head(one.heading, one.width) for one in self.mapping.columns]
        return [Head("变化", 8), *found] if self._tells_how else found

    @cached_property
    def _tells_how(self) -> bool:
        return self.wish.changed and all(one.field != "how" for one in self.mapping.columns)

    @cached_property
    def _plan(self) -> list[tuple[str, str, Mapping[str, str], Callable[[str], str] | None]]:
        """Of each column: its field, what it always holds, its codes, its mask."""
        masks = {} if self.wish.full else ledger_rows.masks_of(self.wish.ledger)
        return [(one.field, one.value, one.codes, masks.get(one.field)) for one in self.mapping.columns]

    def row(self, cells: Cells, how: str, reported: str) -> list[Cell]:
        """One line of the file."""
        self.number += 1
        cells |= {"number": self.number, "reported": reported, "how": HOW[how]}
        told: list[Cell] = [HOW[how]] if self._tells_how else []
        for name, always, codes, mask in self._plan:
            value = always or cells.get(name, "")
            if mask is not None and value:
                value = mask(str(value))
            told.append(codes.get(str(value), value) if codes else value)
        return told

    def fingerprint(self, cells: Cells) -> str:
        """What a report would say of a row."""
        return report_service.digest((one.field, cells.get(one.field, "")) for one in self.mapping.columns if one.field)


def may_have(actor: Actor, name: str) -> bool:
    """Whether a ledger is for this account at all."""
    return any(actor.may(one) for one in NEEDED.get(name, (Permission.REGISTERS,)))


def wished(session: Session, actor: Actor, wish: ExportWish, on: date) -> ExportWish:
    """The wish with its month or quarter filled in, if it may be had.

    Raises:
        NotAllowed: the role sees figures only, or no whole numbers, or reports nothing.
        BadInput: no such ledger or mapping; a time that is none.
    """
    if not actor.may(Permission.EXPORT):
        raise NotAllowed()
    if wish.ledger == COUNTS:
        if not may_have(actor, COUNTS):
            raise NotAllowed()
        return wish.model_copy(update={"mapping": "", "full": False, "changed": False, "report": False})
    of = mapping_service.ledger(wish.ledger)
    if not may_have(actor, wish.ledger):
        if actor.may(Permission.REGISTERS) or not may_have(actor, COUNTS):
            raise NotAllowed()
        raise NotAllowed("你这里只能导出数量，不能导出名单。", code="figures_only")
    if wish.full and not actor.may(Permission.REGISTER_UNMASK):
        raise NotAllowed("你这里不能导出全号。", code="no_whole_numbers")
    if (wish.report or wish.changed) and wish.ledger in BY_HAND | {*OF_CASEWORK, CARE_FEE, ROLL}:
        raise BadInput("这个台账不记报送。", code="nothing_to_report")
    if wish.report and not actor.may(Permission.REGISTERS_WRITE):
        raise NotAllowed("你这里不能记报送。", code="no_report")
    mapping_service.of(session, wish.mapping, wish.ledger)
    return wish.model_copy(update={"period": _period(of.period, wish.period, on)})


def _period(kind: str, given: str, on: date) -> str:
    """The month or quarter asked for; the last whole one where none is named."""
    if kind == "quarter":
        if given and "Q" not in given:
            raise BadInput("季度没有写对，像 2026Q3。", code="bad_quarter")
        first, _ = hardship.quarter_days(hardship.quarter_of(on))
        return given or hardship.quarter_of(first - timedelta(days=1))
    if "Q" in given or (given and len(given) == 4):
        raise BadInput("月份没有写对，像 2026-10。", code="bad_month")
    return given or (f"{on.replace(day=1) - timedelta(days=1):%Y-%m}" if kind == "month" else "")


def begin(session: Session, actor: Actor, wish: ExportWish, on: date, tell: Tell, most: int | None = None) -> Run:
    """Find the rows, no more than one may take out at once.

    Raises:
        TooBig: `too_many_rows`, with what to do.
    """
    limit = most or settings.value(session, "export.rows", on, min(actor.divisions, key=len, default=""))
    if wish.ledger == COUNTS:
        return Run(actor, wish, _no_mapping(), [], on, tell)
    mapping = mapping_service.of(session, wish.mapping, wish.ledger)
    found: list[str] = []
    if wish.ledger in ledger_queries.SOURCES:
        found = ledger_queries.keys(
            session, wish.ledger, actor, on, area=wish.area, period=wish.period, programme=wish.programme, most=limit
        )  # fmt: skip
    total = _how_many(session, actor, wish, found, limit)
    if total > limit:
        words = f"超过 {limit} 行，一次最多 {limit} 行。请选一个乡镇或村，或选一个月、一种待遇。"
        raise TooBig(words, code="too_many_rows")
    run = Run(actor, wish, mapping, found, on, tell, total)
    if wish.ledger in ledger_queries.SOURCES:
        run.known = report_service.known(session, wish.ledger, mapping.code)
    return run


def _how_many(session: Session, actor: Actor, wish: ExportWish, keys: Sequence[str], limit: int) -> int:
    """How many rows will be taken out; of a list that is not counted before, no more than one above the limit."""
    if wish.ledger in OF_CASEWORK:
        return OF_CASEWORK[wish.ledger].count(session, actor, wish.area, limit + 1)
    if wish.ledger == CARE_FEE:
        return sum(1 for _ in fee_service.roll(session, actor, wish.period, wish.area))
    if wish.ledger != ROLL:
        return len(keys)
    wanted = [wish.programme] if wish.programme else roll_service.PROGRAMMES
    rolls = (roll_service.asked(actor, code, wish.period, wish.area) for code in wanted)
    return sum(roll_service.sums(session, one).lines for one in rolls)


def _no_mapping() -> Order:
    return Order.model_construct(code="official", ledger=COUNTS, title=COUNTS_TITLE, columns=())


def write(session: Session, run: Run, path: Path) -> int:
    """Write the file; returns its rows."""
    wish, mark = run.wish, rules.watermark(run.actor.name, run.on)
    if wish.ledger == COUNTS:
        heads, rows = _counts(session, run)
        return workbook.write(path, COUNTS_TITLE, heads, rows, mark=mark, notes=[])
    title = run.mapping.title + (f" {wish.period}" if wish.period else "")
    notes = ["身份证号、电话、账号已遮住。" if not wish.full else "含全号，用完请销毁。"]
    if wish.ledger in BY_HAND:
        notes = [NOT_KEPT]
    if wish.ledger in OF_CASEWORK:
        notes += OF_CASEWORK[wish.ledger].about(run.actor, wish.area)
    if wish.ledger == REPORTS:
        notes.append("不写孩子的名字；只由三个人看的不在内。")
    if wish.changed:
        notes.append("只有上次报送以后新增、改动、停止的。")
    plain = run.mapping.plain and not wish.changed
    return workbook.write(path, title, run.heads, _rows(session, run), mark=mark, notes=notes, plain=plain)


def _rows(session: Session, run: Run) -> Iterator[list[Cell]]:
    wish = run.wish
    if wish.ledger in BY_HAND:
        yield from ([""] * len(run.heads) for _ in range(ROOM_FOR_THE_PEN))
        return
    wanted = frozenset(one.field for one in run.mapping.columns)
    if wish.ledger == CARE_FEE:
        slices = ledger_rows.fees(session, run.actor, wish.period, wish.area)
    elif wish.ledger == ROLL:
        slices = ledger_rows.rolls(session, run.actor, wish.period, wish.area, wish.programme)
    elif wish.ledger in OF_CASEWORK:
        slices = iter([OF_CASEWORK[wish.ledger].lines(session, run.actor, wish.area, run.total)])
    else:
        slices = ledger_rows.lines(session, run.actor, wish.ledger, run.keys, run.on, wanted)
    for part in slices:
        for line in part:
            yield from _line(run, line)
        run.done += len(part)
        run.tell(run.done, max(run.total, run.done))
    yield from _ended(session, run)


def _line(run: Run, line: Line) -> Iterator[list[Cell]]:
    if not run.known and not run.wish.report and not run.wish.changed:
        yield run.row(line.cells, report_service.SAME, "")
        return
    before, now = run.known.get(line.key), run.fingerprint(line.cells)
    how = report_service.change(before, now)
    reported = "" if how == ADDED or before is None else before.on.isoformat()
    if how == CHANGED:
        reported += "，后来有改动"
    if run.wish.report and how in (ADDED, CHANGED):
        told = [line.cells.get(one.field, "") for one in run.mapping.columns]
        run.said.append(Said(line.key, line.division, how, now, told))
    if not run.wish.changed or how in (ADDED, CHANGED):
        yield run.row(line.cells, how, reported)


def _ended(session: Session, run: Run) -> Iterator[list[Cell]]:
    """Rows that were reported and are no longer there: told when what changed is asked for, kept when it is sent up."""
    if not run.known or not (run.wish.changed or run.wish.report):
        return
    areas = [run.wish.area] if run.wish.area else list(run.actor.divisions)
    gone = report_service.ended(run.known, run.keys, areas)
    for key, cells in report_service.cells_of(session, gone):
        if run.wish.report:
            run.said.append(Said(key, gone[key].division, ENDED, gone[key].digest, cells))
        if run.wish.changed:
            fields = [one.field for one in run.mapping.columns]
            told = dict(zip(fields, cells, strict=False)) if len(fields) == len(cells) else {}
            yield run.row(told, ENDED, gone[key].on.isoformat())


def _counts(session: Session, run: Run) -> tuple[list[Head], list[list[Cell]]]:
    """How many, by place: villages for who may see the lists, townships for who sees figures only."""
    length = 12 if run.actor.may(Permission.REGISTERS) else 9
    names = [name for name in ledger_queries.SOURCES if name not in ("petty", "findings", "notices", REPORTS)]
    found = {name: dict(ledger_queries.counted(session, name, run.actor, run.on, length)) for name in names}
    codes = sorted({code for one in found.values() for code in one})
    places = divisions.places(session, codes)
    heads = [Head("地方", 20), *(Head(LEDGERS[name].title, 12) for name in names)]
    rows: list[list[Cell]] = [[places[code], *(found[name].get(code, 0) for name in names)] for code in codes]
    rows.append(["合计", *(sum(found[name].values()) for name in names)])
    return heads, rows


def kept(session: Session, run: Run, rows: int, now: datetime) -> str | None:
    """Remember what was sent up, where that was asked for; returns the report's id."""
    if not run.wish.report:
        return None
    area = run.wish.area or min(run.actor.divisions, key=len, default="")
    made = report_service.keep(
        session, run.actor, run.wish.ledger, run.mapping.code, area, run.said, len(run.keys), now
    )  # fmt: skip
    return made.id


def today(now: datetime) -> date:
    """The day in China."""
    return now.astimezone(SHANGHAI).date()
