"""An import in words and numbers, for the list and for its page."""

from typing import Any

from sqlmodel import Session

from app.db import SHANGHAI
from app.imports.ledgers import in_words, ledger
from app.imports.schemas import TABS, ImportView, Tile
from app.imports.taking import ROSTER
from models.accounts import User
from models.imports import ImportBatch

STATES = {
    "reading": "正在读",
    "previewed": "等你确认",
    "running": "正在导入",
    "done": "已导入",
    "undone": "已撤销",
    "failed": "没有成",
}
_ICONS = {
    "new": "plus",
    "changed": "pencil",
    "same": "check",
    "unmatched": "user",
    "left": "house",
    "unreadable": "triangle-alert",
    "doubts": "circle-alert",
    "repaired": "square-pen",
}


FIRST = ("doubts", "repaired", "changed", "unreadable", "left", "new")
"""What a preview opens at: the first of these that has anything."""


def view(session: Session, batch: ImportBatch) -> ImportView:
    """One import."""
    report = batch.report
    user = session.get(User, batch.created_by) if batch.created_by else None
    known = ledger(batch.ledger) if batch.ledger else None
    numbers = _numbers(report)
    rows = _records(report)
    people = _people(report)
    to_take = people["new"] + people["changed"] + people["same"] + people["unmatched"]
    at = batch.created_at.astimezone(SHANGHAI)
    return ImportView(
        id=batch.id,
        file_name=batch.file_name,
        ledger=known.title if known else "没认出是哪种台账" if batch.state != "reading" else "",
        state=batch.state,
        state_words=STATES.get(batch.state, batch.state),
        at=f"{at.year} 年 {at.month} 月 {at.day} 日 {at:%H:%M}",
        who=user.name if user else "县里的电脑",
        size=f"{len(report.get('sheets', {}))} 张表・{rows:,} 行",
        summary=_summary(numbers),
        tiles=[_tile(tab, number, report) for tab, number in numbers.items() if _told(tab, number, batch)],
        first_tab=next((tab for tab in FIRST if numbers[tab]), "new"),
        rows=rows,
        to_take=to_take,
        to_take_words=f"{to_take:,}",
        unreadable=numbers["unreadable"],
        can_take=bool(report.get("taken")) and batch.state == "previewed" and _anything(report),
        can_undo=batch.state == "done",
        problem=batch.problem or "",
        notes=_notes(batch),
    )


def _told(tab: str, number: int, batch: ImportBatch) -> bool:
    """A roster makes the people that other ledgers may miss; only a list of pairings leaves homes out."""
    if tab == "left":
        return bool(number)
    return tab != "unmatched" or bool(number) or batch.ledger not in {ROSTER, None}


def _summary(numbers: dict[str, int]) -> str:
    said = f"新的 {numbers['new']:,}，有变化 {numbers['changed']:,}，读不出 {numbers['unreadable']:,}"
    return f"{said}，没对上 {numbers['unmatched']:,}" if numbers["unmatched"] else said


def _people(report: dict[str, Any]) -> dict[str, int]:
    """Rows by what becomes of them; together all rows of the file. A row written twice is one that changes nothing."""
    twice = report.get("rows_repaired", {}).get("duplicate_row", 0)
    if report.get("taken"):
        fresh, same = report.get("created", 0), report.get("unchanged", 0) + twice
    else:
        fresh, same = report.get("rows_good", 0) + report.get("rows_repaired_total", 0) - twice, twice
    return {
        "new": fresh,
        "changed": report.get("changed", 0),
        "same": same,
        "unmatched": report.get("unmatched", 0),
        "unreadable": sum(report.get(name, 0) for name in ("rows_unreadable", "outside", "contrary", "lacking")),
    }


def _homes(report: dict[str, Any]) -> dict[str, int]:
    """Homes by what becomes of them, as far as they are listed."""
    said = report.get("households", {})
    return {"new": said.get("created", 0), "changed": said.get("changed", 0)}


