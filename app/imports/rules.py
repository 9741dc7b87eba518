"""What a cell of a county spreadsheet says, what was repaired to read it, or why it cannot be read.

Pure: no session, no clock, no file. Kinds of repair and reasons are named as the county's reports name them.
Nothing is guessed: a cell that lost information says so and gives no value.
"""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from app.households.rules import check_digit, expand_old
from app.imports.characters import standard

Cell = str | int | float | bool | date | datetime | time | timedelta | None

# Blanks that spreadsheets really hold: no-break, ideographic, zero-width, byte order mark, line and tab characters.
_BLANKS = "".join(map(chr, (
    *range(9, 14), *range(28, 33), 0x85, 0xA0, 0x1680, 0x180E, *range(0x2000, 0x2010), *range(0x2028, 0x2030), 0x205F,
    0x2060, 0x3000, 0xFEFF,
)))  # fmt: skip
_BLANK = re.compile(f"[{_BLANKS}]+")
_EDGE = re.compile(f"^[{_BLANKS}]+|[{_BLANKS}]+$")
# A blank beside a Chinese character or the dot of a transliterated name is alignment; between Latin words it is not.
_NAME_BLANK = re.compile(f"(?<![A-Za-z])[{_BLANKS}]+|[{_BLANKS}]+(?![A-Za-z])")
_WHOLE = re.compile(r"[0-9]{17}[0-9X]")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d{2}")
_NONE_WORDS = frozenset(
    {"无", "没有", "无证", "不详", "不明", "未知", "暂无", "待补", "空", "/", "\\", "-", "--", "—", "——", "#N/A", "N/A"}
)
_CROSSES = str.maketrans(dict.fromkeys("×xχΧхХ✕✖╳", "X"))
_EXACT = 2**53
_MOST = 1e12
_EXCEL_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Repair:
    """One thing that was put right in a cell: its kind, the field, the cell as shown and the value taken."""

    field: str
    kind: str
    before: str
    after: str


class Reading(NamedTuple):
    """What a cell says. `why` is set when it cannot be read, `warning` when it can but is doubtful."""

    value: Any = None
    kinds: tuple[str, ...] = ()
    why: str | None = None
    warning: str | None = None


NOTHING = Reading()


def shown(cell: Cell) -> str:
    """The cell as a person would see it; long numbers with the digits that are really there."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    number = _number(cell)
    if number is not None:
        if abs(number) >= 1e15:
            return f"{number:.14E}"
        return str(int(number)) if number == int(number) else repr(number)
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes" if cell.time() != time.min else "auto").removesuffix(" 00:00:00")
    return str(cell)


def squeeze(text: str) -> str:
    """Text without any kind of blank."""
    return text if text.isalnum() else _BLANK.sub("", text)


def trim(text: str) -> str:
    """Text without blanks at its ends."""
    return text.strip(_BLANKS)


def is_blank(cell: Cell) -> bool:
    """Whether a cell says nothing."""
    return cell is None or (isinstance(cell, str) and not trim(cell))


def _number(cell: Cell) -> float | int | None:
    return cell if isinstance(cell, (int, float)) and not isinstance(cell, bool) and math.isfinite(cell) else None


def _born(number: str) -> date | None:
    return _date(number[6:10], number[10:12], number[12:14])


def _sound(number: str) -> bool:
    return check_digit(number[:17]) == number[17]


def _clean_id(text: str) -> tuple[str, list[str]]:
    kinds = []
    core = trim(text)
    bare = core.lstrip("'‘’`")
    if bare != core:
        kinds.append("id_quote")
        core = trim(bare)
    if core and core != text and text != trim(text):
        kinds.insert(0, "id_space")
    if _BLANK.search(core):
        kinds.append("id_inner_space")
        core = squeeze(core)
    narrow = unicodedata.normalize("NFKC", core)
    if narrow != core:
        kinds.append("id_fullwidth")
    if core.endswith("x"):
        kinds.append("id_lower_x")
    return narrow.upper() if narrow.isascii() else narrow, kinds


def read_id(cell: Cell) -> Reading:
    """An ID number (GB 11643), complete as written, or why it is lost.

    A number cell keeps 15 digits, so an 18-place one has lost its tail; scientific text has lost more. A complete
    number that is wrong in itself (check digit, impossible date) is read as written: that is a finding, not a guess.
    """
    number = _number(cell)
    if number is not None:
        if abs(number) > _EXACT:
            return Reading(why="id_lost_tail")
        cell = str(int(number)) if number == int(number) else repr(number)
    if not isinstance(cell, str):
        return Reading(why="id_missing" if cell is None else "id_malformed")
    text, kinds = (cell, []) if _WHOLE.fullmatch(cell) else _clean_id(cell)
    if _WHOLE.fullmatch(text):
        lost = text.endswith("000") and not _sound(text)
        return Reading(why="id_lost_tail") if lost else Reading(text, tuple(kinds))
    if not text or text in _NONE_WORDS:
        return Reading(why="id_missing")
    if _SCIENTIFIC.fullmatch(text):
        return Reading(why="id_scientific_text")
    if re.fullmatch(r"\d{15}", text):
        longer = expand_old(text)
        return Reading(longer, (*kinds, "id_15")) if _born(longer) else Reading(why="id_malformed")
    if re.fullmatch(r"\d{17}[^\dX]", text) and (crossed := text.translate(_CROSSES)) != text and _sound(crossed):
        return Reading(crossed, (*kinds, "id_cross_for_x"))
    return Reading(why="id_malformed")


def read_name(cell: Cell) -> Reading:
    """A person's name: without alignment blanks, in standard characters."""
    if is_blank(cell):
        return NOTHING
    text = shown(cell)
    name, kinds = text, []
    if not text.isalnum():
        name = _BLANK.sub(" ", _NAME_BLANK.sub("", text))
    if name != text:
        kinds.append("name_space")
    plain = standard(name)
    if plain != name:
        kinds.append("name_variant")
    return Reading(plain, tuple(kinds))


