"""`ruhutong backup` and `ruhutong restore`, in words."""

import json
import sys
from pathlib import Path

import typer

from app.backup import restore_service, service

_WORDS = {"database": "数据库", "photos": "照片"}


def make(folder: Path, keys: Path | None, *, beside: bool, keep: int, as_json: bool) -> None:
    """Make a backup and say what it holds.

    Raises:
        typer.Exit: with 1 where pictures could not be taken along; the rest is whole.
    """
    if keys is None:
        _warn("没有备份密钥（--keys）：没有密钥，恢复以后身份证号、电话打不开。请另外留好 keys 文件夹。")
    elif beside:
        _warn("密钥和数据放在一起了：谁拿到这个文件夹，谁就能看到加密的内容。")
    report = service.backup(folder, keys, beside=beside, keep=keep, tell=_tell)
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=1))
    else:
        typer.echo(f"备份做好了：{report.generation}")
        new = f"（新的 {report.photos_copied} 张）"
        typer.echo(f"  {report.rows} 行，照片 {report.photos} 张{new}，密钥 {report.keys} 把")
        if report.dropped:
            typer.echo(f"  删掉了旧的 {len(report.dropped)} 次")
    for problem in report.problems:
        _warn(problem)
    if report.problems:
        _warn("有照片没有备份到，手机上的还会留着。请查看照片库。")
        raise typer.Exit(1)


def put_back(folder: Path, keys: Path | None, *, without_keys: bool, as_json: bool) -> None:
    """Put a backup back and say what came.

    Raises:
        typer.Exit: with 1 where pictures are missing or damaged; the rest is whole.
    """
    report = restore_service.restore(folder, keys, without_keys=without_keys, tell=_tell)
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=1))
    else:
        typer.echo(f"恢复好了：{report.generation}")
        typer.echo(f"  {report.rows} 行，照片 {report.photos} 张，密钥 {report.keys} 把")
        typer.echo("  手机下次联网会从头取一遍，并把备份以后的走访和照片自己补上来。")
    for one in report.problems:
        _warn(f"{one['id']}：{one['what']}")
    if report.problems:
        raise typer.Exit(1)


def _warn(words: str) -> None:
    typer.echo(words, err=True)


def _tell(what: str, done: int, total: int) -> None:
    """How far it is, on stderr: rewritten in place on a terminal, at the end only elsewhere."""
    if sys.stderr.isatty():
        typer.echo(f"\r{_WORDS[what]} {done}/{total}", nl=done >= total, err=True)
    elif done >= total:
        typer.echo(f"{_WORDS[what]} {done}/{total}", err=True)
