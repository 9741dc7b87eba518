"""`ruhutong`: start the system, look after accounts and keys, take ledgers in, measure."""

import importlib
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from app.config import settings
from app.errors import AppError, BadInput
from app.logs import use_plain_logs

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
users = typer.Typer(no_args_is_help=True, help="Accounts, for the operator at the machine.")
keys = typer.Typer(no_args_is_help=True, help="Key files of the home.")
cli.add_typer(users, name="user")
cli.add_typer(keys, name="keys")
evidence = typer.Typer(no_args_is_help=True, help="The chain of evidence.")
cli.add_typer(evidence, name="evidence")
export = typer.Typer(no_args_is_help=True, help="The official forms as Word, the ledgers as Excel.")
cli.add_typer(export, name="export")

AsJson = Annotated[bool, typer.Option("--json", help="print one JSON document on stdout")]


@cli.command()
def up(
    demo: Annotated[bool, typer.Option("--demo", help="load the demo county into an empty home")] = False,
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on")] = 3000,
    tls_cert: Annotated[Path | None, typer.Option(help="certificate file, for https")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="key file, for https")] = None,
) -> None:
    """Build what changed, migrate, and serve until ended."""
    from app.start import Address
    from app.start import up as start

    chosen = settings()
    address = Address(host, port, tls_cert or chosen.tls_cert, tls_key or chosen.tls_key)
    if bool(address.tls_cert) != bool(address.tls_key):
        raise BadInput("证书和密钥要一起给：--tls-cert、--tls-key。", code="tls_half")
    raise typer.Exit(start(address, demo=demo))


@cli.command()
def migrate() -> None:
    """Bring the database to the newest version of the tables."""
    from app.db import migrate as bring

    bring()


@cli.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(help="spreadsheets or folders of them")],
    yes: Annotated[bool, typer.Option("--yes", help="take in what the preview shows")] = False,
    as_json: AsJson = False,
) -> None:
    """Read county ledgers: first a preview, with --yes also the import."""
    from app.db import migrate as bring
    from app.imports.cli import run

    bring()
    run(paths, yes=yes, as_json=as_json)