_DATE_FORMS = (
    (re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})"), ""),
    (re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]?"), "date_cn"),
    (re.compile(r"(\d{4})[.。](\d{1,2})[.。](\d{1,2})[.。]?"), "date_dot"),
    (re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})"), "date_slash"),
    (re.compile(r"(\d{4})(\d{2})(\d{2})"), "date_compact"),
)
_MONTH_FORMS = (
    (re.compile(r"(\d{4})-(\d{1,2})"), ""),
    (re.compile(r"(\d{4})年(\d{1,2})月?份?"), "month_cn"),
    (re.compile(r"(\d{4})[.。](\d{1,2})"), "month_dot"),
    (re.compile(r"(\d{4})/(\d{1,2})"), "month_slash"),
    (re.compile(r"(\d{4})(\d{2})"), "month_compact"),
)
_CLOCK = re.compile(r"[T ]?\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－", "-"))


def _date(year: str, month: str, day: str) -> date | None:
    try:
        made = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return made if 1900 <= made.year <= 2100 else None


def _plain(text: str) -> str:
    return squeeze(unicodedata.normalize("NFKC", _CLOCK.sub("", trim(text))).translate(_DASHES))


def _serial(days: int) -> date | None:
    """The day of an Excel serial number, when it lies where county dates can lie (1950 to 2100)."""
    return _EXCEL_EPOCH + timedelta(days=days) if 18264 <= days < 73415 else None


def read_date(cell: Cell) -> Reading:
    """A day, however it is written; a real Excel date is as good as the ISO form."""
    if is_blank(cell):
        return NOTHING
    if isinstance(cell, datetime):
        return Reading(cell.date())
    if isinstance(cell, date):
        return Reading(cell)
    number = _number(cell)
    return _date_of(str(int(number)) if number is not None else shown(cell))


@lru_cache(maxsize=4096)
def _date_of(written: str) -> Reading:
    """A column holds the same few thousand days again and again."""
    text = _plain(written)
    if text in _NONE_WORDS:
        return NOTHING
    if re.fullmatch(r"\d{5}", text) and (day := _serial(int(text))):
        return Reading(day, ("date_serial",))
    for form, kind in _DATE_FORMS:
        if (found := form.fullmatch(text)) and (day := _date(found[1], found[2], found[3])):
            return Reading(day, (kind,) if kind else ())
    return Reading(warning="date_unreadable")


def read_term(cell: Cell) -> Reading:
    """The end of an agreement: a day, or the word 长期."""
    if isinstance(cell, str) and squeeze(cell) in {"长期", "永久", "长期有效"}:
        return Reading("长期")
    return read_date(cell)


def read_month(cell: Cell) -> Reading:
    """A month as `YYYY-MM`, however it is written."""
    if is_blank(cell):
        return NOTHING
    if isinstance(cell, date):
        return Reading(f"{cell:%Y-%m}")
    number = _number(cell)
    text = str(int(number)) if number is not None else _plain(shown(cell))
    if text in _NONE_WORDS:
        return NOTHING
    for form, kind in _MONTH_FORMS:
        if (found := form.fullmatch(text)) and _date(found[1], found[2], "1"):
            return Reading(f"{found[1]}-{int(found[2]):02d}", (kind,) if kind else ())
    day = read_date(cell)
    if day.value:
        kinds = tuple(kind.replace("date", "month") for kind in day.kinds)
        return Reading(f"{day.value:%Y-%m}", kinds)
    return Reading(warning="month_unreadable")


