"""`ruhutong findings`: what the rules find on a day, as a table or as JSON."""

import json
from datetime import date

import typer

from app.db import SHANGHAI, reading, utcnow
from app.errors import BadInput
from app.findings.telling_service import listed


def show(as_of: str | None, *, as_json: bool) -> None:
    """Look and print; nothing is kept.

    Raises:
        BadInput: the day is none.
    """
    try:
        day = date.fromisoformat(as_of) if as_of else utcnow().astimezone(SHANGHAI).date()
    except ValueError as error:
        raise BadInput("日期要写成 2026-10-31 这样。", code="bad_date") from error
    with reading() as session:
        found = listed(session, day)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in found:
        facts = "，".join(f"{word} {value}" for word, value in one["facts"].items())
        typer.echo(f"{one['severity']} {one['rule']} {one['subject']} {facts}")
