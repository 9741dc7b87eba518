"""Petitions and public notices as the office looks at them: pages of a list, one petition, who can be chosen."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session

from app.accounts.queries import names_of
from app.accounts.rules import ROLE_NAMES, Role
from app.accounts.schemas import Actor
from app.casework import queries, rules
from app.casework.schemas import (
    Choosing,
    Event,
    NoticePage,
    NoticeRow,
    PetitionIn,
    PetitionPage,
    PetitionRow,
    PetitionView,
)
from app.casework.service import allowed, day_in_china, receive, today
from app.divisions import service as divisions
from app.errors import NotFound
from app.limits import PAGE
from app.settings import service as parameters
from models.casework import Petition


def listing(
    session: Session, actor: Actor, *, which: str = "open", village: str = "", category: str = "", source: str = "",
    offset: int = 0,
) -> PetitionPage:  # fmt: skip
    """A page of the petitions that the actor may read.

    Raises:
        NotAllowed: not the actor's work.
    """
    allowed(actor)
    on = today()
    sources = [rules.UNKNOWN if source == rules.NOT_WRITTEN else source] if source else []
    query = queries.wanted(actor, on, which=which, area=village, category=category, sources=sources)
    rows, total = queries.page(session, query, PAGE, offset), queries.count(session, query)
    where = {one.division for one in rows}
    places, days = divisions.places(session, where), parameters.values_in(session, rules.CLOCKS, on, where)
    names = names_of(session, (one.assignee for one in rows))
    shown = [_row(one, places[one.division], names, days[one.division], on) for one in rows]
    return PetitionPage(shown, total, total > offset + PAGE)


def _row(one: Petition, place: str, names: Mapping[str, str], days: Mapping[str, Any], on: date) -> PetitionRow:
    state = rules.state_of(one)
    due, late = _due(one, days, on)
    return PetitionRow(
        one.id, rules.brief(one.text), one.category, one.source, place, day(one.received_on, on),
        names.get(one.assignee or "", ""), f"{state}，{day(one.done_on, on)}" if one.done_on else state, due, late,
    )  # fmt: skip


def _due(one: Petition, days: Mapping[str, Any], on: date) -> tuple[str, bool]:
    by = rules.answer_by(one, days)
    if by is None:
        return ("结了" if one.done_on else "等受理"), False
    return day(by, on), by < on


def received(session: Session, actor: Actor, data: PetitionIn) -> str:
    """Write a petition down; returns by when the petitioner is to be told.

    Raises:
        as `service.receive`.
    """
    row, on = receive(session, actor, data), today()
    due, late = _due(row, parameters.values(session, rules.CLOCKS, on, row.division), on)
    return f"最晚 {due}告知信访人{'，已经过了' if late else ''}。"


def day(shown: date, on: date) -> str:
    """A day in words; its year where that is another one than `on`'s."""
    return f"{'' if shown.year == on.year else f'{shown.year} 年 '}{shown.month} 月 {shown.day} 日"


def choosing(session: Session, actor: Actor) -> Choosing:
    """Who can be handed a petition of the area, and who can be complained about.

    Raises:
        NotAllowed: not the actor's work.
    """
    allowed(actor)
    known = queries.accounts(session, actor.divisions)
    named = [(key, f"{name}（{ROLE_NAMES[Role(one.role)]}）") for key, (name, one) in known.items()]
    officers = [(key, name) for key, name in named if known[key][1].role in queries.OFFICERS]
    return Choosing(officers, named, today().isoformat())


def one(session: Session, actor: Actor, petition_id: str) -> PetitionView:
    """One petition in full.

    Raises:
        NotAllowed: not the actor's work.
        NotFound: none, or not for this actor.
    """
    allowed(actor)
    on = today()
    row = queries.petition(session, actor, petition_id, on)
    if row is None:
        raise NotFound("没有这件信访，或不归你看。")
    taken_back = row.taken_back or []
    names = names_of(session, [row.assignee, row.author_id, *row.accused, *(back["by"] for back in taken_back)])
    due, late = _due(row, parameters.values(session, rules.CLOCKS, on, row.division), on)
    reached = max((at for at, name in enumerate(rules.STEPS, start=1) if getattr(row, name)), default=0)
    following = rules.next_step(row)
    officers = [
        (key, f"{name}（{ROLE_NAMES[Role(who.role)]}）")
        for key, (name, who) in queries.accounts(session, [row.division]).items()
        if who.role in queries.OFFICERS and key not in row.kept_from
    ]
    return PetitionView(
        id=row.id, version=row.version, brief=rules.brief(row.text), text=row.text, category=row.category,
        source=row.source, place=divisions.place(session, row.division),
        accused="、".join(names.get(key, "") for key in row.accused) if row.category == rules.ACCUSATION else "",
        author=names.get(row.author_id, ""), assignee=names.get(row.assignee or "", ""), due=due, late=late,
        stages=[rules.RECEIVED, *rules.STEPS.values()], reached=reached, events=_events(row, names, on),
        extended=f"{row.extended_by}批准：{row.extended_why}" if row.extended else "",
        next=following, next_words=rules.STEPS.get(following, ""),
        earliest=rules.earliest(row, following).isoformat() if following else "", on=on.isoformat(), officers=officers,
    )  # fmt: skip


def _events(row: Petition, names: Mapping[str, str], on: date) -> list[Event]:
    """What was done in the order of its days, what was taken back among it.

    Of one day, a step that stands was there before a taking back if that one and all later ones took later steps.
    """
    order, lowest = list(rules.STEPS), len(rules.STEPS)
    told = [(row.received_on, -1, 1, "收到", "")]
    told += [(at, order.index(name), 1, words, "") for name, words in rules.STEPS.items() if (at := getattr(row, name))]
    backs = []
    for back in reversed(row.taken_back or []):
        noted, at = date.fromisoformat(back["noted"]), date.fromisoformat(back["on"])
        lowest = min(lowest, order.index(back["what"]))
        words = f"退回一步，{day(noted, on)}{rules.STEPS[back['what']]}不算"
        backs.append((at, lowest, 0, words, f"，{names.get(back['by'], '')}：{back['why']}"))
    found = sorted([*told, *reversed(backs)], key=lambda one: one[:3])
    return [Event(words, f"{day(at, on)}{more}") for at, _, _, words, more in found]


def notices(session: Session, actor: Actor, *, village: str = "", offset: int = 0) -> NoticePage:
    """A page of the public notices of the area.

    Raises:
        NotAllowed: not the actor's work.
    """
    allowed(actor)
    on = today()
    query = queries.notices(actor, on, village)
    rows, total = queries.notice_page(session, query, PAGE, offset), queries.count(session, query)
    places = divisions.places(session, {one.division for one in rows})
    shown = [
        NoticeRow(
            one.id, one.version, rules.PROGRAMMES[one.programme], places[one.division],
            f"{day(one.from_on, on)}至 {day(one.to_on, on)}", one.text,
            one.down_on is None and one.from_on <= on <= one.to_on,
            rules.hangs_since(one, day_in_china(one.created_at)).isoformat(),
            f"{day(one.down_on, on)}，{one.down_why}" if one.down_on else "",
        )
        for one in rows
    ]  # fmt: skip
    return NoticePage(shown, total, total > offset + PAGE)
