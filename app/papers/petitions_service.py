"""The ledger of petitions (信访件台账): all that the reader may read, however they came."""

from collections.abc import Iterable

from sqlmodel import Session

from app.accounts.schemas import Actor
from app.casework import rules
from app.casework import service as casework
from app.divisions import service as divisions
from app.papers.ledger_rows import Cells, Line, day

ACCUSATIONS = "检举控告件只有你登记的、你承办的；和你有关的不在内。"


def places(session: Session, codes: Iterable[str]) -> dict[str, Cells]:
    """Township and village of each division as the cells of a row, the latter empty for what belongs to a township."""
    asked = set(codes)
    named = divisions.village_names(session, asked | {code[:9] for code in asked})
    return {
        code: {"town": named.get(code[:9], ""), "village": named.get(code, "") if len(code) > 9 else ""}
        for code in asked
    }


def lines(session: Session, actor: Actor, area: str, most: int) -> list[Line]:
    """What is not done first, and of that whoever has waited longest."""
    rows = casework.register(session, actor, area, most)
    where = places(session, (one.division for one in rows))
    return [
        Line(one.id, one.division, where[one.division] | {
            "on": day(one.received_on), "source": one.source or rules.NOT_WRITTEN, "kind": one.category,
            "text": one.text, "given_to": one.assignee, "told_on": day(one.told_on),
            "accepted_on": day(one.accepted_on), "done_on": day(one.done_on), "due": day(one.answer_by),
            "state": one.state, "by": one.author, "key": one.id,
        })
        for one in rows
    ]  # fmt: skip


def count(session: Session, actor: Actor, area: str, most: int) -> int:
    """How many rows there are, no more than `most`."""
    return casework.how_many(session, actor, area, most)


def about(_actor: Actor, _area: str) -> list[str]:
    """What is not in the file."""
    return [ACCUSATIONS]
