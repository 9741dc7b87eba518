"""Re-checks of the county: a sample is drawn once and kept, its homes are visited by others, blind, then compared."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import SHANGHAI, new_id, utcnow
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.forms import service as forms
from app.households import register_service as register
from app.households.rules import is_child
from app.sampling import queries, rules
from app.sampling.schemas import DrawIn, JudgeIn, SecondIn, Unit
from models.households import Household, Person
from models.sampling import Sample, SampleEvent, SampleItem
from models.visits import Task

OF_HOME = tuple(f"household.{one}" for one in ("food", "clothes", "schooling", "doctor", "housing", "water", "paid"))
OF_PERSON = ("person.living", "person.self_care", "person.health")
NUMBERS = {"people": "家里住几口人", "amount": "每月领多少元"}
"""Questions that no form asks: their answers stand in the registers."""


def allowed(actor: Actor) -> None:
    """Samples are the county's own; nobody is told beforehand who was drawn.

    Raises:
        NotAllowed: the role has nothing to do with them.
    """
    if not actor.may(Permission.SAMPLING):
        raise NotAllowed()


def draw(session: Session, actor: Actor, wish: DrawIn) -> Sample:
    """Draw a sample and hand its homes out. A list is drawn once; its seed and frame are kept.

    Raises:
        NotAllowed: the role draws none, or the area is not the actor's.
        BadInput: the months stand the wrong way round, a 户编号 is unknown, nobody is on the list.
        Conflict: this list has been drawn.
    """
    allowed(actor)
    if not any(wish.area.startswith(code) for code in actor.divisions):
        raise NotAllowed("这个地方不归你管。")
    if wish.from_month > wish.to_month:
        raise BadInput("月份写反了，从哪个月要早于到哪个月。")
    if wish.which == rules.ALL:
        wish = wish.model_copy(update={"from_month": wish.to_month})
    unknown = queries.unknown_codes(session, wish)
    if unknown:
        raise BadInput(f"这里没有户编号 {'、'.join(unknown[:5])}，请核对。")
    found = {one.key: one for one in queries.units(session, wish)}
    if not found:
        raise BadInput("名单是空的，没有可抽的。换个时间或地方；近亲属和举报要写户编号。", code="empty_frame")
    on = register.today()
    policy = register.policy(session, rules.KEYS, on, wish.area)
    sample = _sample(actor, wish, list(found), policy)
    if queries.drawn_before(session, sample.once):
        raise Conflict("这份名单已经抽过，不能重抽。请看抽过的那一次。", code="drawn_before")
    session.add(sample)
    session.flush()
    drawn = [found[key] for key in rules.draw(sample.seed, found, sample.share)]
    items = _items(session, sample, drawn, on)
    session.add_all(items)
    session.flush()
    _hand_out(session, actor, sample, items, wish.visitors)
    record(session, actor, "sample.drawn", "sample", sample.id, after={
        "programme": wish.programme, "list": wish.which, "area": wish.area, "from": wish.from_month,
        "to": wish.to_month, "seed": sample.seed, "frame": sample.frame_size, "size": sample.size,
        "fingerprint": sample.fingerprint,
    })  # fmt: skip
    return sample


def _sample(actor: Actor, wish: DrawIn, frame: Sequence[str], policy: Mapping[str, Any]) -> Sample:
    share = float(rules.share_of(wish.programme, wish.which, policy))
    mark = rules.fingerprint(frame)
    once = f"{wish.programme} {wish.which} {wish.area} {wish.from_month} {wish.to_month}"
    return Sample(
        id=new_id(), once=f"{once} {mark}" if wish.which in rules.WHOLE else once, programme=wish.programme,
        which=wish.which, division=wish.area, from_month=wish.from_month, to_month=wish.to_month,
        seed=wish.seed or secrets.token_hex(8), share=share, size=rules.size_of(len(frame), share),
        frame_size=len(frame), fingerprint=mark, frame=sorted(frame), days=policy["sampling.days"],
        drawn_by=actor.id, drawn_at=utcnow(),
    )  # fmt: skip


def _items(session: Session, sample: Sample, drawn: Sequence[Unit], on: date) -> list[SampleItem]:
    keys = [one.household_id for one in drawn]
    people, homes, handled = queries.people(session, keys), queries.homes(session, keys), queries.handled(session, keys)
    asked = [one for one in (*OF_HOME, *OF_PERSON) if forms.field_words(session).get(one)]
    return [
        SampleItem(
            id=new_id(), sample_id=sample.id, position=at, key=one.key, rank=rules.rank(sample.seed, one.key),
            household_id=one.household_id, person_id=one.person_id, handled=sorted(handled[one.household_id]),
            first=_first(homes[one.household_id], people[one.household_id], one, asked, on),
        )
        for at, one in enumerate(drawn, start=1)
    ]  # fmt: skip


def _first(
    home: Household, people: Sequence[Person], unit: Unit, asked: Sequence[str], on: date
) -> dict[str, Any]:
    """What the registers say on the day of the draw, by question; of a child nothing but what is paid."""
    person = next((one for one in people if one.id == unit.person_id), None)
    found: dict[str, Any] = {
        one: _said(home.ledger, one) for one in asked if one.startswith("household.")
    }  # fmt: skip
    if person is not None and not is_child(person.born_on, (), on):
        columns = {"person.living": person.living, "person.health": person.health}
        found |= {
            one: _said(person.ledger, one) or columns.get(one) for one in asked if one.startswith("person.")
        }  # fmt: skip
    amount = None if unit.amount_fen is None else f"{unit.amount_fen / 100:g}"
    return found | {"people": str(len(people)), "amount": amount}


def _said(ledger: Mapping[str, Any], name: str) -> Any:
    return ledger[name]["value"] if name in ledger else None


def _hand_out(
    session: Session, actor: Actor, sample: Sample, items: Sequence[SampleItem], wanted: Sequence[str]
) -> None:
    may = dict(queries.visitors(session, sample.division))
    stranger = [one for one in wanted if one not in may]
    if stranger:
        raise BadInput("选的人里有不能去的，请重新选。")
    homes = queries.homes(session, [one.household_id for one in items])
    sent = rules.hand_out([(one.id, one.handled) for one in items], sorted(wanted))
    due = register.today() + timedelta(days=sample.days)
    for one in items:
        who = sent.get(one.id)
        session.add(Task(
            id=new_id(), kind=rules.RECHECK, household_id=one.household_id, person_id=one.person_id,
            subject_id=one.id, division=homes[one.household_id].division, due_on=due, why=_why(may.get(who or "")),
        ))  # fmt: skip
        if who:
            session.add(_event(actor, one.id, "given", user_id=who))
    session.flush()


def _why(name: str | None) -> str:
    return f"县里抽查，请{name}去看" if name else "县里抽查，还没定谁去"


def _event(actor: Actor, item_id: str, what: str, **more: Any) -> SampleEvent:
    return SampleEvent(id=new_id(), item_id=item_id, what=what, author_id=actor.id, at=utcnow(), **more)


def get(session: Session, actor: Actor, sample_id: str) -> Sample:
    """A draw of the actor's area.

    Raises:
        NotAllowed, NotFound.
    """
    allowed(actor)
    found = queries.sample(session, actor, sample_id, register.today())
    if found is None:
        raise NotFound("没有这次抽样。")
    return found


def get_item(session: Session, actor: Actor, item_id: str) -> tuple[SampleItem, Sample]:
    """A drawn home of the actor's area.

    Raises:
        NotAllowed, NotFound.
    """
    allowed(actor)
    found = queries.item(session, actor, item_id, register.today())
    if found is None:
        raise NotFound("没有抽到这一户。")
    return found


def last(events: Sequence[SampleEvent], what: str) -> SampleEvent | None:
    """What counts of a kind: the last one."""
    return next((one for one in reversed(events) if one.what == what), None)


def give(session: Session, actor: Actor, item_id: str, user_id: str) -> None:
    """Send somebody (else) to a drawn home.

    Raises:
        BadInput: who it is may not be sent there, or has handled the home.
        Conflict: the second visit has been made.
    """
    item, sample = get_item(session, actor, item_id)
    may = dict(queries.visitors(session, sample.division))
    if user_id not in may:
        raise BadInput("请选一个能去的人。")
    if user_id in _handled_now(session, item):
        raise BadInput("这个人办过或去过这一户，要换一个人去。", code="handled_before")
    if last(queries.events(session, [item.id])[item.id], "second"):
        raise Conflict("已经去看过了，不用再安排。")
    session.add(_event(actor, item.id, "given", user_id=user_id))
    work = queries.task(session, item.id)
    if work is not None:
        work.why, work.version = _why(may[user_id]), work.version + 1
    record(session, actor, "sample.given", "sample_item", item.id, after={"to": user_id})


def _handled_now(session: Session, item: SampleItem) -> set[str]:
    """Who had to do with the home by now: somebody may have been there since the draw."""
    return set(item.handled) | queries.handled(session, [item.household_id])[item.household_id]


def blind(session: Session, actor: Actor) -> set[str]:
    """Homes to which somebody is sent and has not been yet: what was found before is hidden from them."""
    if not actor.may(Permission.SAMPLING):
        return set()
    mine = {item.id: item.household_id for item, _ in queries.given_to(session, actor.id)}
    hidden = set()
    for item_id, events in queries.events(session, list(mine)).items():
        given = last(events, "given")
        if given is not None and given.user_id == actor.id and last(events, "second") is None:
            hidden.add(mine[item_id])
    return hidden


def second(session: Session, actor: Actor, item_id: str, data: SecondIn) -> None:
    """Note the second visit: once, by who was sent, without having been shown the first.

    Raises:
        NotAllowed: somebody else was sent, or who was sent has been to the home since.
        Conflict: it is in already.
        BadInput: a question that is not asked, an answer that is none, a day that is not possible.
    """
    item, sample = get_item(session, actor, item_id)
    events = queries.events(session, [item.id])[item.id]
    given = last(events, "given")
    if given is None or given.user_id != actor.id:
        raise NotAllowed("这一户不是安排你去看的。", code="not_sent")
    if actor.id in _handled_now(session, item):
        raise NotAllowed("你办过或去过这一户，要换一个人去。", code="handled_before")
    if last(events, "second"):
        raise Conflict("已经记过了，不能再改。")
    if not sample.drawn_at.astimezone(SHANGHAI).date() <= data.visited_on <= register.today():
        raise BadInput("去看的那天，要在抽样以后、今天以前。")
    session.add(_event(actor, item.id, "second", user_id=actor.id, visited_on=data.visited_on,
                       answers=_answers(session, item, data.answers), note=data.note or None))  # fmt: skip
    record(session, actor, "sample.second", "sample_item", item.id, after={"on": data.visited_on.isoformat()})


def _answers(session: Session, item: SampleItem, given: Mapping[str, str]) -> dict[str, str]:
    words = forms.field_words(session)
    found = {}
    for name, value in given.items():
        if name not in item.first:
            raise BadInput("没有这一问。")
        if not value:
            continue
        if name in NUMBERS and not _is_number(value):
            raise BadInput(f"{NUMBERS[name]}，写数字。")
        if name not in NUMBERS and value not in words.get(name, {}):
            raise BadInput("没有这个答案。")
        found[name] = f"{float(value):g}" if name in NUMBERS else value
    if not found:
        raise BadInput("至少要答一问。")
    return found


def _is_number(text: str) -> bool:
    whole, _, rest = text.partition(".")
    return whole.isascii() and whole.isdigit() and len(whole) <= 7 and (not rest or (rest.isascii() and rest.isdigit()))


def judge(session: Session, actor: Actor, item_id: str, data: JudgeIn) -> None:
    """Say what came of the comparison; said again, the last saying counts and the others stay readable.

    Raises:
        Conflict: the second visit is not in.
        NotAllowed: somebody else made it.
        BadInput: an error or a difference without a word.
    """
    item, _ = get_item(session, actor, item_id)
    made = last(queries.events(session, [item.id])[item.id], "second")
    if made is None:
        raise Conflict("先去看，记下来，再定结果。")
    if made.author_id != actor.id:
        raise NotAllowed("谁去看的，由谁定结果。", code="not_sent")
    if data.outcome != rules.AGREE and len(data.note) < 2:
        raise BadInput("请写一句哪里不一样、要怎么办。", code="note_needed")
    session.add(_event(actor, item.id, "judged", outcome=data.outcome, note=data.note or None))
    work = queries.task(session, item.id)
    if work is not None:
        session.delete(work)
    record(session, actor, "sample.judged", "sample_item", item.id, after={"outcome": data.outcome})