_MOBILE = re.compile(r"1[0-9]{10}")


def read_phone(cell: Cell) -> Reading:
    """A telephone number. A mobile one loses its dashes and blanks; whatever else stands there stays as written."""
    if isinstance(cell, str) and _MOBILE.fullmatch(cell):
        return Reading(cell)
    if is_blank(cell):
        return NOTHING
    number = _number(cell)
    kinds = ["phone_number"] if number is not None else []
    text = trim(shown(cell))
    if text in _NONE_WORDS:
        return NOTHING
    narrow = unicodedata.normalize("NFKC", text)
    if narrow != text:
        kinds.append("phone_fullwidth")
    bare = re.sub(f"[{_BLANKS}()-]", "", narrow.translate(_DASHES))
    bare = re.sub(r"^\+?86(?=1\d{10}$)", "", bare)
    if not _MOBILE.fullmatch(bare):
        return Reading(narrow, tuple(kinds), warning="phone_form")
    if bare != narrow:
        kinds.append("phone_dash")
    return Reading(bare, tuple(kinds))


def read_code(cell: Cell) -> Reading:
    """A code of digits or letters (household, certificate, division); a number cell too long for Excel is lost."""
    if is_blank(cell):
        return NOTHING
    number = _number(cell)
    if number is not None:
        if abs(number) > _EXACT:
            return Reading(why="code_lost_tail")
        return Reading(shown(number))
    text = squeeze(unicodedata.normalize("NFKC", shown(cell))).lstrip("'").upper()
    if _SCIENTIFIC.fullmatch(text):
        return Reading(why="code_scientific_text")
    return Reading(text or None)


def read_cert(cell: Cell) -> Reading:
    """A disability certificate number: 20 digits, a reissue ends in B and a digit."""
    code = read_code(cell)
    if code.value and isinstance(cell, str) and _BLANK.search(cell):
        return Reading(code.value, ("cert_space",))
    return code


_YES, _NO = frozenset("√✓✔☑Yy1"), frozenset("×✕✗✘☒XxNn0")


def read_flag(cell: Cell) -> Reading:
    """Yes or no: 是/否, 能/不能, 有/无 as written, ticks and crosses as a variant; empty is neither."""
    if is_blank(cell):
        return NOTHING
    if isinstance(cell, bool):
        return Reading(cell, ("flag_variant",))
    text = squeeze(shown(cell))
    if text in {"是", "能", "有"}:
        return Reading(True)
    if text in {"否", "不能", "无", "不是", "没有"}:
        return Reading(False)
    if text in _YES or text in _NO:
        return Reading(text in _YES, ("flag_variant",))
    return Reading(warning="flag_unreadable")


def read_text(cell: Cell) -> Reading:
    """Words as written, without blanks at the ends and line breaks within."""
    if is_blank(cell):
        return NOTHING
    return Reading(trim(shown(cell)).replace("\r", "").replace("\n", ""))


def read_group(cell: Cell) -> Reading:
    """A villagers' group: `4`, `4组`, `第4组` are the same."""
    text = read_text(cell).value
    return Reading(re.sub(r"^第?(.+?)[村居]?[民]?小?组$", r"\1", text)) if text else NOTHING


def read_number(cell: Cell) -> Reading:
    """A count."""
    return _decimal(cell, lambda value: int(value) if value == int(value) else None)


def read_money(cell: Cell) -> Reading:
    """An amount in yuan, kept as whole fen."""
    return _decimal(cell, lambda value: round(value * 100))


def _decimal(cell: Cell, make: Callable[[float], int | None]) -> Reading:
    if is_blank(cell):
        return NOTHING
    number = _number(cell)
    if number is None:
        text = squeeze(unicodedata.normalize("NFKC", shown(cell))).strip("元人¥").replace(",", "")
        if not re.fullmatch(r"-?\d+(\.\d+)?", text):
            return Reading(warning="number_unreadable")
        number = float(text)
    made = make(number) if abs(number) < _MOST else None
    return Reading(warning="number_unreadable") if made is None else Reading(made)


READERS: dict[str, Callable[[Cell], Reading]] = {
    "id": read_id,
    "name": read_name,
    "date": read_date,
    "term": read_term,
    "month": read_month,
    "phone": read_phone,
    "code": read_code,
    "cert": read_cert,
    "flag": read_flag,
    "text": read_text,
    "group": read_group,
    "number": read_number,
    "money": read_money,
}
