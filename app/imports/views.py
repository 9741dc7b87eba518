"""An import in words and numbers, for the list and for its page."""

from typing import Any

from sqlmodel import Session

from app.db import SHANGHAI
from app.imports.ledgers import ledger
from app.imports.schemas import TABS, ImportView, Tile
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
    "unreadable": "triangle-alert",
    "repaired": "square-pen",
}


def view(session: Session, batch: ImportBatch) -> ImportView:
    """One import."""
    report = batch.report
    user = session.get(User, batch.created_by) if batch.created_by else None
    known = ledger(batch.ledger) if batch.ledger else None
    numbers = _numbers(report)
    rows = _records(report)
    to_take = numbers["new"] + numbers["changed"] + numbers["same"]
    news = numbers["new"] + numbers["changed"] + sum(_beside(report))
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
        summary=f"新的 {numbers['new']:,}，有变化 {numbers['changed']:,}，读不出 {numbers['unreadable']:,}",
        tiles=[_tile(tab, number) for tab, number in numbers.items()],
        first_tab=next((tab for tab in ("repaired", "changed", "unreadable", "new") if numbers[tab]), "new"),
        rows=rows,
        to_take=to_take,
        to_take_words=f"{to_take:,}",
        unreadable=numbers["unreadable"],
        can_take=bool(report.get("taken")) and batch.state == "previewed" and news > 0,
        can_undo=batch.state == "done",
        problem=batch.problem or "",
        notes=_notes(batch),
    )


def _numbers(report: dict[str, Any]) -> dict[str, int]:
    """Rows by tab. A row written twice is one that changes nothing."""
    twice = report.get("rows_repaired", {}).get("duplicate_row", 0)
    if report.get("taken"):
        fresh, same = report.get("created", 0), report.get("unchanged", 0) + twice
    else:
        fresh, same = report.get("rows_good", 0) + report.get("rows_repaired_total", 0) - twice, twice
    return {
        "new": fresh,
        "changed": report.get("changed", 0),
        "same": same,
        "unreadable": sum(report.get(name, 0) for name in ("rows_unreadable", "outside", "contrary")),
        "repaired": report.get("rows_repaired_total", 0),
    }


def _tile(tab: str, number: int) -> Tile:
    return Tile(tab, f"{number:,}", TABS[tab], _ICONS[tab], "bad" if tab == "unreadable" and number else "")


def _records(report: dict[str, Any]) -> int:
    return sum(report.get(name, 0) for name in ("rows_good", "rows_repaired_total", "rows_unreadable"))


def _beside(report: dict[str, Any]) -> list[int]:
    """What changes about homes and divisions."""
    return [number for name in ("households", "divisions") for number in report.get(name, {}).values()]


def _notes(batch: ImportBatch) -> list[str]:
    """What else is to be said of a file."""
    report, notes = batch.report, []
    if batch.state == "previewed" and not batch.ledger:
        notes.append("没认出是哪种台账。看看表头里有没有姓名、身份证号、户编号，改好再传。")
    elif batch.state == "previewed" and not report.get("taken"):
        notes.append("这种台账现在只能看，还不能导入。")
    elif batch.state == "previewed" and not (report["created"] + report["changed"] + sum(_beside(report))):
        notes.append("和名册里的一样，不用导入。")
    if report.get("unknown_columns"):
        notes.append(f"这些列不认识，没有读：{'、'.join(report['unknown_columns'])}。")
    homes, places = report.get("households", {}), report.get("divisions", {})
    if any(homes.values()):
        notes.append(f"户：新的 {homes['created']:,}，有变化 {homes['changed']:,}。")
    if any(places.values()):
        notes.append(f"区划：新的 {places['created']:,}，改名 {places['changed']:,}。")
    if report.get("outside"):
        notes.append(f"有 {report['outside']:,} 行不在你负责的地方，或户编号不在已知的村里，不会导入。")
    doubts = sum(report.get("doubts", {}).values())
    if doubts:
        notes.append(f"有 {doubts:,} 处要核实，比如号码最后一位对不上；照表里写的导入。")
    return notes
