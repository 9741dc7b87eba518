"""Homes that are paired and that a new list of pairings does not name: shown beside it, decided by a person."""

from typing import Any

from sqlalchemy import delete

from app.db import reading, transaction
from app.imports import queries
from app.imports.judging_service import STAGED
from app.imports.lines import Detail, unpack
from app.imports.weighing_service import Weigher
from app.pairing import import_service as pairing

STATE = "home_left"
UNTAKEN = ("unreadable", "outside", "contrary", "unmatched", "lacking")
"""Rows that are not taken in may still name a home."""


def tell(import_id: str, weigher: Weigher) -> None:
    """Write before the rows of a list which homes of its villages it leaves out; nothing else becomes of them.

    Of other ledgers, whose rows are about people, nothing is said.
    """
    if not weigher.about:
        return
    with reading() as session:
        rows = queries.stream(session, import_id, UNTAKEN)
        named = {str(unpack(row.detail).values.get("household") or "") for row in rows}
        left = pairing.left_out(session, weigher.about, named, weigher.on)
    table = queries.TABLE
    with transaction() as session:
        session.execute(delete(table).where(table.c.import_id == import_id, table.c.position < 0))
        STAGED.write(session, [_line(import_id, at - len(left), one) for at, one in enumerate(left)])


def _line(import_id: str, position: int, one: pairing.LeftOut) -> dict[str, Any]:
    detail = Detail(values={"household": one.code, "cadre": one.officials, "since": one.since})
    return {
        "import_id": import_id, "position": position, "sheet": one.village[:64], "row": 0, "name": one.name[:64],
        "state": STATE, "repaired": False, "doubtful": False, "detail": detail.pack(),
    }  # fmt: skip
