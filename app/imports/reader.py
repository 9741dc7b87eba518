"""Sheets to rows: which ledger a sheet is, where its header stands, what each row below it is.

The reader knows headers, titles, blank and 合计 rows, signatures, merged cells and rows written twice; which fields
there are it learns from a ledger (`app.imports.ledgers`). It streams, so that a roster of 150,000 rows does not have
to stand in memory.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from itertools import islice
from typing import Any

from app.households.rules import read_id
from app.imports import rules
from app.imports.book import Book, Sheet
from app.imports.ledgers import Column, Ledger, Shape, header_key, ledgers
from app.imports.rules import Cell, Repair

_HEADER_WITHIN = 30
_REMEMBERED = 4096
"""Cells of a column that are remembered with what they say: enough for words, and no more than that for numbers."""
_TOTAL = re.compile(r"(本[页村组镇县]|[全各].{0,4}|.{0,8}[村镇乡组县])?(合计|小计|总计|共计|累计)(:.*)?(\d*[人户]?)?")
_SIGNATURE = re.compile(
    r"(制表|填表|填报|审核|复核|审批|经办|负责|分管|主管|领导|签字|签名|盖章|公章|报送|联系|统计)[^:]{0,8}:"
)
_NOTE = re.compile(r"(注|备注|说明|填表说明|附注):.*")


@dataclass(slots=True)
class Line:
    """One row of a sheet.

    `kind`: record, title, blank, total, footer, note, header. For a record: `values` by field, what was repaired,
    `why` it cannot be read (with `shown`, the cell as it stands), what is doubtful (`warnings`: code, field, cell),
    and `twin`, the row that says the same.
    """

    sheet: str
    row: int
    kind: str
    values: dict[str, Any] = field(default_factory=dict)
    repairs: list[Repair] = field(default_factory=list)
    warnings: list[tuple[str, str, str]] = field(default_factory=list)
    why: str | None = None
    shown: str = ""
    name: str = ""
    twin: tuple[str, int] | None = None

    @property
    def kinds(self) -> list[str]:
        """Kinds of repair in the row, each once, in order."""
        return list(dict.fromkeys(repair.kind for repair in self.repairs))


@dataclass(frozen=True)
class Header:
    """Where a header was found: its last row (from 1), how many rows it has, which column holds which field."""

    row: int
    rows: int
    columns: dict[int, Column]
    unknown: tuple[str, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """A sheet with the ledger, shape and header it turned out to have; without, it holds only words."""

    sheet: Sheet
    ledger: Ledger | None = None
    shape: Shape | None = None
    header: Header | None = None
    title: str = ""


def _bare(text: str) -> str:
    return unicodedata.normalize("NFKC", rules.squeeze(text))


def _text(cell: Cell, bare: Callable[[str], str] = _bare) -> str:
    """The words of a cell; `bare` may remember them."""
    if isinstance(cell, str):
        return cell if cell.isascii() and cell.isalnum() else bare(cell)
    return "" if cell is None else _bare(rules.shown(cell))


def _map(shape: Shape, upper: Sequence[str], leaf: Sequence[str]) -> tuple[dict[int, Column], tuple[str, ...]]:
    """Columns by position. A two-row header is tried as group + leaf, then as leaf, then as group."""
    columns: dict[int, Column] = {}
    unknown, taken, group = [], set(), ""
    for position, own in enumerate(leaf):
        above = upper[position] if position < len(upper) else ""
        group = above or group
        tries = [group + own, own] if own and group else [own or above]
        column = next((c for c in map(shape.column_for, filter(None, tries)) if c and c.field not in taken), None)
        if column:
            columns[position] = column
            taken.add(column.field)
        elif own or above:
            unknown.append(own or above)
    return columns, tuple(unknown)


def _header(shape: Shape, rows: Sequence[tuple[int, list[str]]], tall: set[int]) -> Header | None:
    """The first row (with the row above or below, where a header has two) that names what the shape needs.

    Args:
        tall: rows where a vertically merged cell begins; a header that begins there goes on below.
    """
    texts = [words for _, words in rows]
    for index, leaf in enumerate(texts):
        if sum(map(bool, leaf)) < 3:
            continue
        number = rows[index][0]
        alone, unknown = _map(shape, (), leaf)
        below = texts[index + 1] if index + 1 < len(texts) else []
        if number in tall and below and not _looks_like_data(below):
            both, left = _map(shape, leaf, below)
            if len(both) >= len(alone) and shape.needs <= {c.field for c in both.values()}:
                return Header(rows[index + 1][0], 2, both, left, tuple(below))
        if shape.needs <= {c.field for c in alone.values()}:
            above = texts[index - 1] if index else []
            if sum(map(bool, above)) < 2:
                return Header(number, 1, alone, unknown, tuple(leaf))
            both, left = _map(shape, above, leaf)
            return Header(number, 2, both, left, tuple(leaf))
    return None


def _looks_like_data(texts: Sequence[str]) -> bool:
    return any(re.search(r"\d{4}", text) for text in texts)


@dataclass(frozen=True)
class Told:
    """How a person said that a header is to be read: its shape, and by header cell the field (empty: none)."""

    shape: str
    columns: Mapping[str, str]


def fingerprint(cells: Sequence[str]) -> str:
    """What a header is remembered by: its words, whatever their ornaments."""
    words = [header_key(cell) for cell in cells]
    while words and not words[-1]:
        words.pop()
    return blake2b("|".join(words).encode(), digest_size=16).hexdigest()


def _as_told(sheet: Sheet, rows: Sequence[tuple[int, list[str]]], told: Mapping[str, Told]) -> Found | None:
    """A sheet whose header somebody has explained before."""
    for number, texts in rows:
        said = told.get(fingerprint(texts)) if any(texts) else None
        for ledger in ledgers() if said else ():
            for shape in ledger.shapes:
                if said and shape.name == said.shape:
                    fields = {at: said.columns.get(header_key(text), "") for at, text in enumerate(texts)}
                    columns = {at: shape.by_field[name] for at, name in fields.items() if name in shape.by_field}
                    unknown = tuple(text for text in texts if text and header_key(text) not in said.columns)
                    title = "".join(text for above, line in rows if above < number for text in line)
                    return Found(sheet, ledger, shape, Header(number, 1, columns, unknown, tuple(texts)), title)
    return None


def likely_header(rows: Sequence[tuple[int, list[Cell]]]) -> tuple[str, ...]:
    """The words right above the first row that holds an ID number, where they can be a header at all."""
    before: list[str] = []
    for _, cells in rows:
        texts = [_text(cell) for cell in cells]
        if any(re.fullmatch(r"\d{15}|\d{17}[\dXx]", text) for text in texts):
            sound = sum(map(bool, before)) >= 3 and not any(re.search(r"\d{5}", text) for text in before)
            return tuple(before) if sound else ()
        before = texts if any(texts) else before
    return ()


def holds_rows(sheet: Sheet) -> bool:
    """Whether a sheet is more than words: two rows with three cells or more."""
    wide = (number for number, cells in sheet.rows() if sum(map(bool, map(_text, cells))) >= 3)
    return len(list(islice(wide, 2))) == 2


def recognise(book: Book, told: Mapping[str, Told] | None = None) -> list[Found]:
    """Every sheet with its ledger: by its columns first, by the words of its title, tab and file where they tie.

    Args:
        told: headers that somebody has explained, by their fingerprint; these come first.
    """
    known = ledgers()
    found = []
    for sheet in book.sheets:
        rows = [(number, list(map(_text, cells))) for number, cells in islice(sheet.rows(), _HEADER_WITHIN)]
        if told and (explained := _as_told(sheet, rows, told)):
            found.append(explained)
            continue
        tall = {top for top, _, _ in sheet.merges}
        best: tuple[float, Found] = (0.0, Found(sheet))
        for ledger in known:
            for shape in ledger.shapes:
                header = _header(shape, rows, tall)
                if header is None:
                    continue
                title = "".join(text for at, line in rows if at <= header.row - header.rows for text in line)
                score = len(header.columns) - len(header.unknown)
                score += 3 * any(word in title for word in ledger.words)
                score += 2 * any(word in book.name or word in sheet.name for word in ledger.words)
                if score > best[0]:
                    best = (score, Found(sheet, ledger, shape, header, title))
        found.append(best[1])
    return found


class _Merges:
    """Fills the cells below the first of a vertical merge: a merged cell is not a blank one."""

    def __init__(self, merges: Sequence[tuple[int, int, int]], columns: dict[int, Column], after: int) -> None:
        fill = {i for i, c in columns.items() if c.field not in {"id", "name", "serial"}}
        self.starts = {(top, column): bottom for top, bottom, column in merges if column in fill and top > after}
        self.open: dict[int, tuple[int, Cell]] = {}

    def fill(self, number: int, cells: list[Cell]) -> set[int]:
        """Fill a row in place; the columns that were filled."""
        filled: set[int] = set()
        if not self.starts:
            return filled
        for column, (bottom, value) in list(self.open.items()):
            if number > bottom:
                del self.open[column]
            elif column < len(cells) and rules.is_blank(cells[column]):
                cells[column] = value
                filled.add(column)
        for column, cell in enumerate(cells):
            bottom = self.starts.get((number, column))
            if bottom:
                self.open[column] = (bottom, cell)
        return filled


def read(found: Found, on: date) -> Iterator[Line]:
    """The rows of a sheet that belongs to a ledger, but for its last header row.

    Args:
        on: the day against which a birthday may lie in the future.
    """
    if found.shape is None or found.header is None:
        return
    reader = _SheetReader(found, found.shape, found.header, on)
    blanks: list[Line] = []
    for number, cells in found.sheet.rows():
        if number == found.header.row:
            continue
        line = reader.line(number, list(cells))
        if line.kind == "blank":
            blanks.append(line)
            continue
        yield from blanks
        blanks.clear()
        yield line


class _SheetReader:
    """Row by row, with what a row needs of those above it: the run of a village, the household, what was read."""

    def __init__(self, found: Found, shape: Shape, header: Header, on: date) -> None:
        self.sheet, self.shape, self.header, self.on = found.sheet.name, shape, header, on
        self.merges = _Merges(found.sheet.merges, header.columns, header.row)
        marked = [i for i, c in header.columns.items() if c.field == "id" and "id" in shape.marks]
        self.subjects = marked[::-1]
        self.cells = list(header.cells)
        # Columns say the same few words again and again; names and numbers among them do not outlive the sheet.
        self.bare = lru_cache(maxsize=8192)(_bare)
        self.runs = [c.field for c in header.columns.values() if c.scope == "village"]
        self.known: dict[str, dict[str, tuple[Any, list[Repair]]]] = {c.field: {} for c in header.columns.values()}
        self.village: dict[str, Any] = {}
        self.above: dict[str, Any] = {}

    def line(self, number: int, cells: list[Cell]) -> Line:
        if number < self.header.row:
            return Line(self.sheet, number, "title" if any(map(_text, cells)) else "blank")
        own = [_text(cell, self.bare) for cell in cells]
        kind = self._kind(own)
        filled = self.merges.fill(number, cells)
        if kind != "record":
            return Line(self.sheet, number, kind)
        return self._record(number, cells, filled)

    def _kind(self, texts: list[str]) -> str:
        """What a row is, by what stands in it before merged cells are filled."""
        if not any(texts):
            return "blank"
        if texts[: len(self.cells)] == self.cells:
            return "header"
        if next((texts[i] for i in self.subjects if i < len(texts)), "") and sum(map(bool, texts)) > 1:
            return "record"
        said = {c.field for i, c in self.header.columns.items() if i < len(texts) and texts[i]}
        by_field = {c.field: texts[i] for i, c in self.header.columns.items() if i < len(texts)}
        words = [text for text in texts if text]
        subject = by_field.get("id", "")
        if not subject and any(_TOTAL.fullmatch(word) for word in words[:3]):
            return "total"
        if not subject and (_SIGNATURE.match(words[0]) or (len(words) <= 6 and all(map(_SIGNATURE.match, words)))):
            return "footer"
        if not subject and _NOTE.fullmatch(words[0]):
            return "note"
        if said & set(self.shape.marks):
            return "note" if len(words) == 1 and len(words[0]) > 12 and not re.search(r"\d{6}", words[0]) else "record"
        if len(said - {"serial", "village", "town"}) >= 2:
            return "record"
        return "blank" if said <= {"serial", "village", "town"} and len(words) <= len(said) else "note"

    def _record(self, number: int, cells: list[Cell], filled: set[int]) -> Line:
        line = Line(self.sheet, number, "record")
        for position, column in self.header.columns.items():
            cell = cells[position] if position < len(cells) else None
            known = self.known[column.field].get(cell) if type(cell) is str else None
            if known is None:
                self._field(line, column, cell, position in filled)
                continue
            line.values[column.field], repairs = known
            if repairs and position not in filled:
                line.repairs += repairs
        line.name = line.values.get("name") or ""
        self._carry(line)
        for needed, why in (("household", "household_missing"), ("name", "name_missing")):
            if line.why is None and needed in self.shape.needs and not line.values.get(needed):
                line.why = why
        _compare_sex(line)
        return line

    def _field(self, line: Line, column: Column, cell: Cell, filled: bool) -> None:
        reading = rules.READERS[column.kind](cell)
        value, warning = reading.value, reading.warning
        if isinstance(value, str) and len(value) > column.longest:
            value, warning = None, "too_long"
        line.values[column.field] = value
        if filled:
            return
        if column.kind == "id" and value:
            warning = read_id(value, self.on).warning
        text = rules.shown(cell) if reading.kinds or reading.why or warning else ""
        repairs = [Repair(column.field, kind, text, _as_text(value)) for kind in reading.kinds]
        line.repairs += repairs
        if not (reading.why or warning):
            self._remember(column, cell, value, repairs)
            return
        if reading.why and column.field == self.shape.subject:
            if self.shape.needs_subject or not rules.is_blank(cell):
                line.why, line.shown = reading.why, text
        elif reading.why and column.field == "household" and "household" in self.shape.needs:
            if line.why is None:
                line.why, line.shown = reading.why, text
        elif reading.why and not rules.is_blank(cell):
            line.warnings.append((reading.why, column.field, text))
        if warning:
            line.warnings.append((warning, column.field, text))

    def _remember(self, column: Column, cell: Cell, value: Any, repairs: list[Repair]) -> None:
        """What a cell says that raises no doubt; most columns repeat a few words or days all the way down."""
        known = self.known[column.field]
        if type(cell) is str and len(known) < _REMEMBERED:
            known[cell] = value, repairs

    def _carry(self, line: Line) -> None:
        """Village names stand once for a run; a household's code may stand only beside its first member."""
        values = line.values
        for name in self.runs:
            if values[name]:
                self.village[name] = values[name]
            else:
                values[name] = self.village.get(name)
        if "household" in values and not values["household"]:
            same_head = values.get("head") and values["head"] == self.above.get("head")
            if same_head and values.get("relation") not in {"户主", "本人"}:
                values["household"] = self.above.get("household")
        self.above = values


