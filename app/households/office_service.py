"""The register as the office looks at it: the list of homes, the page of one."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_
from sqlmodel import Session, col

from app.accounts.schemas import Actor
from app.db import utcnow
from app.divisions import service as divisions
from app.errors import NotFound
from app.households import looking_service, queries, rules, search_service, tags
from app.households.schemas import (
    ContactView,
    Hit,
    HouseholdPage,
    HouseholdRow,
    HouseholdView,
    PersonView,
)
from app.households.search_service import Asked
from app.limits import PAGE
from models.households import Contact, Household, Person


def day_words(day: date | None) -> str:
    """2026-03-05 → `2026 年 3 月 5 日`."""
    return f"{day.year} 年 {day.month} 月 {day.day} 日" if day else ""


def list_households(
    session: Session, actor: Actor, on: date, *, text: str = "", village: str = "", tag: str = "", offset: int = 0
) -> HouseholdPage:
    """A page of homes: all of the area, or those in which a search finds somebody.

    Args:
        text: as people look for each other (`刘桂英`, `lgy`, `0019`, `毛安村 刘`, `毛安 一组`); empty lists all.
        village: only below this division.
        tag: only homes with this tag, their own or of somebody in them.
    """
    attributes = [name for name, code in tags.ATTRIBUTES.items() if code and f"home:{code}" == tag]
    of_people = "" if attributes else tag
    said = search_service.read(session, actor, text, on, area=village)
    condition = queries.listed(session, actor, on, village=village, attributes=attributes, known=bool(said))
    place = search_service.of_place(session, actor, said, on) if said else None
    if said and place is None:
        return _found(session, actor, on, condition, said, of_people, offset)
    there = _homes_there(session, place) if place else None
    if of_people:
        return _tagged(session, actor, queries.tagged(session, actor, on, of_people, village, there), on, offset)
    where = condition if there is None else and_(condition, there)
    rows = queries.page(session, where, PAGE + 1, offset)
    total = queries.count(session, where)
    return HouseholdPage(_rows(session, actor, rows[:PAGE], on, {}), total, len(rows) > PAGE)


def _homes_there(session: Session, place: Asked) -> ColumnElement[bool]:
    """The homes of the villages and groups that were named; a few are named one by one, or their order is read."""
    few = queries.few_in_groups(session, place.villages, place.groups, search_service.FEW) if place.groups else None
    return queries.in_groups(place.villages, place.groups) if few is None else col(Household.id).in_(few)


def _tagged(session: Session, actor: Actor, query: Select[Any], on: date, offset: int) -> HouseholdPage:
    keys = queries.tagged_ids(session, query, PAGE + 1, offset)
    homes = sorted(queries.by_ids(session, keys[:PAGE]), key=lambda home: keys.index(home.id))
    return HouseholdPage(_rows(session, actor, homes, on, {}), queries.tagged_count(session, query), len(keys) > PAGE)


def _found(
    session: Session,
    actor: Actor,
    on: date,
    condition: ColumnElement[bool],
    said: Sequence[Asked],
    tag: str,
    offset: int,
) -> HouseholdPage:
    hits: dict[str, Hit] = {}
    named, place = search_service.after_people(said)
    for hit in search_service.find(session, actor, named, on):
        hits.setdefault(hit.household_id, hit)
    if place and len(hits) < search_service.MOST:
        there = and_(condition, _homes_there(session, place))
        for key, name in queries.names(session, there, search_service.MOST - len(hits)):
            hits.setdefault(key, Hit("", key, name))
    allowed = queries.held_to(session, condition, list(hits))
    if tag:
        marks = queries.home_tags(session, sorted(allowed), on)
        allowed = {key for key in allowed if tag in marks.get(key, [])}
    order = [key for key in hits if key in allowed]
    window = order[offset : offset + PAGE]
    homes = {row.id: row for row in queries.by_ids(session, window)}
    rows = _rows(session, actor, [homes[key] for key in window], on, hits)
    total = -1 if len(hits) >= search_service.MOST else len(order)
    return HouseholdPage(rows, total, len(order) > offset + PAGE)


def _rows(
    session: Session, actor: Actor, homes: Sequence[Household], on: date, hits: dict[str, Hit]
) -> list[HouseholdRow]:
    """The homes as rows; a child is called in them as the actor's role may read it."""
    keys = [home.id for home in homes]
    places = divisions.places(session, {home.division for home in homes})
    counts, marks = queries.people_counts(session, keys), queries.home_tags(session, keys, on)
    children = looking_service.children_as_shown(session, actor, keys, on)

    def shown(home: Household, name: str) -> str:
        return children.get(home.id, {}).get(name, name)

    return [
        HouseholdRow(
            id=home.id, code=home.code, name=shown(home, home.name), place=places[home.division],
            group=home.group or "", door=home.door or "", people=counts.get(home.id, 0), attribute=home.attribute or "",
            tags=[tags.label(tags.TAGS, code) for code in marks.get(home.id, [])],
            last_visit=day_words(home.last_visit_on),
            hit=shown(home, hits[home.id].name) if home.id in hits and hits[home.id].name != home.name else "",
        )
        for home in homes
    ]  # fmt: skip


