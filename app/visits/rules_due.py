"""What is due at a home, and why, in one sentence: visits by tier and life event, other work by dates.

Pure: days, policy values and rows are parameters. What answers and ages cannot tell stands in the registers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from app.benefits import rules as benefits
from app.elders import rules as elders
from app.hardship import rules as hardship

VISIT = "visit"
"""The kind of task that any visit settles."""
OWN_KINDS = (
    VISIT, "agreement", "certificate", "contact", "assessment", "review", "dibao_review", "inspection", "measure",
)  # fmt: skip
"""Kinds that are worked out here; tasks of other kinds are their rooms' own."""

KEYS = (
    "visit_days.elder_high", "visit_days.elder", "visit_days.elder_left_behind", "visit_days.child_high",
    "visit_days.child", "visit_days.child_low", "visit_days.hardship", "visit_days.paired_watched", "visit_days.paired",
    "visit.event_hours", "visit.event_days", "visit.event_lasts_days", "age.old", "contact.valid_days",
    "agreement.remind_days", "agreement.inspect_days", "agreement.care_inspect_days", "agreement.sign_days",
    "disability.remind_days", "hardship.review_months", "hardship.review_remind_days", "measure.remind_days",
    "dibao.review_months", "dibao.review_remind_days",
)  # fmt: skip
"""The policy values that all this depends on."""

RAISING = {
    "died": "去世了", "fall": "摔过", "discharged": "刚出院", "arrested": "被抓", "parent_arrested": "爸妈被抓",
    "parent_lost": "爸妈找不到了", "parent_died": "爸妈去世",
}  # fmt: skip
"""What happened, by the codes of the form, that raises the tier at once; other events only change the register."""
AGREEMENTS = {"support": "赡养协议", "care": "照料协议", "guardianship": "委托照护协议"}


@dataclass(frozen=True)
class Resident:
    """What the rhythm of visits depends on in a person; `tier` and `why` where a register has decided how closely."""

    id: str
    name: str
    tags: frozenset[str]
    age: int | None = None
    elder: elders.Tier | None = None
    risk: str | None = None


@dataclass(frozen=True)
class Event:
    """Something that happened to somebody: when a visit heard of it, which visit, and in words."""

    on: date
    visit_id: str | None
    words: str
    person_id: str | None = None


@dataclass(frozen=True)
class Rhythm:
    """How often a home is to be visited, and why, in words."""

    every_days: int
    why: str
    person_id: str | None = None


@dataclass(frozen=True)
class Due:
    """Work that is due at a home, and why. `open_start`: nobody has been there yet, so that it is due at once."""

    on: date
    why: str
    every_days: int | None = None
    person_id: str | None = None
    kind: str = VISIT
    subject_id: str = ""
    open_start: bool = False
    urgent: bool = False


_ELDERS = (
    ("elder_disabled", "失能老人", "visit_days.elder_high"),
    ("elder_alone", "独居老人", "visit_days.elder"),
    ("elder_childless", "孤寡老人", "visit_days.elder"),
    ("elder_left_behind", "留守老人", "visit_days.elder_left_behind"),
)
_CHILDREN = (
    ("child_unsupported", "事实无人抚养儿童", "visit_days.child"),
    ("child_orphan", "孤儿", "visit_days.child"),
    ("child_hardship", "困境儿童", "visit_days.child"),
    ("child_left_behind", "留守儿童", "visit_days.child"),
)
_RISKS = {
    "red": "visit_days.child_high", "yellow": "visit_days.child", "blue": "visit_days.child_low",
    "green": "visit_days.child_low",
}  # fmt: skip
_HARDSHIP = (
    ("tekun_home", "分散特困", "visit_days.hardship"),
    ("tekun", "特困人员", "visit_days.hardship"),
    ("disabled_severe", "重度残疾人", "visit_days.hardship"),
)
_HOMES = {"watched": ("监测户", "visit_days.paired_watched"), "out_of_poverty": ("脱贫户", "visit_days.paired")}


