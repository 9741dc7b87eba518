"""Rows of a file between preview and import: packed into a sealed column, shown with their numbers masked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.households import rules as people
from app.households import tags
from app.imports import schemas
from app.imports.numbers import TWO_HOMES
from app.imports.reader import Line
from app.imports.rules import Repair, trim
from app.imports.schemas import LineView
from app.imports.taking import dates_as_text, dates_from_text
from app.pairing.meaning_service import UNCLEAR
from models.base import read_json, write_json
from models.imports import ImportLine

_FIELDS = {
    "name": "姓名",
    "household_id": "住的户",
    "division": "村",
    "relation": "与户主关系",
    "is_head": "户主",
    "phone": "电话",
    "id_number": "身份证号",
    "id_last4": "身份证号后四位",
    "id_warning": "号码疑点",
    "sex": "性别",
    "born_on": "生日",
    "registered_here": "户籍在本县",
    "health": "健康",
    "living": "居住",
    "works_away": "外出务工",
    "extra": "其他",
    "tags": "标签",
    "bank_account": "银行账号",
}
_HOME_FIELDS = {
    "name": "户主",
    "group": "组",
    "attribute": "户属性",
    "checked_on": "最近排查日期",
    "checked_result": "排查结论",
}
HOME, PERSON = "户", "人"
STAYS = "先都留着；不再管了就在结对帮扶里结束"
_WORDS: dict[str, dict[Any, str]] = {
    "health": dict(tags.HEALTH),
    "living": dict(tags.LIVING),
    "sex": dict(tags.SEX),
    "registered_here": {True: "是", False: "否"},
    "is_head": {True: "是", False: "否"},
}
_UNSHOWN = frozenset({"id_last4", "is_head"})


@dataclass
class Detail:
    """What is known of a staged row beyond its place."""

    values: dict[str, Any] = field(default_factory=dict)
    repairs: list[Repair] = field(default_factory=list)
    doubts: list[tuple[str, str, str]] = field(default_factory=list)
    why: str | None = None
    shown: str = ""
    twin: tuple[str, int] | None = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    shape: str = ""
    fresh: bool = False
    """Whether more than its state is other than it was staged."""

    def judged(self, doubts: Sequence[tuple[str, str, str]]) -> None:
        """Let these be the doubts that the register raises."""
        if not self.doubts and not doubts:
            return
        now = [one for one in self.doubts if one[0] not in schemas.JUDGED_DOUBTS] + list(doubts)
        self.fresh = self.fresh or now != self.doubts
        self.doubts = now

    def let_in(self) -> None:
        """A row that was left out for another row of its person is weighed anew."""
        if self.why == TWO_HOMES:
            self.why, self.twin, self.fresh = None, None, True

    def pack(self) -> str:
        """As JSON, for the sealed column."""
        said = {
            "values": dates_as_text(self.values),
            "repairs": [[one.field, one.kind, one.before, one.after] for one in self.repairs],
            "doubts": self.doubts,
            "why": self.why,
            "shown": self.shown,
            "twin": self.twin,
            "before": self.before,
            "after": self.after,
            "shape": self.shape,
        }
        return write_json({name: value for name, value in said.items() if value})


def unpack(text: str) -> Detail:
    """The detail that `Detail.pack` wrote."""
    said = read_json(text)
    values = said.get("values", {})
    return Detail(
        values=dates_from_text(values) if '"day":' in text else values,
        repairs=[Repair(*one) for one in said.get("repairs", [])],
        doubts=[(code, name, cell) for code, name, cell in said.get("doubts", [])],
        why=said.get("why"),
        shown=said.get("shown", ""),
        twin=tuple(said["twin"]) if said.get("twin") else None,
        before=said.get("before", {}),
        after=said.get("after", {}),
        shape=said.get("shape", ""),
    )


def staged(line: Line, shape: str = "") -> tuple[str, Detail]:
    """The state and detail of a row as it was read; `shape` says how, where it is not the roster's."""
    values = {name: value for name, value in line.values.items() if value is not None}
    detail = Detail(values, line.repairs, line.warnings, line.why, line.shown, line.twin, shape=shape)
    return ("unreadable" if line.why else "duplicate" if line.twin else "read"), detail


