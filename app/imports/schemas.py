"""What goes in and out of the import room, and the words for what was repaired, doubted or lost."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from app.divisions.schemas import DivisionIn
from app.households.rules import WARNINGS as ID_WARNINGS

REPAIRS: dict[str, str] = {
    "id_space": "号码前后有空格",
    "id_inner_space": "号码中间有空格",
    "id_lower_x": "小写 x",
    "id_fullwidth": "全角数字",
    "id_15": "15 位旧号补成 18 位",
    "id_quote": "号码前有撇号",
    "id_cross_for_x": "把 × 当成了 X",
    "name_space": "名字里多了空格",
    "name_variant": "名字里有繁体或异体字",
    "date_cn": "日期写法",
    "date_dot": "日期写法",
    "date_slash": "日期写法",
    "date_compact": "日期写法",
    "date_serial": "日期成了数字",
    "month_cn": "月份写法",
    "month_dot": "月份写法",
    "month_slash": "月份写法",
    "month_compact": "月份写法",
    "month_serial": "月份成了数字",
    "phone_dash": "电话里有横线或空格",
    "phone_number": "电话存成了数字",
    "phone_fullwidth": "电话是全角数字",
    "flag_variant": "用符号写是和否",
    "cert_space": "证号里有空格",
    "duplicate_row": "同一行出现两次",
}
"""Kinds of repair."""

REASONS: dict[str, str] = {
    "id_lost_tail": "身份证号后三位被表格软件丢了",
    "id_scientific_text": "身份证号成了科学计数",
    "id_missing": "没有身份证号",
    "id_malformed": "身份证号不全或有别的字",
    "code_lost_tail": "户编号的尾数被表格软件丢了",
    "code_scientific_text": "户编号成了科学计数",
    "household_missing": "没有户编号",
    "name_missing": "没有姓名",
    "unknown_division": "户编号不在已知的村里",
    "outside_area": "不在你负责的地方",
    "told_twice": "同一个人写了两次，内容不一样",
    "told_two_homes": "同一个人写在两户",
    "other_ledger": "另一种台账的行，请单独放一个文件",
    "says_nothing": "缺日期、月份或金额，说不成一件事",
    "official_unclear": "不知道是哪位责任人",
}
"""Why a row cannot be read or taken in."""

HEAD_DOUBTS: dict[str, str] = {
    "head_taken": "这户已有户主",
    "heads_in_file": "表里写了两个户主",
    "heads_in_register": "名册里有两个户主",
    "relation_unclear": "是和哪个户主的关系",
}
"""Doubts about who is head of a home, and whose relation is meant."""

NUMBER_DOUBTS: dict[str, str] = {
    "number_shared": "一个号码写了几个人",
    "number_known": "名册里这个号码是别人的",
    "told_two_homes": "同一个人写在两户",
}
"""Doubts about whom a number means."""

LEDGER_DOUBTS: dict[str, str] = {
    "name_differs": "号码对，名字和名册不一样",
    "told_otherwise": "同一个文件里说法不一样",
    "visit_says": "和后来走访的不一样",
    "visit_later": "后来已核实过",
    "no_longer_listed": "责任人不再列出",
    "official_unclear": "不知道是哪位责任人",
}
"""Doubts of the registers' ledgers: about whom a row means, and what a later visit found."""

JUDGED_DOUBTS = frozenset(HEAD_DOUBTS) | frozenset(NUMBER_DOUBTS) | frozenset(LEDGER_DOUBTS)
"""Doubts that depend on the register: found anew each time a file is held against it."""

DOUBTS: dict[str, str] = {
    **ID_WARNINGS,
    **HEAD_DOUBTS,
    **NUMBER_DOUBTS,
    **LEDGER_DOUBTS,
    "period_differs": "表名和标题的月份不一样",
    "sex_differs": "性别和号码不一致",
    "phone_form": "电话不像手机号",
    "date_unreadable": "日期看不懂，没有填",
    "month_unreadable": "月份看不懂，没有填",
    "flag_unreadable": "是或否看不懂，没有填",
    "number_unreadable": "数字看不懂，没有填",
    "too_long": "写得太长，没有填",
    "id_lost_tail": "号码后三位丢了，没有填",
    "id_scientific_text": "号码成了科学计数，没有填",
    "id_malformed": "号码不全，没有填",
    "id_missing": "没有号码",
    "code_lost_tail": "编号尾数丢了，没有填",
    "code_scientific_text": "编号成了科学计数，没有填",
}
"""What is doubtful in a row that is taken in all the same."""

