"""`ruhutong export form` and `ruhutong export ledger`."""

from pathlib import Path

import typer

from app.db import reading, transaction, utcnow
from app.errors import BadInput
from app.memory import settle
from app.papers import export_service, form_service, ledger_service
from app.papers.schemas import ExportWish, FormWish
from app.papers.workbook import MOST_ROWS


def form(wish: FormWish, out: Path) -> None:
    """Write one form, as Word or, where the file's name says so, as PDF."""
    if out.suffix.lower() not in (".docx", ".pdf"):
        raise BadInput("文件名要以 .docx 或 .pdf 结尾。", code="bad_suffix")
    with transaction() as session:
        sheet = form_service.prepare(session, form_service.operator(session), wish, utcnow())
    file = sheet.drawn()
    if out.suffix.lower() == ".pdf":
        file = form_service.to_pdf(file)
    _write(out, file.data)
    typer.echo(f"{out}：{file.name}", err=True)


def _write(out: Path, data: bytes) -> None:
    try:
        out.write_bytes(data)
    except OSError as error:
        raise BadInput(f"写不进 {out}。", code="cannot_write") from error


def ledger(wish: ExportWish, out: Path) -> None:
    """Write one ledger of the whole county; at the machine itself the cap of rows is the sheet's own."""
    if out.suffix.lower() != ".xlsx":
        raise BadInput("文件名要以 .xlsx 结尾。", code="bad_suffix")
    if not out.parent.is_dir():
        raise BadInput(f"写不进 {out}。", code="cannot_write")
    settle()
    now = utcnow()
    on = ledger_service.today(now)
    with reading() as session:
        actor = form_service.operator(session)
        wish = ledger_service.wished(session, actor, wish, on)
        run = ledger_service.begin(session, actor, wish, on, _nothing, MOST_ROWS)
        try:
            rows = ledger_service.write(session, run, out)
        except OSError as error:
            raise BadInput(f"写不进 {out}。", code="cannot_write") from error
    with transaction() as session:
        export_service.write_down(session, actor, wish, rows)
        ledger_service.kept(session, run, rows, now)
    typer.echo(f"{out}：{rows} 行", err=True)


def _nothing(_done: int, _total: int) -> None:
    """Nobody watches."""