def masked(text: str, kind: str) -> str:
    """A number as it was written, its middle behind stars: `349927********002x`, `161-****-0417`."""
    head, tail = (3, 4) if kind == "phone" else (6, 4)
    if sum(character.isalnum() for character in text) <= head + tail:
        return text
    places = [at for at, character in enumerate(text) if character.isalnum()]
    hidden = set(places[head : len(places) - tail])
    return "".join("*" if at in hidden else character for at, character in enumerate(text))


def place(row: ImportLine) -> str:
    """`毛安村 第 18 行`."""
    return where(row.sheet, row.row)


def where(sheet: str, row: int) -> str:
    """A row of a sheet, in words."""
    return f"{sheet} 第 {row} 行".strip()


def _kind_of(name: str) -> str:
    return "phone" if "phone" in name else "id" if name == "id" or name.endswith("_id") else "text"


def _seen(name: str, text: str) -> str:
    """A cell as written, its number masked, blanks at its ends made visible."""
    kind, core = _kind_of(name), trim(text)
    start = text.find(core) if core else 0
    before, after = "␣" * start, "␣" * (len(text) - start - len(core))
    return before + (core.replace("\n", "↵") if kind == "text" else masked(core, kind)) + after


def show(row: ImportLine, tab: str) -> LineView:
    """A row or a home as its tab tells it."""
    detail = unpack(row.detail)
    if tab == "doubts":
        return _doubts(detail, row)
    if tab == "left":
        values = detail.values
        return LineView(row.sheet, row.name, values["cadre"], values["since"], STAYS, HOME, values["household"])
    if row.position < 0:
        return _home(detail, row)
    if tab == "repaired":
        return LineView(place(row), row.name, *_repairs(detail, row))
    if tab == "changed":
        return LineView(place(row), row.name, *_changes(detail))
    if tab == "unreadable":
        return LineView(
            place(row), row.name, schemas.REASONS.get(detail.why or "", "读不出"), _lost(detail), "不导入，也不猜"
        )
    if tab == "unmatched":
        values = detail.values
        about = str(values.get("household") or values.get("village") or values.get("town_name") or "")
        return LineView(place(row), row.name, "先留着，名册里有了就自动对上", about, people.mask_id(values.get("id")))
    doubts = "；".join(schemas.DOUBTS.get(code, code) for code, _, _ in detail.doubts)
    if row.state == "duplicate":
        doubts = schemas.REPAIRS["duplicate_row"]
    values = detail.values
    return LineView(
        place(row), row.name, doubts, str(values.get("household") or ""), people.mask_id(values.get("id")),
    )  # fmt: skip


def _home(detail: Detail, row: ImportLine) -> LineView:
    code = str(detail.values.get("household") or "")
    if row.state == "home_changed":
        return LineView(place(row), row.name, *_changes(detail, _HOME_FIELDS), kind=HOME, code=code)
    return LineView(place(row), row.name, "", code, kind=HOME)


def _doubts(detail: Detail, row: ImportLine) -> LineView:
    """What is to be looked at: the doubt, what is written, and what the import does until somebody has looked."""
    told = [_doubt(row.name, *one) for one in detail.doubts]
    what, before, after = ("；".join(dict.fromkeys(filter(None, words))) for words in zip(*told, strict=True))
    if detail.why and detail.why != UNCLEAR:
        after = "不导入"
    code = str(detail.values.get("household") or "")
    return LineView(place(row), row.name, what, before, after, HOME if row.position < 0 else PERSON, code)


