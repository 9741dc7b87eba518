"""结对 as the office looks at it: homes with who is responsible, one home's page, the officials."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.divisions import service as divisions
from app.errors import NotAllowed
from app.households import looking_service
from app.households import register_service as register
from app.households.rules import mask_phone
from app.households.tags import household_tags
from app.households.words_service import china_day, day, told, yuan
from app.limits import PAGE
from app.pairing import queries, rules
from app.pairing.rules import Gap
from app.pairing.schemas import (
    ContactView,
    HelperView,
    HomeView,
    ItemView,
    MeasureView,
    OfficialPage,
    OfficialRow,
    PairingPage,
    PairingRow,
    PersonChoice,
    TermView,
)
from app.visits.rules import told_in
from models.households import Household, Person
from models.pairing import Measure, Official, PairedHome, Plan

KEYS = (
    "rules.R46_tags", "rules.R47_needs", "pairing.replace_days", "pairing.most_homes", "pairing.plan_by_month",
    "visit_days.paired", "visit_days.paired_watched",
)  # fmt: skip
ONLY: dict[str, str] = {
    "": "全部", "gap": "没有责任人", "due": "该走访了", "no_plan": "今年没有方案", "failing": "六项有不达标",
}  # fmt: skip
"""What the list can be narrowed to."""
STEP_IN = 5
"""So many people who could step in are named; more would not help to choose."""

Term = tuple[PairedHome, Official]


def _allowed(actor: Actor) -> None:
    if not actor.may(Permission.REGISTERS):
        raise NotAllowed()


def _values(session: Session, area: str) -> Mapping[str, Any]:
    return register.policy(session, KEYS, register.today(), area)


def _every(attribute: str | None, values: Mapping[str, Any]) -> int:
    watched = "watched" in household_tags(attribute)
    return values["visit_days.paired_watched" if watched else "visit_days.paired"]


def listing(
    session: Session, actor: Actor, *, text: str = "", village: str = "", only: str = "", offset: int = 0
) -> PairingPage:
    """A page of the homes that somebody is or should be responsible for."""
    _allowed(actor)
    on = register.today()
    values = _values(session, village or (actor.divisions[0] if actor.divisions else ""))
    attributes = values["rules.R46_tags"]
    query = queries.listed(
        actor, on, attributes, text=text.strip(), village=village, only=only, plan_year=on.year,
        rhythms=[(one, _every(one, values)) for one in attributes],
    )  # fmt: skip
    found = queries.page(session, query, PAGE + 1, offset)
    return PairingPage(_rows(session, found[:PAGE], values, on), queries.count(session, query), len(found) > PAGE)


def _rows(session: Session, homes: Sequence[Household], values: Mapping[str, Any], on: date) -> list[PairingRow]:
    keys = [home.id for home in homes]
    terms, plans = queries.terms(session, keys), queries.plans(session, keys, on.year)
    measures = queries.measures(session, keys)
    places = divisions.places(session, {home.division for home in homes})
    return [
        _row(home, terms.get(home.id, []), plans.get(home.id), measures.get(home.id, []), values, on)(
            places[home.division]
        )
        for home in homes
    ]


def _row(
    home: Household, terms: Sequence[Term], plan: Plan | None, measures: Sequence[Measure], values: Mapping[str, Any],
    on: date,
) -> Any:  # fmt: skip
    needs = home.attribute in values["rules.R46_tags"]
    gap = _gap(terms, values, on)
    flags = []
    if needs and gap is not None:
        flags.append("没有责任人")
    last = _last(home, terms)
    if needs and (last is None or last < on - timedelta(days=_every(home.attribute, values))):
        flags.append("该走访了")
    if needs and plan is None:
        flags.append("没有方案")
    if plan is not None:
        kinds = [one.kind for one in measures if one.progress != "stopped"]
        flags += ["方案对不上原因"] if rules.unanswered(plan.causes, kinds, values["rules.R47_needs"]) else []
    failing = rules.failing(rules.six_state(home.ledger))
    flags += [f"{'、'.join(failing)}不达标"] if failing else []
    official = next((one.name for term, one in terms if rules.holds(term.from_on, term.to_on, on)), "")
    return lambda place: PairingRow(
        home.id, home.name, f"{place} {home.group or ''}".strip(), home.attribute or "", official, day(last), flags
    )


def _gap(terms: Sequence[Term], values: Mapping[str, Any], on: date) -> Gap | None:
    return rules.gap(((one.from_on, one.to_on) for one, _ in terms), on, values["pairing.replace_days"])


def _last(home: Household, terms: Sequence[Term]) -> date | None:
    listed = max((one.listed_visit_on for one, _ in terms if one.listed_visit_on), default=None)
    seen = register.last_visit(home, listed)
    return date.fromisoformat(seen["on"]) if seen else None


def home_page(session: Session, actor: Actor, home: Household) -> HomeView:
    """The page of one paired home."""
    _allowed(actor)
    looking_service.require_sight(session, actor, home.id)
    on, values = register.today(), _values(session, home.division)
    terms = queries.terms(session, [home.id]).get(home.id, [])
    plan = queries.plans(session, [home.id], on.year).get(home.id)
    measures = queries.measures(session, [home.id]).get(home.id, [])
    people = queries.people(session, [home.id]).get(home.id, [])
    gap = _gap(terms, values, on)
    source, last = told_in("pairing", home.ledger), _last(home, terms)
    due = last + timedelta(days=_every(home.attribute, values)) if last else None
    about = {
        "gap": _gap_words(gap, on), "helpers": _helpers(session, home, terms, values, on) if gap else [],
        "year": on.year, "last_visit": day(last), "due": day(due) or "还没去过，现在就该去",
        "late": due is None or due < on,
        "told": told(session, "pairing", {field: said for field, said in home.ledger.items() if _is_own(field)}),
        "told_visit_id": source.visit_id or "", "told_on": day(china_day(source.at)) if source.at else "",
    }  # fmt: skip
    who = queries.accounts(session, [one.get("by") for one in home.ledger.values()])
    names = {key: row.name for key, row in who.items()}
    return HomeView(
        id=home.id, code=home.code, name=home.name, attribute=home.attribute or "",
        place=f"{divisions.place(session, home.division)} {home.group or ''}".strip(),
        terms=[_term(*one, on) for one in terms], **_of_plan(plan, measures, people, values),
        measures=[_measure(one, people, on) for one in measures],
        people=[PersonChoice(one.id, one.name) for one in people],
        log=[_contact(visit, name) for visit, name in queries.contacts(session, home.id)],
        six=[_item(code, words, home.ledger.get(f"household.{code}"), names) for code, words in rules.SIX.items()],
        nots=[_item(field, words, home.ledger.get(field), names) for field, words in rules.NOTS.items()],
        **about,
    )  # fmt: skip


def _is_own(field: str) -> bool:
    """Whether a field is told below: the six items and the four statements stand by themselves."""
    return field.startswith("pairing.") and field not in rules.NOTS


def _gap_words(gap: Gap | None, on: date) -> str:
    if gap is None:
        return ""
    if gap.since is None:
        return "这户还没有责任人。"
    late = "，已经超过时间" if gap.late(on) else f"，{day(gap.late_on)}前要换上"
    return f"{day(gap.since)}起没有责任人{late}。"


def _helpers(
    session: Session, home: Household, terms: Sequence[Term], values: Mapping[str, Any], on: date
) -> list[HelperView]:
    """Who can step in (谁来补位): those who help nearest to this home and have room for one more."""
    near: dict[str, tuple[int, Official]] = {}
    for official, division, _ in queries.near(session, home.division[:9], on):
        far = rules.distance(home.division, division)
        if official.id not in near or far < near[official.id][0]:
            near[official.id] = (far, official)
    loads = queries.loads(session, list(near), on)
    before = {official.id for _, official in terms}
    free = [
        (far, official.id in before, loads[official.id], official)
        for far, official in near.values()
        if loads[official.id] < values["pairing.most_homes"]
    ]
    free.sort(key=lambda one: (one[0], not one[1], one[3].name, one[3].id))
    return [
        HelperView(official.id, official.name, official.unit or "", "以前帮过这户" if was else _NEAR[far])
        for far, was, _, official in free[:STEP_IN]
    ]


_NEAR = ("在这个村帮着别的户", "在这个镇帮着别的户", "在县里帮着别的户")


def _term(row: PairedHome, official: Official, on: date) -> TermView:
    until = day(row.to_on) or "现在"
    return TermView(
        row.id, official.id, official.name, official.unit or "", mask_phone(official.phone),
        f"{day(row.from_on) or '以前'} 到 {until}", rules.holds(row.from_on, row.to_on, on),
    )  # fmt: skip


def _of_plan(
    plan: Plan | None, measures: Sequence[Measure], people: Sequence[Person], values: Mapping[str, Any]
) -> dict[str, Any]:
    going = [one for one in measures if one.progress != "stopped"]
    for_whom = {one.person_id for one in going}
    without = [] if None in for_whom else [one.name for one in people if one.id not in for_whom]
    problems = rules.plan_problems(
        plan.causes if plan else None, [one.kind for one in going], values["rules.R47_needs"],
        plan.aim_fen if plan else None, plan.text if plan else None, without,
    )  # fmt: skip
    return {
        "plan": plan is not None, "causes": list(plan.causes) if plan else [],
        "text": (plan.text or "") if plan else "",
        "aim": yuan(plan.aim_fen) if plan else "",
        "plan_version": plan.version if plan else 0, "problems": problems,
    }  # fmt: skip


def _measure(one: Measure, people: Sequence[Person], on: date) -> MeasureView:
    names = {person.id: person.name for person in people}
    late = one.due_on is not None and one.due_on < on and one.progress in ("planned", "going")
    return MeasureView(
        one.id, names.get(one.person_id or "", "已不在这户" if one.person_id else "全家"),
        rules.KINDS.get(one.kind, one.kind), one.text, one.owner or "", day(one.due_on), late,
        rules.PROGRESS.get(one.progress, one.progress), one.progress, one.effect or "", one.version,
    )  # fmt: skip


def _contact(visit: Any, name: str) -> ContactView:
    return ContactView(
        visit.id, day(visit.on), rules.MODES.get(visit.mode, visit.mode), visit.mode != rules.FACE_TO_FACE, name
    )


def _item(code: str, words: str, entry: Mapping[str, Any] | None, names: Mapping[str, str]) -> ItemView:
    """What a ledger says of one item, with its day and author."""
    if not entry:
        return ItemView(code, words, "没看过", "", "", "")
    value = entry["value"]
    if isinstance(value, bool):
        state, tone = ("做到了", "done") if value else ("没做到", "due")
    else:
        state = rules.STATES.get(str(value), str(value))
        tone = {"ok": "done", "bad": "due"}.get(str(value), "")
    return ItemView(code, words, state, tone, day(china_day(entry["at"])), names.get(entry.get("by") or "", ""))


def officials(session: Session, actor: Actor, *, text: str = "", offset: int = 0) -> OfficialPage:
    """A page of officials, by unit and name; never in an order of how much somebody does."""
    if not actor.may(Permission.PAIRINGS):
        raise NotAllowed()
    on = register.today()
    query = queries.officials(session, actor, on, text.strip())
    found = queries.official_page(session, query, PAGE + 1, offset)
    loads = queries.loads(session, [one.id for one in found], on)
    accounts = queries.accounts(session, [one.user_id for one in found])
    most = _values(session, actor.divisions[0] if actor.divisions else "")["pairing.most_homes"]
    rows = [
        OfficialRow(
            one.id, one.name, one.unit or "", one.post or "", mask_phone(one.phone),
            accounts[one.user_id].username if one.user_id in accounts else "", loads[one.id], loads[one.id] > most,
        )
        for one in found[:PAGE]
    ]  # fmt: skip
    return OfficialPage(rows, queries.official_count(session, query), len(found) > PAGE, most)
