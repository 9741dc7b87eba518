"""What ledgers of programmes ask of the register: contacts, the tags that follow, who is meant by a number.

A tag follows what the ledgers say: it begins with the programme and ends with it. Nobody is made or moved here.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, or_, select, update
from sqlmodel import Session

from app.among import among
from app.bulk import Bulk
from app.db import SHANGHAI, new_id
from app.facts import CHUNK, Kind
from app.feed.service import Change
from models.households import Contact, Household, Person, PersonTag

_TAG = PersonTag.__table__  # type: ignore[attr-defined]
_NEW_TAGS = Bulk(insert(_TAG))
_CALL = {"name", "phone", "relation", "confirmed_on"}


def _called_later(stands: Mapping[str, Any], said: Mapping[str, Any]) -> str | None:
    """A contact whom a visit wrote down, or a call confirmed, later than the ledger did stays as it is."""
    if stands.get("source_visit_id") or stands.get("confirmed_by"):
        mine = stands.get("confirmed_on") or stands["updated_at"].astimezone(SHANGHAI).date()
        theirs = said.get("confirmed_on")
        if theirs is None or theirs <= mine:
            return "visit_later"
    return None


CONTACT = Kind(
    "contact",
    Contact,
    key=("person_id", "kind", "name"),
    by="person_id",
    feed="contact",
    numbered=("rank", ("person_id", "kind"), 1),
    kept=_called_later,
    words={
        "name": "联系人",
        "relation": "和本人的关系",
        "phone": "联系人电话",
        "confirmed_on": "电话核实日期",
        "supports": "有赡养义务",
    },
)
KINDS = (CONTACT,)


class Bearer(NamedTuple):
    """Somebody of the register who carries a number."""

    id: str
    name: str
    household_id: str
    code: str
    division: str
    ledger: dict[str, Any]


_HOME, _PERSON = Household.__table__.c, Person.__table__.c  # type: ignore[attr-defined]
_BEARER = (_PERSON.id, _PERSON.name, _PERSON.household_id, _HOME.code, _PERSON.division, _PERSON.ledger)


def _rows(session: Session, query: Any) -> Sequence[Any]:
    """The rows of a query over the tables themselves; what the session still holds is written first."""
    session.flush()
    return session.execute(query).all()


def bearers(session: Session, indexes: Iterable[str]) -> dict[str, list[Bearer]]:
    """Who carries these numbers, by blind index; those who left the register only where nobody else does."""
    here: dict[str, list[Bearer]] = {}
    gone: dict[str, list[Bearer]] = {}
    keys = sorted(set(indexes))
    for start in range(0, len(keys), CHUNK):
        query = select(_PERSON.id_index, _PERSON.removed_at, *_BEARER).where(_HOME.id == _PERSON.household_id)
        query = query.where(among(_PERSON.id_index, keys[start : start + CHUNK])).order_by(_PERSON.id)
        for index, removed, *one in _rows(session, query):
            (here if removed is None else gone).setdefault(index, []).append(Bearer(*one))
    return gone | here


def by_ids(session: Session, ids: Sequence[str]) -> dict[str, Bearer]:
    """People by their id."""
    found: dict[str, Bearer] = {}
    for start in range(0, len(ids), CHUNK):
        query = select(*_BEARER).where(_HOME.id == _PERSON.household_id)
        for one in _rows(session, query.where(among(_PERSON.id, ids[start : start + CHUNK]))):
            found[one[0]] = Bearer(*one)
    return found


def named(session: Session, name: str, born: date, prefixes: Sequence[str]) -> list[Bearer]:
    """Who in these divisions has this name and birthday: whom a row with another number may mean."""
    query = select(*_BEARER).where(_HOME.id == _PERSON.household_id)
    query = query.where(_PERSON.name == name, _PERSON.born_on == born, _PERSON.removed_at.is_(None))
    if prefixes:
        query = query.where(or_(*(_PERSON.division.startswith(one) for one in prefixes)))
    return [Bearer(*one) for one in _rows(session, query.order_by(_PERSON.id).limit(5))]


class Wanted(NamedTuple):
    """A tag that a ledger asks for: from when to when; `over` where it ends."""

    person_id: str
    tag: str
    from_on: date
    to_on: date | None
    over: bool


class Marked(NamedTuple):
    """What became of tags: those made, those that got an end (id, former end), and what phones are to hear."""

    made: int
    ended: list[tuple[str, date | None]]
    told: list[Change]


def mark(session: Session, wanted: Sequence[Wanted], on: date, source: str | None) -> Marked:
    """Open and end tags as ledgers ask; one that is open already stays as it is."""
    standing: dict[tuple[str, str], tuple[str, date | None]] = {}
    people = sorted({one.person_id for one in wanted})
    for start in range(0, len(people), CHUNK):
        query = select(_TAG.c.id, _TAG.c.person_id, _TAG.c.tag, _TAG.c.to_on).where(
            among(_TAG.c.person_id, people[start : start + CHUNK]), or_(_TAG.c.to_on.is_(None), _TAG.c.to_on >= on)
        )
        for key, person, tag, to_on in session.execute(query):
            standing[person, tag] = (key, to_on)
    homes = _homes(session, people)
    fresh, ended, touched = [], [], set()
    for one in wanted:
        found = standing.get((one.person_id, one.tag))
        ends = (one.to_on or on - timedelta(days=1)) if one.over else None
        if found is None and (ends is None or ends > on):
            home, division = homes[one.person_id]
            fresh.append({"id": new_id(), "person_id": one.person_id, "tag": one.tag, "from_on": one.from_on,
                          "to_on": ends, "source": source, "household_id": home, "division": division})  # fmt: skip
        elif found is not None and found[1] != ends:
            ended.append((found[0], found[1]))
            session.execute(update(_TAG).where(_TAG.c.id == found[0]).values(to_on=ends))
        else:
            continue
        touched.add(one.person_id)
    made = _without_twins(session, fresh)
    _NEW_TAGS.write(session, made)
    return Marked(len(made), ended, _news({key: homes[key] for key in sorted(touched)}))


def _homes(session: Session, people: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The home of each of these people, and where the person lives."""
    found: dict[str, tuple[str, str]] = {}
    for start in range(0, len(people), CHUNK):
        query = select(_PERSON.id, _PERSON.household_id, _PERSON.division)
        for key, home, division in _rows(session, query.where(among(_PERSON.id, people[start : start + CHUNK]))):
            found[key] = home, division
    return found


