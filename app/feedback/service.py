"""Complaints and suggestions (国办函〔2026〕12号): taken in from phone and office, answered by the administrator."""

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import SHANGHAI, new_id
from app.errors import BadInput, NotAllowed, NotFound
from app.feedback.schemas import FeedbackAdd, FeedbackView
from app.sync.schemas import STORED, Batch, CommandKind, Outcome, Work, one_by_one
from models.accounts import User
from models.feedback import Feedback

ABOUT = {"app": "这个软件", "work": "工作安排", "person": "某个人", "other": "其他"}


def add(session: Session, actor: Actor, data: FeedbackAdd, now: datetime, feedback_id: str | None = None) -> Feedback:
    """Take in a complaint or suggestion; an anonymous one is kept and logged without a name."""
    author = None if data.anonymous else actor
    row = Feedback(
        id=feedback_id or new_id(), author_id=author.id if author else None, anonymous=data.anonymous, about=data.about,
        text=data.text, page=data.page, created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, author, "feedback.added", "feedback", row.id, after={"about": data.about})
    return row


def entries(session: Session, actor: Actor, *, limit: int = 50, after: str | None = None) -> list[FeedbackView]:
    """The latest entries, unanswered ones too.

    Raises:
        NotAllowed: only who replies reads them.
    """
    if not actor.may(Permission.FEEDBACK_REPLY):
        raise NotAllowed()
    query = select(Feedback, User.name).outerjoin(User, User.id == Feedback.author_id)  # type: ignore[arg-type]
    if after:
        query = query.where(Feedback.id < after)  # type: ignore[arg-type]
    rows = session.execute(query.order_by(Feedback.id.desc()).limit(limit))  # type: ignore[attr-defined]
    return [_view(row, name) for row, name in rows]


def how_many(session: Session, actor: Actor) -> int:
    """How many entries there are.

    Raises:
        NotAllowed: only who replies reads them.
    """
    if not actor.may(Permission.FEEDBACK_REPLY):
        raise NotAllowed()
    return session.scalar(select(func.count()).select_from(Feedback)) or 0


def _view(row: Feedback, name: str | None) -> FeedbackView:
    def when(moment: datetime | None) -> str:
        return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if moment else ""

    return FeedbackView(
        row.id, when(row.created_at), ABOUT.get(row.about, row.about), row.text,
        "匿名" if row.anonymous else name or "", row.page or "", row.reply or "", when(row.replied_at),
    )  # fmt: skip


def reply(session: Session, actor: Actor, feedback_id: str, text: str, now: datetime) -> None:
    """Answer an entry.

    Raises:
        NotAllowed, NotFound, BadInput: as they say.
    """
    if not actor.may(Permission.FEEDBACK_REPLY):
        raise NotAllowed()
    row = session.get(Feedback, feedback_id)
    if row is None:
        raise NotFound("没有这条意见。")
    if not text.strip():
        raise BadInput("请写一句回复。")
    row.reply, row.replied_by, row.replied_at = text.strip()[:2000], actor.id, now
    row.version += 1
    record(session, actor, "feedback.replied", "feedback", row.id)


def mine(session: Session, actor: Actor, limit: int = 20) -> list[FeedbackView]:
    """What an account has said under its name, with the replies."""
    rows = session.scalars(
        select(Feedback).where(Feedback.author_id == actor.id).order_by(Feedback.id.desc()).limit(limit)  # type: ignore[attr-defined]
    )
    return [_view(row, actor.name) for row in rows]


def _add(batch: Batch, work: Work) -> None:
    anonymous = work.payload.anonymous
    taken = anonymous or batch.session.get(Feedback, work.id) is not None
    row = add(batch.session, work.actor, work.payload, batch.now, None if taken else work.id)
    if anonymous:
        # The command stays with its author, so that it is taken once; nothing in it may lead to the words.
        work.raw = "{}"
    work.outcome = Outcome(STORED, row_id=None if anonymous else row.id)


COMMANDS = {"feedback.add": CommandKind(FeedbackAdd, one_by_one(_add))}
