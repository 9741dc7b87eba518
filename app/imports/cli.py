"""`ruhutong import`: read county ledgers from the machine, show what they would do, and with `--yes` do it."""

import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from app.db import reading, transaction
from app.errors import AppError
from app.imports import schemas, service
from app.imports.book import find_files, read_path
from app.imports.ledgers import in_words, ledger
from app.imports.taking import ROSTER
from app.lists import service as lists
from app.memory import FILES, settle


def run(paths: list[Path], *, yes: bool = False, as_json: bool = False) -> None:
    """Read files (a folder means its spreadsheets) and print a report by file.

    Raises:
        typer.Exit: with 1 when a file could not be opened; rows that cannot be read are no failure.
    """
    reports: dict[str, dict[str, Any]] = {}
    failed = False
    settle(FILES)
    files = sorted(find_files(paths), key=_roster_first)
    names = [path.name for path in files]
    for path in files:
        name = path.name if names.count(path.name) == 1 else str(path)
        try:
            reports[name] = one(path, yes=yes, tell=_bar(path.name))
        except AppError as error:
            failed = True
            reports[name] = {"problem": {"code": error.code, "message": error.message}}
        if not as_json:
            typer.echo(_words(name, reports[name], yes))
    if as_json:
        typer.echo(json.dumps(reports, ensure_ascii=False, indent=1))
    if not files:
        typer.echo("没有找到 xlsx、xls 或 csv 文件。", err=True)
    if failed or not files:
        raise typer.Exit(1)


def _roster_first(path: Path) -> bool:
    """Any order leads to the same; with the roster first fewer rows have to wait for their people."""
    known = ledger(ROSTER)
    return not (known and any(word in path.name for word in known.words))


def one(path: Path, *, yes: bool, tell: Callable[[int, int], None] | None = None) -> dict[str, Any]:
    """Read one file and, with `yes`, take it in; returns its report.

    Raises:
        NotSpreadsheet: it cannot be opened.
    """
    data = read_path(path)
    with transaction() as session:
        import_id = service.begin(session, None, path.name, data)
    try:
        report = service.read(import_id, None, path.name, data, tell)
        if yes and report.taken:
            with transaction() as session:
                service.mark_running(session, None, import_id)
            service.take(import_id, None, tell)
    except BaseException as error:
        service.fail(import_id, error.message if isinstance(error, AppError) else "中途断了，什么都没有导入。")
        raise
    of_others: dict[str, Any] = {}
    if yes and report.taken and report.ledger in lists.LEDGERS:
        with reading() as session:
            of_others = lists.strangers(session, import_id)
    return report.as_json() | of_others | {"imported": yes and report.taken, "import_id": import_id}


def _bar(name: str) -> Callable[[int, int], None]:
    """A line of progress on stderr, rewritten in place on a terminal, silent elsewhere."""
    if not sys.stderr.isatty():
        return lambda done, total: None
    return lambda done, total: typer.echo(f"\r{name} {done}/{total}", nl=done >= total, err=True)


def _words(name: str, report: dict[str, Any], yes: bool) -> str:
    if "problem" in report:
        return f"{name}：{report['problem']['message']}"
    known = ledger(report["ledger"]) if report["ledger"] else None
    if known is None:
        return f"{name}（没认出是哪种台账，什么都没有读）\n  {in_words()}"
    told = [f"{name}（{known.title}）", *_read(report)]
    return "\n".join(told + _taken(report, yes))


def _read(report: dict[str, Any]) -> list[str]:
    """What was read of a file, repaired, lost and doubted."""
    told = [
        f"  好的 {report['rows_good']} 行，修好 {report['rows_repaired_total']} 行，"
        f"读不出 {len(report['rows_unreadable'])} 行"
    ]
    for before, counts, words in (
        ("修了", report["rows_repaired"], schemas.REPAIRS),
        ("要核实", report["doubts"], schemas.DOUBTS),
    ):
        told += _counted(before, counts, words)
    for before, names in (("没有读的表", report["sheets_unread"]), ("没有读的列", report["unknown_columns"])):
        told += [f"  {before}（表头不认识）：{'、'.join(names)}"] if names else []
    told += [
        f"  读不出：{row['sheet']} 第 {row['row']} 行 {row['name']}，{schemas.REASONS.get(row['why'], row['why'])}"
        for row in report["rows_unreadable"]
    ]
    return told + _doubtful(report["import_id"])


def _counted(before: str, counts: dict[str, int], words: dict[str, str]) -> list[str]:
    """`修了：日期写法 3、名字里多了空格 2`; kinds that people call the same are one."""
    counted: Counter[str] = Counter()
    for kind, count in counts.items():
        counted[words.get(kind, kind)] += count
    said = "、".join(f"{kind} {count}" for kind, count in counted.items())
    return [f"  {before}：{said}"] if said else []


def _doubtful(import_id: str) -> list[str]:
    """The first rows that a person should look at, and how many more there are."""
    with reading() as session:
        page = service.page(session, None, import_id, "doubts", 0)
    told = [
        f"  要核实：{row.place} {row.name}，" + "；".join(filter(None, (row.what, row.before, row.after)))
        for row in page.rows
    ]
    more = page.total - len(page.rows)
    return [*told, f"  还有 {more} 条要核实，在名册导入的页面上看。"] if more else told


def _taken(report: dict[str, Any], yes: bool) -> list[str]:
    """What the import does, or would do."""
    verb = "已导入" if report["imported"] else "将导入"
    people = f"新的 {report['created']} 人，有变化 {report['changed']} 人，没变化 {report['unchanged']} 人"
    told = [f"  {verb}：{people}"]
    for unit, other, counted in (("户", "有变化", report["households"]), ("个区划", "改名", report["divisions"])):
        if any(counted.values()):
            told.append(f"  {verb}：新的 {counted['created']} {unit}，{other} {counted['changed']} {unit}")
    left = [
        f"{words} {report[name]} 行"
        for name, words in (("outside", "不在已知的村里"), ("contrary", "同一个人写了两次"))
        if report[name]
    ]
    told += [f"  不导入：{'，'.join(left)}"] if left else []
    unknown = report.get("people_not_in_register", ())
    told += [f"  名册里没有的 {len(unknown)} 人，名单照样留着。"] if unknown else []
    return told if yes else [*told, "  加上 --yes 才会写进名册。"]