def _numbers(report: dict[str, Any]) -> dict[str, int]:
    """What each tab lists: rows and homes together."""
    people, homes = _people(report), _homes(report)
    told = {tab: number + homes.get(tab, 0) for tab, number in people.items()}
    told["left"] = report.get("left_out", 0)
    return told | {"doubts": report.get("doubtful", 0), "repaired": report.get("rows_repaired_total", 0)}


def _tile(tab: str, number: int, report: dict[str, Any]) -> Tile:
    homes = _homes(report).get(tab, 0)
    parts = f"{homes:,} 户，{number - homes:,} 人" if homes else ""
    return Tile(tab, f"{number:,}", TABS[tab], _ICONS[tab], "bad" if tab == "unreadable" and number else "", parts)


def _records(report: dict[str, Any]) -> int:
    return sum(report.get(name, 0) for name in ("rows_good", "rows_repaired_total", "rows_unreadable"))


def _notes(batch: ImportBatch) -> list[str]:
    """What else is to be said of a file."""
    report, notes = batch.report, []
    if batch.state == "previewed" and not batch.ledger:
        notes.append(f"没认出是哪种台账，什么都没有读。{in_words()}")
    elif batch.state == "previewed" and not _anything(report):
        notes.append("和名册里的一样，不用导入。")
    if report.get("unknown_columns"):
        notes.append(f"这些列不认识，没有读：{'、'.join(report['unknown_columns'])}。")
    if report.get("taken") and report.get("sheets_unread"):
        notes.append(f"这些表没认出表头，没有读：{'、'.join(report['sheets_unread'])}。")
    if report.get("taken"):
        notes += _sums(report) if batch.ledger == ROSTER else _ledger_sums(report)
    places = report.get("divisions", {})
    if any(places.values()):
        notes.append(f"区划：新的 {places['created']:,}，改名 {places['changed']:,}。")
    if report.get("outside"):
        notes.append(f"有 {report['outside']:,} 行不在你负责的地方，或户编号不在已知的村里，不会导入。")
    if left := report.get("left_out"):
        notes.append(f"名单写到的村里，还有 {left:,} 户在结对，名单没有写。看“{TABS['left']}”，先都留着，由人来定。")
    doubts = sum(report.get("doubts", {}).values())
    if doubts:
        rows = report.get("doubtful", 0)
        where = f"，在 {rows:,} 条里" if rows and rows != doubts else ""
        notes.append(f"有 {doubts:,} 处要核实{where}。看“{TABS['doubts']}”，每条都写着会怎么导入。")
    return notes


def _anything(report: dict[str, Any]) -> bool:
    """Whether the import would change anything at all."""
    numbers = _numbers(report)
    said = numbers["new"] or numbers["changed"] or numbers["unmatched"]
    return bool(said or any(report.get("divisions", {}).values()))


def _ledger_sums(report: dict[str, Any]) -> list[str]:
    """How the rows of a ledger add up, and what becomes of those whose person nobody knows."""
    rows = _people(report)
    said = [
        f"表里 {sum(rows.values()):,} 行：新的 {rows['new']:,}，有变化 {rows['changed']:,}，没变化 {rows['same']:,}，"
        f"名册里没有的 {rows['unmatched']:,}，读不出或不导入 {rows['unreadable']:,}。"
    ]
    if rows["unmatched"]:
        said.append(f"名册里没有的 {rows['unmatched']:,} 行先留着，导入花名册后自动对上；对不上的在“没对上的人”里定。")
    return said


def _sums(report: dict[str, Any]) -> list[str]:
    """How the rows of a file and its homes add up."""
    people, homes = _people(report), _homes(report)
    same = report.get("homes_same", 0)
    known = sum(homes.values()) + same
    return [
        f"人：表里 {sum(people.values()):,} 行，新的 {people['new']:,}，有变化 {people['changed']:,}，"
        f"没变化 {people['same']:,}，读不出或不导入 {people['unreadable']:,}。",
        f"户：表里 {known:,} 户，新的 {homes['new']:,}，有变化 {homes['changed']:,}，没变化 {same:,}。",
    ]
