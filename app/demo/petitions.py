"""The demo county's petitions, each at another step, and a public notice, through the room's own service."""

from datetime import date, timedelta

from sqlmodel import Session

from app.accounts import queries as accounts_queries
from app.accounts import service as accounts
from app.accounts.rules import Role
from app.accounts.schemas import Actor
from app.casework import rules as steps
from app.casework import service as casework
from app.casework.schemas import NoticeIn, PetitionIn
from app.demo import rules

PETITIONS = (
    ("来电", "申诉求决", "低保申请交上去以后没有回音，想问到哪一步了", 0, 3),
    ("来访", "建议意见", "村口的路灯坏了，老人晚上出门不方便", 1, 8),
    ("来信", "申诉求决", "护理补贴这两个月没有到账", 2, 20),
    ("上级转办", "建议意见", "希望村里的日间照料多开半天", 3, 40),
)
"""How it came, its kind, its words, how many steps were taken, how many days ago it was received."""


def load(session: Session, today: date) -> None:
    """Write them down; the same county always gets the same."""
    clerk, officer = (_account(session, role) for role in (Role.TOWN_CLERK, Role.SECTION))
    for (source, category, text, taken, ago), (village, _) in zip(PETITIONS, rules.VILLAGES, strict=False):
        row = casework.receive(session, clerk, PetitionIn(
            division=village, category=category, source=source, text=text, received_on=today - timedelta(days=ago),
            assignee=officer.id if taken else None,
        ))  # fmt: skip
        for step in tuple(steps.STEPS)[:taken]:
            casework.step(session, clerk, row.id, step, row.version)
    casework.post(session, clerk, NoticeIn(
        division=rules.VILLAGES[0][0], programme="dibao", from_on=today, to_on=today + timedelta(days=10),
        text="拟纳入低保：演示户，3 人，每月 900 元",
    ))  # fmt: skip


def _account(session: Session, role: Role) -> Actor:
    user = accounts_queries.user_by_name(session, role.value)
    assert user is not None
    return accounts.make_actor(session, user)