def _without_twins(session: Session, fresh: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One that began on the same day and has ended since is there already: it is not opened a second time."""
    people = sorted({one["person_id"] for one in fresh})
    there: set[tuple[str, str, date]] = set()
    for start in range(0, len(people), CHUNK):
        query = select(_TAG.c.person_id, _TAG.c.tag, _TAG.c.from_on)
        for person, tag, begun in session.execute(query.where(among(_TAG.c.person_id, people[start : start + CHUNK]))):
            there.add((person, tag, begun))
    kept = []
    for one in fresh:
        key = (one["person_id"], one["tag"], one["from_on"])
        if key not in there:
            there.add(key)
            kept.append(one)
    return kept


def marked_people(session: Session, source: str, ended: Sequence[str]) -> list[str]:
    """Whose tags an import opened or ended."""
    found = set(session.scalars(select(_TAG.c.person_id).where(_TAG.c.source == source)))
    for start in range(0, len(ended), CHUNK):
        found |= set(session.scalars(select(_TAG.c.person_id).where(_TAG.c.id.in_(list(ended[start : start + CHUNK])))))
    return sorted(found)


def unmark(
    session: Session, source: str, ended: Mapping[str, date | None], people: Sequence[str] | None = None
) -> list[Change]:
    """Take back what `mark` did for an import, or for some of its people; returns what phones are to hear."""
    asked = set(marked_people(session, source, sorted(ended)))
    asked = asked & set(people) if people is not None else asked
    for key, former in ended.items():
        session.execute(update(_TAG).where(_TAG.c.id == key).values(to_on=former))
    keys = sorted(asked)
    for start in range(0, len(keys), CHUNK):
        session.execute(delete(_TAG).where(_TAG.c.source == source, _TAG.c.person_id.in_(keys[start : start + CHUNK])))
    return told(session, keys)


def told(session: Session, people: Sequence[str]) -> list[Change]:
    """The feed's news of people whose tags changed."""
    return _news(_homes(session, people))


def _news(homes: Mapping[str, tuple[str, str]]) -> list[Change]:
    return [Change("person", key, home, division) for key, (home, division) in homes.items()]