def rhythms(
    people: Sequence[Resident], home_tags: Sequence[str], parameters: Mapping[str, Any], *, paired: bool = False
) -> list[Rhythm]:
    """Every reason to visit a home regularly.

    Args:
        people: who lives there.
        home_tags: what marks the home itself (`watched` …).
        parameters: the policy values in force for this area on this day (`KEYS`).
        paired: an official is responsible for the home.
    """
    found = [rhythm for one in people for rhythm in _of_person(one, parameters)]
    for tag in home_tags:
        if tag in _HOMES:
            label, key = _HOMES[tag]
            found.append(Rhythm(parameters[key], f"{label}，{parameters[key]} 天走一次"))
    if paired and not any(tag in _HOMES for tag in home_tags):
        days = parameters["visit_days.paired"]
        found.append(Rhythm(days, f"帮扶户，{days} 天走一次"))
    return found


def _of_person(one: Resident, parameters: Mapping[str, Any]) -> Iterable[Rhythm]:
    def every(key: str, label: str) -> Rhythm:
        return Rhythm(parameters[key], f"{label}{one.name}，{parameters[key]} 天看一次", one.id)

    if one.elder is not None:
        days = parameters[elders.TIER_DAYS[one.elder.code]]
        yield Rhythm(days, f"{_elder_words(one.name, one.elder)}，{days} 天看一次", one.id)
    else:
        for tag, label, key in _ELDERS:
            if tag in one.tags:
                high = tag == "elder_alone" and one.age is not None and one.age >= parameters["age.old"]
                yield every("visit_days.elder_high" if high else key, label)
    for tag, label, key in _CHILDREN:
        if tag in one.tags:
            yield every(_RISKS.get(one.risk or "", key), "高风险儿童" if one.risk == "red" else label)
    for tag, label, key in _HARDSHIP:
        if tag in one.tags:
            yield every(key, label)


def _elder_words(name: str, tier: elders.Tier) -> str:
    if tier.code == elders.LEFT_BEHIND:
        return f"留守老人{name}"
    # What somebody decided or an old list said is no sentence: the tier's own words stand for it.
    said = elders.TIERS[tier.code] if tier.why.startswith(("人定的", "台账上")) else tier.why
    return f"{name}{said}"


def events_of(
    ledger: Mapping[str, Any], name: str, person_id: str | None, since: date, day_of: Any, about: str | None = None
) -> list[Event]:
    """What a ledger tells of events that still raise the tier.

    Args:
        ledger: `person.ledger`, or `household.ledger` with `household.event`.
        name: whose it is, for the sentence; of a home, who it happened to, where that was said.
        person_id: whose ledger it is; None for a home.
        since: the first day of which an event still counts.
        day_of: the day in China of a moment of the ledger.
        about: whom the sentence names where the ledger is a home's: a list that masks children has to know.
    """
    entry = ledger.get("person.event" if person_id else "household.event")
    if not entry or not isinstance(entry.get("value"), list) or day_of(entry["at"]) < since:
        return []
    words = "、".join(RAISING[code] for code in entry["value"] if code in RAISING)
    return [Event(day_of(entry["at"]), entry["visit"], f"{name}{words}", person_id or about)] if words else []