TABS: dict[str, str] = {
    "new": "新的",
    "changed": "有变化",
    "same": "没变化",
    "unmatched": "名册里没有这个人",
    "left": "名单里没有的户",
    "unreadable": "读不出",
    "doubts": "其中要核实",
    "repaired": "其中自动修好",
}
"""The parts of a preview, as the page shows them."""


@dataclass
class FileReport:
    """What reading a file found, kinds and reasons named as the county's reports name them."""

    sheets: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows_good: int = 0
    rows_repaired_total: int = 0
    rows_repaired: Counter[str] = field(default_factory=Counter)
    rows_unreadable: list[dict[str, Any]] = field(default_factory=list)
    rows_other: Counter[str] = field(default_factory=Counter)
    encoding: str | None = None
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    outside: int = 0
    contrary: int = 0
    unmatched: int = 0
    lacking: int = 0
    households: dict[str, int] = field(default_factory=lambda: {"created": 0, "changed": 0})
    divisions: dict[str, int] = field(default_factory=lambda: {"created": 0, "changed": 0})
    doubts: Counter[str] = field(default_factory=Counter)
    unknown_columns: list[str] = field(default_factory=list)
    sheets_unread: list[str] = field(default_factory=list)
    """Sheets that hold rows under a header that nobody knows."""
    ledger: str | None = None
    taken: bool = False
    brought: list[DivisionIn] = field(default_factory=list)
    homes_same: int = 0
    headers: list[dict[str, Any]] = field(default_factory=list)
    """Headers with columns that nobody knows, for a person to explain."""

    @property
    def records(self) -> int:
        """Rows that say something of somebody."""
        return self.rows_good + self.rows_repaired_total + len(self.rows_unreadable)

    def as_json(self) -> dict[str, Any]:
        """The report of one file, design §5."""
        said: dict[str, Any] = {
            "ledger": self.ledger,
            "sheets": self.sheets,
            "rows_good": self.rows_good,
            "rows_repaired_total": self.rows_repaired_total,
            "rows_repaired": dict(sorted(self.rows_repaired.items())),
            "rows_unreadable": self.rows_unreadable,
            "rows_other": dict(sorted(self.rows_other.items())),
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "outside": self.outside,
            "contrary": self.contrary,
            "unmatched": self.unmatched,
            "lacking": self.lacking,
            "households": self.households,
            "divisions": self.divisions,
            "doubts": dict(sorted(self.doubts.items())),
            "unknown_columns": self.unknown_columns,
            "sheets_unread": self.sheets_unread,
            "taken": self.taken,
        }
        return said | ({"encoding": self.encoding} if self.encoding else {})


@dataclass(frozen=True)
class Tile:
    """One of the counts above the table of a preview: which tab it opens, its number and words, what it is made of."""

    tab: str = ""
    number: str = ""
    words: str = ""
    icon: str = ""
    tone: str = ""
    parts: str = ""


@dataclass(frozen=True)
class ImportView:
    """One import as a list or a page shows it; the numbers are written for reading."""

    id: str = ""
    file_name: str = ""
    ledger: str = ""
    state: str = ""
    state_words: str = ""
    at: str = ""
    who: str = ""
    size: str = ""
    summary: str = ""
    tiles: list[Tile] = field(default_factory=list)
    first_tab: str = "new"
    rows: int = 0
    to_take: int = 0
    to_take_words: str = ""
    unreadable: int = 0
    can_take: bool = False
    can_undo: bool = False
    problem: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class LineView:
    """One row of a preview: where it stands, which home or person it is about, and what is said of it.

    `kind` is 户 or 人; `code` the code of a home, where the table does not show it anyway.
    """

    place: str = ""
    name: str = ""
    what: str = ""
    before: str = ""
    after: str = ""
    kind: str = "人"
    code: str = ""


@dataclass(frozen=True)
class LinePage:
    """A page of rows; `line` says which of how many."""

    rows: list[LineView] = field(default_factory=list)
    total: int = 0
    line: str = ""


@dataclass(frozen=True)
class ProgressView:
    """How far a running import is."""

    state: str = ""
    done: int = 0
    total: int = 0
    percent: str = ""
    problem: str = ""
