"""Rules that stop a record before it is saved: R34 and R43, asked by the room that saves."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session

from app.errors import BadInput
from app.findings.loading_service import parameters
from app.findings.rules_cases import BARE, OF_CHILDREN, leads_to_accused, notice_faults


@dataclass(eq=False)
class LeadsToAccused(BadInput):
    """R34: a petition of accusation would reach who is accused, or their unit."""

    code: str = "leads_to_accused"


@dataclass(eq=False)
class NoticeFaulty(BadInput):
    """R43: a public notice hangs too short, is about a child, or shows a number."""

    code: str = "notice_faulty"


def refuse_petition(category: str, kept_from: Collection[str], assignee: str | None) -> None:
    """Stop a petition on its way to who is accused in it.

    Args:
        kept_from: accounts of the accused and of their units.

    Raises:
        LeadsToAccused: it would get there.
    """
    problem = leads_to_accused(category, kept_from, assignee)
    if problem:
        raise LeadsToAccused(problem)


def refuse_notice(session: Session, area: str, programme: str, from_on: date, to_on: date, text: str) -> None:
    """Stop a public notice that must not hang like this in a place.

    Raises:
        NoticeFaulty: with what to do about each fault.
    """
    days = parameters(session, from_on, area)["R43_days"]
    faults = notice_faults(programme, from_on, to_on, text, days)
    if faults:
        what = {OF_CHILDREN: "孩子的事不公示，不要贴。", BARE: "公示里的身份证号、电话、账号要去掉再贴。"}
        last = from_on + timedelta(days=days)
        short = f"公示要满{days}天，结束日期请写 {last.month} 月 {last.day} 日或以后。"
        raise NoticeFaulty("".join(what.get(one, short) for one in faults))
