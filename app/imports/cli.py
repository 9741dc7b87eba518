"""`ruhutong import`: read county ledgers from the machine, show what they would do, and with `--yes` do it."""

import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from app.db import transaction
from app.errors import AppError
from app.imports import schemas, service
from app.imports.book import find_files, read_path
from app.imports.ledgers import ledger


def run(paths: list[Path], *, yes: bool = False, as_json: bool = False) -> None:
    """Read files (a folder means its spreadsheets) and print a report by file.

    Raises:
        typer.Exit: with 1 when a file could not be opened; rows that cannot be read are no failure.
    """
    reports: dict[str, dict[str, Any]] = {}
    failed = False
    files = find_files(paths)
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
    return report.as_json() | {"imported": yes and report.taken, "import_id": import_id}


def _bar(name: str) -> Callable[[int, int], None]:
    """A line of progress on stderr, rewritten in place on a terminal, silent elsewhere."""
    if not sys.stderr.isatty():
        return lambda done, total: None
    return lambda done, total: typer.echo(f"\r{name} {done}/{total}", nl=done >= total, err=True)


def _words(name: str, report: dict[str, Any], yes: bool) -> str:
    if "problem" in report:
        return f"{name}：{report['problem']['message']}"
    known = ledger(report["ledger"]) if report["ledger"] else None
    head = f"{name}（{known.title if known else '没认出是哪种台账'}）"
    counted: Counter[str] = Counter()
    for kind, count in report["rows_repaired"].items():
        counted[schemas.REPAIRS.get(kind, kind)] += count
    repaired = "、".join(f"{words} {count}" for words, count in counted.items())
    told = [
        head,
        f"  好的 {report['rows_good']} 行，修好 {report['rows_repaired_total']} 行，"
        f"读不出 {len(report['rows_unreadable'])} 行",
    ]
    if repaired:
        told.append(f"  修了：{repaired}")
    told += [
        f"  读不出：{row['sheet']} 第 {row['row']} 行 {row['name']}，{schemas.REASONS.get(row['why'], row['why'])}"
        for row in report["rows_unreadable"]
    ]
    if report["taken"]:
        verb = "已导入" if report["imported"] else "将导入"
        told.append(
            f"  {verb}：新的 {report['created']} 人，有变化 {report['changed']} 人，没变化 {report['unchanged']} 人"
        )
    else:
        told.append("  这种台账现在只能看，还不能导入。")
    if report["taken"] and not yes:
        told.append("  加上 --yes 才会写进名册。")
    return "\n".join(told)
