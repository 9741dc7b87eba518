"""The register of calls and complaints (投诉电话、投诉举报): petitions that were rung in, or of which nobody wrote how
they came, and what 投诉建议 holds."""

from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.casework import rules
from app.casework import service as casework
from app.feedback import service as feedback
from app.papers.ledger_rows import Line, day
from app.papers.petitions_service import ACCUSATIONS, places

CALLS = (rules.BY_TELEPHONE, rules.UNKNOWN)
"""Of those from before it was asked how a petition came, nobody can tell that they were no calls."""


def lines(session: Session, actor: Actor, area: str, most: int) -> list[Line]:
    """Calls, then complaints and suggestions: of each only what its own room lets the reader read. What somebody
    wrote into 投诉建议 belongs to no place, so that it is in no place's register."""
    told: list[Line] = []
    if actor.may(Permission.CASEWORK):
        rows = casework.register(session, actor, area, most, CALLS)
        where = places(session, (one.division for one in rows))
        for one in rows:
            told.append(Line(one.id, one.division, where[one.division] | {
                "at": day(one.received_on), "kind": f"{one.source or '来源没记'}：{one.category}", "text": one.text,
                "given_to": one.assignee, "due": day(one.answer_by), "answered": one.done, "by": one.author,
            }))  # fmt: skip
    if actor.may(Permission.FEEDBACK_REPLY) and not area:
        for said_so in feedback.entries(session, actor, limit=most):
            told.append(Line(said_so.id, "", {
                "at": said_so.at, "kind": f"投诉建议：{said_so.about}", "text": said_so.text,
                "answered": f"{said_so.replied_at} {said_so.reply}".strip(),
            }))  # fmt: skip
    return told


def count(session: Session, actor: Actor, area: str, most: int) -> int:
    """How many rows there are, no more than `most` of each room."""
    calls = casework.how_many(session, actor, area, most, CALLS) if actor.may(Permission.CASEWORK) else 0
    return calls + (feedback.how_many(session, actor) if actor.may(Permission.FEEDBACK_REPLY) and not area else 0)


def about(actor: Actor, area: str) -> list[str]:
    """What of the calls is not in the file, and where it is."""
    found = []
    if actor.may(Permission.CASEWORK):
        found.append("信访件只有来电的，和来源没记的；来信、来访、网上和上级转办的不在内，在“信访件台账”里。")
        found.append(ACCUSATIONS)
    if not actor.may(Permission.FEEDBACK_REPLY):
        found.append("写在系统“投诉建议”里的由县管理员看、县管理员导出，不在内。")
    elif area:
        found.append("写在系统“投诉建议”里的不分地方，选全县才有。")
    return found