def household_page(session: Session, actor: Actor, household_id: str, on: date) -> HouseholdView:
    """The page of one home, every number behind its mask; a child's record shows once it has been opened.

    Raises:
        NotFound: there is none in the actor's scope.
    """
    home = queries.household(session, actor, household_id, on, looking=True)
    if home is None:
        raise NotFound("没有找到这一户，可能已转到别的村。")
    people = queries.people_of(session, [home.id])
    keys = [person.id for person in people]
    marks, contacts = queries.open_tags(session, keys, on), queries.contacts_of(session, keys)
    children = [one.id for one in people if rules.is_child(one.born_on, marks.get(one.id, ()), on)]
    closed = set(children) - looking_service.open_to(session, actor, children, utcnow())
    checked = f"{day_words(home.checked_on)} {home.checked_result or ''}".strip()
    hidden = {one.name for one in people if one.id in closed}
    return HouseholdView(
        id=home.id, code=home.code,
        name=rules.child_name(home.name, actor.role) if home.name in hidden else home.name, division=home.division,
        place=divisions.place(session, home.division), group=home.group or "", door=home.door or "",
        address=home.address or "", attribute=home.attribute or "", checked=checked,
        last_visit=day_words(home.last_visit_on), version=home.version,
        summary=_summary(session, actor, home, bool(closed)),
        people=[
            closed_view(one, actor, on)
            if one.id in closed
            else person_view(one, marks.get(one.id, []), contacts.get(one.id, []), on)
            for one in people
        ],
    )  # fmt: skip


def _summary(session: Session, actor: Actor, home: Household, closed: bool) -> str:
    if home.summary and looking_service.is_blind(session, actor, home.id):
        return "由你去抽查，交了以后才看得到。"
    return "有孩子的情况，打开孩子的资料就看得到。" if closed and home.summary else home.summary or ""


def person_view(row: Person, marks: Sequence[str], contacts: Sequence[Contact], on: date) -> PersonView:
    """A person as the office may see them before looking behind a mask."""
    age = rules.age_on(row.born_on, on) if row.born_on else None
    return PersonView(
        id=row.id, name=row.name, relation=row.relation or "", sex=tags.SEX.get(row.sex, ""),
        age="" if age is None else f"{age} 岁", born_on=day_words(row.born_on), id_masked=rules.mask_id(row.id_number),
        id_warning=rules.WARNINGS.get(row.id_warning or "", ""), phone_masked=rules.mask_phone(row.phone),
        bank_masked=rules.mask_bank(row.bank_account), health=tags.label(tags.HEALTH, row.health),
        living=tags.label(tags.LIVING, row.living), works_away=row.works_away or "",
        tags=[tags.label(tags.TAGS, code) for code in marks], contacts=[_contact(one) for one in contacts],
        version=row.version,
    )  # fmt: skip


def closed_view(row: Person, actor: Actor, on: date) -> PersonView:
    """A child whose record has not been opened: who they are (by name only near home), nothing of what is known."""
    age = rules.age_on(row.born_on, on) if row.born_on else None
    return PersonView(
        id=row.id, name=rules.child_name(row.name, actor.role), relation=row.relation or "",
        sex=tags.SEX.get(row.sex, ""), age="" if age is None else f"{age} 岁", version=row.version, closed=True,
    )  # fmt: skip


def _contact(row: Contact) -> ContactView:
    return ContactView(
        kind=tags.label(tags.CONTACT_KINDS, row.kind), name=row.name, relation=row.relation or "",
        phone=rules.mask_phone(row.phone), place=row.place or "", confirmed_on=day_words(row.confirmed_on),
    )  # fmt: skip
