"""`ruhutong verify` and `ruhutong evidence head`."""

import json
import sys
from dataclasses import asdict
from datetime import date

import typer

from app.db import reading
from app.errors import BadInput
from app.evidence import head_service, verify_service

MANY = 50_000


def _watch(step: str, done: int, of: int) -> None:
    sys.stderr.write(f"\r\033[K{step} {done}/{of}")
    sys.stderr.flush()


def against(text: str | None) -> tuple[int, str] | None:
    """A printed head, `N:HASH`.

    Raises:
        BadInput: it is none.
    """
    if not text:
        return None
    number, _, head = text.partition(":")
    if not number.isdigit() or not head:
        raise BadInput("公布过的那一条要写成 编号:指纹。", code="bad_head")
    return int(number), head


def verify(*, as_json: bool, every_signature: bool, photos: bool, printed: str | None) -> int:
    """Check everything and say what was found; returns the exit code."""
    quiet = as_json or not sys.stderr.isatty()
    more = {} if quiet else {"progress": _watch}
    found = verify_service.verify(
        every_signature=every_signature, photos=photos, against=against(printed),
        both_cores=verify_service.entries() > MANY, **more,
    )  # fmt: skip
    if not quiet:
        sys.stderr.write("\r\033[K")
    if as_json:
        typer.echo(json.dumps({"ok": found.ok} | asdict(found), ensure_ascii=False))
        return 0 if found.ok else 1
    for one in found.problems:
        typer.echo(f"{one.kind} {one.id}: {one.what}")
    if found.more:
        typer.echo(f"还有 {found.more} 处。")
    counted = f"链子 {found.entries} 条，记录 {found.rows} 条，日志 {found.log_lines} 行，照片 {found.photos} 张"
    typer.echo(f"{'都对得上' if found.ok else f'有 {len(found.problems) + found.more} 处对不上'}：{counted}。")
    if found.taken_over:
        typer.echo(f"其中 {found.taken_over} 条是 {found.began} 开始时接管的旧记录，只能证明那以后没有改过。")
    return 0 if found.ok else 1


def head(*, day: str | None, as_json: bool) -> None:
    """Print a head."""
    try:
        wanted = date.fromisoformat(day) if day else None
    except ValueError as error:
        raise BadInput("日期要写成 2026-03-05。", code="bad_date") from error
    with reading() as session:
        found = head_service.head(session, wanted)
    if as_json:
        typer.echo(json.dumps(found.told(), ensure_ascii=False))
        return
    typer.echo(found.line)
    typer.echo(f"签名 {found.signature}\n公钥 {found.public_key}（receipt-{found.key}）")