def _compare_sex(line: Line) -> None:
    """Sex comes from the number; a ledger that says otherwise is told, and what it says is kept beside."""
    written, number = line.values.get("sex"), line.values.get("id")
    if number and written in {"男", "女"} and (written == "男") != bool(int(number[16]) % 2):
        line.warnings.append(("sex_differs", "sex", written))
        line.values["sex_differs"] = written


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


class Twins:
    """Finds rows that say the same as an earlier one, over all sheets of a file.

    Two rows are one record when every field agrees but the running number; a household's own values may be left out
    of the second, as they are left out everywhere but on a household's first row.
    """

    def __init__(self, shape: Shape) -> None:
        self.silent = {"serial"} | {c.field for c in shape.columns if c.scope == "household"}
        self.seen: dict[bytes, tuple[str, int]] = {}

    def mark(self, line: Line) -> None:
        """Set `line.twin` (and the repair `duplicate_row`) when an earlier row was the same."""
        said = "\x1f".join(
            f"{key}={value if type(value) is str else _as_text(value)}"
            for key, value in sorted(line.values.items())
            if value and key not in self.silent
        )
        key = blake2b(said.encode(), digest_size=16).digest()
        first = self.seen.setdefault(key, (line.sheet, line.row))
        if first != (line.sheet, line.row):
            line.twin = first
            line.repairs.append(Repair("", "duplicate_row", f"{first[0]} {first[1]}", ""))