def _doubt(name: str, code: str, field_name: str, cell: str) -> tuple[str, str, str]:
    words = schemas.DOUBTS.get(code, code)
    if code in _ABOUT_LEDGERS:
        before, after = _ABOUT_LEDGERS[code]
        return words, before.format(field=field_name, cell=cell or "（空）"), after
    if code in schemas.NUMBER_DOUBTS:
        return words, f"也写着：{cell}" if code != "number_known" else cell, _ABOUT_NUMBERS[code, field_name]
    if code not in schemas.HEAD_DOUBTS:
        return words, _seen(field_name, cell) or "（空）", "" if words.endswith("没有填") else "照表里写的导入"
    if code == "relation_unclear":
        return words, cell, "关系先不改" if field_name == "stays" else "先记成家里人，关系待核实"
    kept = f"{name}的关系先不改" if field_name == "stays" else f"{name}先记成家里人，关系待核实"
    if code == "head_taken":
        return words, f"名册里 {cell}，表里 {name}", f"户主还是{cell}；{kept}"
    return words, f"户主 {cell}", "先都不改" if field_name == "seated" else f"先按前一个；{kept}"


_ABOUT_LEDGERS = {
    "name_differs": ("名册里 {cell}", "号码对得上，记在名册的人名下"),
    "told_otherwise": ("{field}：前一行写 {cell}", "先按前一行"),
    "visit_says": ("{field}：走访写 {cell}", "走访写的不动，两样都留着"),
    "visit_later": ("{field}：已核实 {cell}", "不改"),
    "no_longer_listed": ("名册里还有 {cell}", STAYS),
    UNCLEAR: ("名册里有 {cell}", "这一行先不导入；补上电话或写对单位再放一次，或在结对帮扶里结对"),
}
_ABOUT_NUMBERS = {
    ("number_shared", ""): "都照表里写的导入，问清楚再改",
    ("number_known", ""): "照表里写的导入，名册里的不动",
    ("told_two_homes", "kept"): "只记在这一户，问清楚再改",
    ("told_two_homes", "both"): "名册里两户都有，先都不改",
    ("told_two_homes", "left"): "不导入",
}


def _lost(detail: Detail) -> str:
    """What stands in the table where a row cannot be taken in: the cell, the other row, or the number."""
    if detail.twin:
        return f"另见 {where(*detail.twin)}"
    number = people.mask_id(detail.values.get("id"))
    return number or _seen("id", detail.shown) or "（空）"


def _repairs(detail: Detail, row: ImportLine) -> tuple[str, str, str]:
    kinds = "、".join(dict.fromkeys(schemas.REPAIRS.get(one.kind, one.kind) for one in detail.repairs))
    if detail.twin and not detail.why:
        first = where(*detail.twin)
        return kinds, f"{first}、{place(row)}", f"只留 {first}"
    cells = {one.field: (_seen(one.field, one.before), _seen(one.field, one.after)) for one in detail.repairs}
    pairs = dict.fromkeys(cells.values())
    return kinds, "；".join(before for before, _ in pairs), "；".join(after for _, after in pairs)


def _changes(detail: Detail, fields: Mapping[str, str] = _FIELDS) -> tuple[str, str, str]:
    order = {name: at for at, name in enumerate(fields)}
    changed = sorted(detail.after, key=lambda name: order.get(name, len(order)))
    unshown = _UNSHOWN | ({"division"} if "household_id" in changed else set())
    names = [name for name in changed if name not in unshown] or changed
    if not names:
        return "又加回来", "从名册里移出过", "在名册里"
    what = "、".join(fields.get(name, name) for name in names)
    before = "；".join(_word(name, detail.before.get(name)) for name in names)
    return what, before, "；".join(_word(name, detail.after.get(name)) for name in names)


def found_words(name: str, value: Any) -> tuple[str, str]:
    """What a visit found in a field of the roster, in words: the field, and the value."""
    return _FIELDS[name], _word(name, value)


def _word(name: str, value: Any) -> str:
    if value in (None, "", {}, []):
        return "（空）"
    if isinstance(value, list):
        return "、".join(tags.TAGS.get(str(one), str(one)) for one in value)
    if isinstance(value, dict):
        return "、".join(f"{value[key]}" for key in sorted(value))
    return _WORDS.get(name, {}).get(value, str(value))