def due(
    found: Sequence[Rhythm], last_on: date | None, next_on: date | None, today: date,
    events: Sequence[Event] = (), parameters: Mapping[str, Any] | None = None, last_visit: str | None = None,
) -> Due | None:  # fmt: skip
    """When a home is due: by the shortest rhythm since the last visit, or earlier where a day was agreed.

    After a life event somebody comes within a day, and then often for some weeks.

    Args:
        found: the reasons to come regularly.
        last_on: day of the last visit or contact; None where nobody has been there, which makes it due today.
        next_on: the day agreed at the last visit.
        today: the day on which this is worked out.
        events: what happened lately (`events_of`).
        parameters: `visit.event_hours` and `visit.event_days`, where something happened.
        last_visit: the last visit's id: one that only heard of an event is not the one that looked after it.
    """
    fresh = [one for one in events if last_on is None or one.on > last_on or one.visit_id == last_visit]
    days = parameters["visit.event_days"] if parameters and events else 0
    often = [Rhythm(days, f"{one.words}，这些天 {days} 天看一次", one.person_id) for one in events if one not in fresh]
    found = [*often, *found]
    shortest = min(found, key=lambda one: one.every_days, default=None)
    regular = None
    if shortest is not None:
        on = last_on + timedelta(days=shortest.every_days) if last_on else today
        regular = Due(on, shortest.why, shortest.every_days, shortest.person_id, open_start=last_on is None)
    if fresh and parameters:
        first = min(fresh, key=lambda one: one.on)
        on = first.on + timedelta(days=-(-parameters["visit.event_hours"] // 24))
        if regular is None or on <= regular.on:
            return Due(on, f"{first.words}，快去看看", days, first.person_id, urgent=True)
    agreed = next_on if next_on and (last_on is None or next_on > last_on) else None
    if agreed and (regular is None or agreed < regular.on):
        return Due(agreed, f"约好 {agreed.month} 月 {agreed.day} 日再去", shortest.every_days if shortest else None)
    return regular


@dataclass
class Papers:
    """What the registers say of one home beside its people: rows as read, by what they are."""

    agreements: list[Any] = field(default_factory=list)
    certificates: list[Any] = field(default_factory=list)
    contacts: list[Any] = field(default_factory=list)
    destitute: list[Any] = field(default_factory=list)
    children: list[Any] = field(default_factory=list)
    elders: list[Any] = field(default_factory=list)
    measures: list[Any] = field(default_factory=list)
    dibao: list[Any] = field(default_factory=list)
    paired: bool = False


def dated(papers: Papers, names: Mapping[str, str], parameters: Mapping[str, Any], today: date) -> list[Due]:
    """The work that dates bring: what ends, what must be looked at again, what is missing.

    Args:
        papers: what the registers say of the home.
        names: who lives there; rows about others bring nothing.
        parameters: the policy values in force.
        today: the day on which this is worked out; only what comes within its time of notice is told.
    """
    found = [
        *_agreements(papers, names, parameters),
        *_certificates(papers, names),
        *_contacts(papers, names, parameters),
        *_destitute(papers, names, parameters),
        *_measures(papers, names),
        *_dibao(papers, parameters),
    ]
    notice = {
        "agreement": parameters["agreement.remind_days"], "certificate": parameters["disability.remind_days"],
        "assessment": parameters["hardship.review_remind_days"], "review": parameters["hardship.review_remind_days"],
        "dibao_review": parameters["dibao.review_remind_days"], "measure": parameters["measure.remind_days"],
    }  # fmt: skip
    ahead = parameters["agreement.remind_days"]
    return [one for one in found if one.on <= today + timedelta(days=notice.get(one.kind, ahead))]


def _day_words(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def _agreements(papers: Papers, names: Mapping[str, str], parameters: Mapping[str, Any]) -> Iterable[Due]:
    looks = {"support": "agreement.inspect_days", "care": "agreement.care_inspect_days"}
    for one in papers.agreements:
        name = names.get(one.person_id)
        if name is None:
            continue
        words = f"{name}的{AGREEMENTS.get(one.kind, '协议')}"
        if one.to_on and not one.open_ended:
            yield Due(one.to_on, f"{words}到 {_day_words(one.to_on)}", None, one.person_id, "agreement", one.id)
        begun = one.looked_on or one.signed_on or one.from_on
        if one.kind in looks and begun:
            on = begun + timedelta(days=parameters[looks[one.kind]])
            yield Due(on, f"该看看{words}做到没有", None, one.person_id, "inspection", one.id)
    have = {(one.person_id, one.kind) for one in papers.agreements}
    wanting = [(one, "care") for one in papers.destitute if one.support == "home"]
    wanting += [(one, "guardianship") for one in papers.children if "child_left_behind" in one.kinds]
    for one, kind in wanting:
        if one.person_id in names and (one.person_id, kind) not in have:
            on = one.since + timedelta(days=parameters["agreement.sign_days"])
            why = f"{names[one.person_id]}还没签{AGREEMENTS[kind]}"
            yield Due(on, why, None, one.person_id, "agreement", one.person_id)


def _certificates(papers: Papers, names: Mapping[str, str]) -> Iterable[Due]:
    for one in papers.certificates:
        if one.person_id in names and one.valid_to and not one.open_ended:
            why = f"{names[one.person_id]}的残疾证到 {_day_words(one.valid_to)}，要换证"
            yield Due(one.valid_to, why, None, one.person_id, "certificate", one.id)


def _contacts(papers: Papers, names: Mapping[str, str], parameters: Mapping[str, Any]) -> Iterable[Due]:
    """One task for each elder: whoever is missing first, then whoever was confirmed longest ago."""
    for elder in papers.elders:
        name = names.get(elder.person_id)
        if name is None:
            continue
        mine = [one for one in papers.contacts if one.person_id == elder.person_id]
        for kind, words in (("emergency", "紧急联系人"), ("village", "村里的联系人")):
            if not any(one.kind == kind for one in mine):
                on = elder.since + timedelta(days=parameters["agreement.sign_days"])
                yield Due(on, f"{name}还没有{words}", None, elder.person_id, "contact", elder.person_id)
                break
        else:
            asked = [(_confirm_by(one, parameters), one) for one in mine if one.kind in ("emergency", "village")]
            on, first = min(asked, key=lambda pair: pair[0])
            whom, wrong = f"{name}的联系人{first.name}", first.result == "wrong_number"
            why = f"{whom}号码不对，要换一个" if wrong else f"该给{whom}打个电话"
            yield Due(on, why, None, elder.person_id, "contact", elder.person_id)


def _confirm_by(one: Any, parameters: Mapping[str, Any]) -> date:
    """By when a number must be tried again; one that only a list gave, and nobody ever tried, sooner."""
    if one.result in ("not_reached", "wrong_number"):
        return one.written
    if one.expires_on:
        return one.expires_on
    if one.confirmed_on or one.source_visit_id:
        return (one.confirmed_on or one.written) + timedelta(days=parameters["contact.valid_days"])
    return one.written + timedelta(days=parameters["agreement.sign_days"])


def _destitute(papers: Papers, names: Mapping[str, str], parameters: Mapping[str, Any]) -> Iterable[Due]:
    months = parameters["hardship.review_months"]
    for one in papers.destitute:
        name = names.get(one.person_id)
        if name is None:
            continue
        assess = hardship.months_later(one.assessed_on, months) if one.assessed_on else one.since
        why = f"{name}的自理能力一年没评了" if one.assessed_on else f"{name}的自理能力还没评过"
        yield Due(assess, why, None, one.person_id, "assessment", one.person_id)
        if one.reviewed_on:
            on = hardship.months_later(one.reviewed_on, months)
            yield Due(on, f"{name}的特困年审到日子了", None, one.person_id, "review", one.person_id)


def _measures(papers: Papers, names: Mapping[str, str]) -> Iterable[Due]:
    for one in papers.measures:
        if one.due_on and one.progress in ("planned", "going"):
            who = names.get(one.person_id or "", "")
            why = f"{who}的帮扶措施“{one.text[:40]}”到日子了" if who else f"帮扶措施“{one.text[:40]}”到日子了"
            yield Due(one.due_on, why, None, one.person_id, "measure", one.id)


def _dibao(papers: Papers, parameters: Mapping[str, Any]) -> Iterable[Due]:
    """One review for each certificate of 低保, by its class: whoever of its members was reviewed longest ago."""
    months: Mapping[str, int] = parameters["dibao.review_months"]
    first: dict[str, Any] = {}
    for one in papers.dibao:
        known = first.get(one.certificate)
        if one.band in months and (known is None or (one.reviewed_on, one.id) < (known.reviewed_on, known.id)):
            first[one.certificate] = one
    for one in first.values():
        on = benefits.review_due(one.reviewed_on, one.band, months)
        why = f"低保 {one.band} 类该复核了，上次 {_day_words(one.reviewed_on)}"
        if on:
            yield Due(on, why, None, None, "dibao_review", one.id)
