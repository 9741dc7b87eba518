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


@keys.command("rotate")
def keys_rotate() -> None:
    """Make a new field key and seal every field anew with it, in batches; may be broken off and run again."""
    from app.crypto_rotation import rotate

    typer.echo(json.dumps(rotate(), ensure_ascii=False))


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