@cli.command()
def findings(
    as_of: Annotated[str | None, typer.Option("--as-of", help="the day, 2026-10-31; today when left out")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare all ledgers by the rules R01 to R52 and print what they find; nothing is kept."""
    from app.db import migrate as bring
    from app.findings.cli import show

    bring()
    show(as_of, as_json=as_json)


@cli.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="where the backups lie, one folder each, photos beside them")],
    keys: Annotated[Path | None, typer.Option("--keys", help="another folder, for the key files")] = None,
    beside: Annotated[bool, typer.Option("--keys-beside-data", help="let keys and data lie together")] = False,
    keep: Annotated[int, typer.Option(min=0, help="keep so many of the newest; 0 keeps all")] = 0,
    as_json: AsJson = False,
) -> None:
    """Copy database, photos and keys of the running system."""
    from app.backup.cli import make

    make(folder, keys, beside=beside, keep=keep, as_json=as_json)


@cli.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="folder of backups (the newest is taken), or one of them")],
    keys: Annotated[Path | None, typer.Option("--keys", help="folder of the backed-up key files")] = None,
    without_keys: Annotated[bool, typer.Option("--without-keys", help="sealed fields will stay closed")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup back onto an empty home."""
    from app.backup.cli import put_back

    put_back(folder, keys, without_keys=without_keys, as_json=as_json)


@cli.command()
def rescue(
    file: Annotated[Path, typer.Argument(help="what a phone saved by 存成文件", exists=True, dir_okay=False)],
    as_json: AsJson = False,
) -> None:
    """Take in the unsent work that a phone has saved as a sealed file; may be run again, each item counts once."""
    from app import rooms
    from app.db import migrate as bring
    from app.sealed.rescue_service import rescue as take_in

    bring()
    rooms.fill_registry()
    found = take_in(file.read_bytes())
    report = {"counts": found.counts, "receipts": found.receipts}
    typer.echo(json.dumps(report, ensure_ascii=False) if as_json else found.words)


@users.command("create")
def user_create(
    username: str,
    name: str,
    role: str,
    division: Annotated[list[str] | None, typer.Option(help="area code of 6, 9 or 12 digits")] = None,
    flag: Annotated[list[str] | None, typer.Option(help="child_officer, elder_officer, child_photos")] = None,
) -> None:
    """Create an account and print its first password."""
    from app.accounts.schemas import AccountInput
    from app.accounts.service import create_account
    from app.db import migrate as bring
    from app.db import transaction, utcnow
    from app.http import parse

    bring()
    data = parse(AccountInput, {"username": username, "name": name, "role": role,
                                "divisions": division or [], "flags": flag or []})  # fmt: skip
    with transaction() as session:
        _, password = create_account(session, None, data, utcnow())
    typer.echo(password)


@users.command("reset")
def user_reset(username: str) -> None:
    """Give an account a new first password, unlock it, end its sessions."""
    from app.accounts.queries import user_by_name
    from app.accounts.service import reset_password
    from app.db import migrate as bring
    from app.db import transaction, utcnow

    bring()
    with transaction() as session:
        user = user_by_name(session, username)
        if user is None:
            raise BadInput("没有这个用户名。", code="unknown_user")
        typer.echo(reset_password(session, None, user.id, utcnow()))


@keys.command("list")
def keys_list(as_json: AsJson = False) -> None:
    """Every key of the home: what for, its id, since when; never the key."""
    from app.key_care import listed

    found = listed(settings().keys)
    if as_json:
        typer.echo(json.dumps([vars(one) for one in found], ensure_ascii=False))
        return
    for one in found:
        typer.echo(f"{one.purpose:8} {one.id} {one.made} {'in use' if one.current else '      '} {one.what}")


@keys.command("rotate")
def keys_rotate(
    purpose: Annotated[str, typer.Option(help="field, index, county or receipt")] = "field",
    again: Annotated[bool, typer.Option("--again", help="no new key: finish, or index an older database anew")] = False,
) -> None:
    """Make a new key. Fields are sealed anew and numbers indexed anew, in batches; may be broken off and run again.

    The index is made anew while nothing is served; all others while the system works.
    """
    from app.key_rotation import rotate

    typer.echo(json.dumps(rotate(purpose, new_key=not again), ensure_ascii=False))


@cli.command()
def verify(
    as_json: AsJson = False,
    every_signature: Annotated[bool, typer.Option("--every-signature", help="check that of each commit")] = False,
    no_photos: Annotated[bool, typer.Option("--no-photos", help="leave the bytes of pictures out")] = False,
    against: Annotated[str | None, typer.Option(help="a head printed earlier, N:HASH")] = None,
) -> None:
    """Check every record against the chain of evidence; exit 1 where something is missing, changed or added."""
    from app.evidence import cli as room

    raise typer.Exit(
        room.verify(as_json=as_json, every_signature=every_signature, photos=not no_photos, printed=against)
    )


@evidence.command("head")
def evidence_head(
    date: Annotated[str | None, typer.Option(help="the last head of this day; without it, of now")] = None,
    as_json: AsJson = False,
) -> None:
    """Print the chain's signed head, for a bulletin or another place."""
    from app.evidence import cli as room

    room.head(day=date, as_json=as_json)


@export.command("form")
def export_form(
    name: Annotated[str, typer.Argument(
        help="elder, contacts, support, care, child, guardianship, visit, dibao, aid, disability, petition,"
             " rectification",
    )],
    household: Annotated[str, typer.Option(help="code of the household (户编号)")],
    out: Annotated[Path, typer.Option(help="the file to write: .docx, or .pdf where a converter is there")],
    person: Annotated[str | None, typer.Option(help="name or id, where several fit; else a page for each")] = None,
    visit: Annotated[str | None, typer.Option(help="id of the visit that it names; else the last one")] = None,
    full: Annotated[bool, typer.Option("--full", help="whole numbers, where the form needs them by law")] = False,
    reason: Annotated[str, typer.Option(help="why, for the log")] = "本机导出",
) -> None:
    """Write an official form of a household, filled from the record."""
    from app.db import migrate as bring
    from app.http import parse
    from app.papers import cli as room
    from app.papers.schemas import FormWish

    bring()
    wish = parse(FormWish, {"name": name, "household": household, "person": person, "visit": visit, "full": full,
                            "reason": reason})  # fmt: skip
    room.form(wish, out)


@export.command("ledger")
def export_ledger(
    name: Annotated[str, typer.Argument(
        help="elders, children, hardship, disability, pairing, contacts, agreements, enrolments, payments, roll,"
             " care_fee, visits, issues, findings, reports, claims, petty, notices, activities, calls,"
             " petitions, or counts (figures by place)",
    )],
    out: Annotated[Path, typer.Option(help="the file to write: .xlsx")],
    mapping: Annotated[str, typer.Option(help="order of columns of a national system, else the official one")] = "",
    area: Annotated[str, typer.Option(help="only below this division code")] = "",
    period: Annotated[str, typer.Option(help="2026-10, or 2026Q3 for care_fee; else the last one")] = "",
    programme: Annotated[str, typer.Option(help="of enrolments and payments, or the kind of agreements")] = "",
    full: Annotated[bool, typer.Option("--full", help="whole numbers instead of masks")] = False,
    changed: Annotated[bool, typer.Option("--changed", help="only what changed since the last report")] = False,
    report: Annotated[bool, typer.Option("--report", help="this is sent up: remember it")] = False,
    reason: Annotated[str, typer.Option(help="why, for the log")] = "本机导出",
) -> None:
    """Write a ledger as Excel."""
    from app.db import migrate as bring
    from app.http import parse
    from app.papers import cli as room
    from app.papers.schemas import ExportWish

    bring()
    wish = parse(ExportWish, {
        "ledger": name, "mapping": mapping, "area": area, "period": period, "programme": programme, "full": full,
        "changed": changed, "report": report, "reason": reason,
    })  # fmt: skip
    room.ledger(wish, out)


@cli.command()
def bench(
    name: Annotated[str | None, typer.Argument(help="one measurement; all when left out")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure what design §10 promises and print it beside the goal."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the measurements lie beside the tests
    runner = importlib.import_module("tests.bench.run")
    runner.main(name, as_json=as_json)


def main() -> None:
    """Run the command line; an error is one Chinese sentence on stderr and exit code 2."""
    try:
        use_plain_logs()
        cli()
    except AppError as error:
        typer.echo(f"{error.message} [{error.code}]", err=True)
        for one in error.details:
            typer.echo(f"  {one.path}: {one.message}", err=True)
        raise SystemExit(2) from error
