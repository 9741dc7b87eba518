"""Samples as the county's office looks at them: the draws, one draw with its rate, one home with its comparison."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from app.accounts.schemas import Actor
from app.db import SHANGHAI
from app.divisions import service as divisions
from app.forms import service as forms
from app.forms.ledger_schemas import FIELDS
from app.households import register_service as register
from app.households.words_service import day
from app.limits import PAGE
from app.sampling import queries, rules, service
from app.sampling.schemas import (
    ComparedLine,
    ItemRow,
    ItemView,
    MineRow,
    Option,
    Question,
    SampleRow,
    SamplesPage,
    SampleView,
    Visitor,
)
from models.households import Household
from models.sampling import Sample, SampleEvent, SampleItem

EMPTY, GIVEN, SEEN, DONE = "还没定谁去", "等去看", "看过了，等定结果", "办完"


def samples_page(session: Session, actor: Actor, offset: int = 0) -> SamplesPage:
    """The draws of an area, and the homes to which this account is sent.

    Raises:
        NotAllowed: the role has nothing to do with samples.
    """
    service.allowed(actor)
    on = register.today()
    found = queries.samples(session, actor, on, PAGE + 1, offset)
    shown = found[:PAGE]
    counts = queries.outcomes(session, [one.id for one in shown])
    places = divisions.places(session, {one.division for one in shown})
    rows = [_sample_row(one, counts[one.id], places[one.division]) for one in shown]
    area = min(actor.divisions, key=len, default="")
    may = [Visitor(*one) for one in queries.visitors(session, area)] if area else []
    return SamplesPage(rows, _mine(session, actor, on), may, len(found) > PAGE)


def _sample_row(one: Sample, counts: Mapping[str, int], place: str) -> SampleRow:
    rate = rules.wilson(counts.get(rules.ERROR, 0), sum(counts.values()))
    return SampleRow(
        one.id, title(one), place, period(one), _day(one.drawn_at), one.size, rate.looked,
        percent(rate.share) if rate.looked else "—",
    )  # fmt: skip


def _mine(session: Session, actor: Actor, on: date) -> list[MineRow]:
    found = queries.given_to(session, actor.id)
    keys = [item.id for item, _ in found]
    events, tasks = queries.events(session, keys), queries.tasks(session, keys)
    homes = queries.homes(session, [item.household_id for item, _ in found])
    places = divisions.places(session, {home.division for home in homes.values()})
    rows = []
    for item, sample in found:
        given, home = service.last(events[item.id], "given"), homes[item.household_id]
        if given is None or given.user_id != actor.id:
            continue
        due = tasks[item.id].due_on
        rows.append(MineRow(
            item.id, home.name, _place(home, places), title(sample), day(due), due < on, _state(events[item.id]),
        ))  # fmt: skip
    return rows


def _place(home: Household, places: Mapping[str, str]) -> str:
    return f"{places[home.division]} {home.group or ''}".strip()


def title(one: Sample) -> str:
    """`低保，这段时间新进的`."""
    return f"{rules.PROGRAMMES[one.programme]}，{rules.LISTS[one.which]}"


def period(one: Sample) -> str:
    """`2026-07 到 2026-09`, or the one month."""
    return one.to_month if one.from_month == one.to_month else f"{one.from_month} 到 {one.to_month}"


def _day(moment: datetime) -> str:
    return day(moment.astimezone(SHANGHAI).date())


def percent(share: float) -> str:
    """`12.5%`."""
    return f"{share * 100:.1f}%"


def _state(events: Sequence[SampleEvent]) -> str:
    if service.last(events, "judged"):
        return DONE
    if service.last(events, "second"):
        return SEEN
    return GIVEN if service.last(events, "given") else EMPTY


def says(one: Sample, rate: rules.Rate) -> tuple[str, str]:
    """The bounds of an error rate, and in words what it says of the whole list."""
    if not rate.looked:
        return "", "还没有结果。"
    bounds = f"{percent(rate.low)} 到 {percent(rate.high)}"
    if rate.looked == one.frame_size:
        return "", "全部看完了，错误率就是这个数，不是估计。"
    left = "" if rate.looked == one.size else f"还有 {one.size - rate.looked} 户没看完，先这么估。"
    return bounds, f"整份名单的错误率，有九成五的把握在 {bounds} 之间。{left}"


def sample_page(session: Session, actor: Actor, sample_id: str, offset: int = 0) -> SampleView:
    """The page of one draw.

    Raises:
        NotAllowed, NotFound.
    """
    one = service.get(session, actor, sample_id)
    counts = queries.outcomes(session, [one.id])[one.id]
    rate = rules.wilson(counts.get(rules.ERROR, 0), sum(counts.values()))
    bounds, words = says(one, rate)
    found = queries.items(session, one.id, PAGE + 1, offset)
    return SampleView(
        one.id, title(one), divisions.place(session, one.division), period(one), one.seed, percent(one.share),
        one.frame_size, one.size, one.fingerprint, _day(one.drawn_at), rate.looked, one.size - rate.looked,
        [(text, counts.get(code, 0)) for code, text in rules.OUTCOMES.items()],
        percent(rate.share) if rate.looked else "—", bounds, words, item_rows(session, found[:PAGE]),
        len(found) > PAGE, one.size == one.frame_size,
    )  # fmt: skip


def item_rows(session: Session, found: Sequence[SampleItem]) -> list[ItemRow]:
    """Drawn homes as lines."""
    events = queries.events(session, [one.id for one in found])
    homes = queries.homes(session, [one.household_id for one in found])
    places = divisions.places(session, {home.division for home in homes.values()})
    names = queries.names(session, [row.user_id for rows in events.values() for row in rows])
    rows = []
    for one in found:
        given, judged = service.last(events[one.id], "given"), service.last(events[one.id], "judged")
        rows.append(ItemRow(
            one.id, one.position, homes[one.household_id].name, _place(homes[one.household_id], places),
            names.get(given.user_id or "", "") if given else "", _state(events[one.id]),
            rules.OUTCOMES[judged.outcome or ""] if judged else "", judged.note or "" if judged else "",
        ))  # fmt: skip
    return rows


def item_page(session: Session, actor: Actor, item_id: str) -> ItemView:
    """The page of one drawn home: questions for who is sent there; both answers only once the second visit is in.

    Raises:
        NotAllowed, NotFound.
    """
    item, sample = service.get_item(session, actor, item_id)
    events = queries.events(session, [item.id])[item.id]
    given, made, judged = (service.last(events, what) for what in ("given", "second", "judged"))
    home = queries.homes(session, [item.household_id])[item.household_id]
    person = next((one for one in queries.people(session, [home.id])[home.id] if one.id == item.person_id), None)
    task = queries.task(session, item.id)
    names = queries.names(session, [given.user_id] if given else [])
    may = [] if made else [Visitor(*one) for one in queries.visitors(session, sample.division)
                           if one[0] not in item.handled]  # fmt: skip
    mine = given is not None and given.user_id == actor.id
    return ItemView(
        item.id, sample.id, title(sample), home.name, person.name if person else "",
        _place(home, divisions.places(session, [home.division])), names.get(given.user_id or "", "") if given else "",
        _state(events), day(task.due_on) if task else "", mine,
        [] if made or not mine else questions(session, item), compared(session, item, made),
        day(made.visited_on) if made else "", made.note or "" if made else "",
        judged.outcome or "" if judged else "", judged.note or "" if judged else "", may,
    )  # fmt: skip


def questions(session: Session, item: SampleItem) -> list[Question]:
    """What is asked at a drawn home: without a word of what was answered before."""
    words = forms.field_words(session)
    return [
        Question(name, _label(name), [Option(code, text) for code, text in words.get(name, {}).items()])
        for name in _order(item.first)
    ]


def _order(names: Mapping[str, Any]) -> list[str]:
    known = (*service.NUMBERS, *service.OF_HOME, *service.OF_PERSON)
    return [one for one in known if one in names]


def _label(name: str) -> str:
    return service.NUMBERS.get(name) or FIELDS[name][1]


def compared(session: Session, item: SampleItem, made: SampleEvent | None) -> list[ComparedLine]:
    """Both visits, question by question; nothing before the second is in."""
    if made is None:
        return []
    words = forms.field_words(session)
    return [
        ComparedLine(
            _label(one.field), _in_words(one.first, words.get(one.field, {})),
            _in_words(one.second, words.get(one.field, {})), one.state,
        )
        for one in rules.compare(_order(item.first), item.first, made.answers or {})
    ]  # fmt: skip


def _in_words(value: Any, words: Mapping[str, str]) -> str:
    if value in (None, "", []):
        return "没问"
    return "、".join(words.get(str(one), str(one)) for one in (value if isinstance(value, list) else [value]))
