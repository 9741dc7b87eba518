"""`/api/visits/{id}/proof`, and the script that checks it; the day's head as JSON."""

from datetime import date
from pathlib import Path
from typing import Any

from starlette.responses import Response

from app.accounts.rules import Permission
from app.db import SHANGHAI, reading, transaction, utcnow
from app.errors import BadInput
from app.evidence import head_service, proof_service
from app.http import Call, endpoint

SCRIPT = Path(__file__).with_name("verify_proof.py")


def _file(data: bytes, name: str, kind: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, media_type=kind, headers=headers)


@endpoint("GET", "/visits/{id}/proof", requires=Permission.PROOF, rate="export", query=("reason",))
def visit_proof(call: Call) -> Response:
    """The proof of a visit as a file. Query: `reason`, which is written down."""
    now = utcnow()
    with transaction() as session:
        on = now.astimezone(SHANGHAI).date()
        made = proof_service.proof(session, call.who, call.params["id"], call.query("reason")[:200], on, now)
    return _file(made.data, made.name, "application/json")


@endpoint("GET", "/evidence/verify_proof.py", requires=Permission.EVIDENCE)
def script(_call: Call) -> Response:
    """The script with which a stranger checks a proof."""
    return _file(SCRIPT.read_bytes(), SCRIPT.name, "text/x-python; charset=utf-8")


@endpoint("GET", "/evidence/head", requires=Permission.EVIDENCE, query=("date",))
def chain_head(call: Call) -> dict[str, Any]:
    """The signed head of a day (`date`), or of now."""
    wanted = call.query("date")
    try:
        day = date.fromisoformat(wanted) if wanted else None
    except ValueError as error:
        raise BadInput("日期要写成 2026-03-05。", code="bad_date") from error
    with reading() as session:
        return head_service.shown_head(session, call.who, day).told()


ROUTES = [visit_proof, script, chain_head]
