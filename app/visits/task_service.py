"""What is due at homes, kept as tasks: worked out anew whenever a visit, a mark, a register or a policy changes it.

One task of a kind for each subject (`models/visits.py`). Tasks of kinds that other rooms make are left alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, insert, update
from sqlmodel import Session

from app.bulk import Bulk
from app.db import SHANGHAI, new_id, reading, transaction
from app.elders import rules as elders
from app.feed.service import Change, homes_since, publish
from app.forms.rules import age_on
from app.households.tags import household_tags
from app.settings import service as settings
from app.visits import due_queries, queries, rules_due
from app.visits.rules_due import Due, Event, Papers, Resident
from models.visits import Task

Last = tuple[date | None, str | None, date | None]
"""Of a home: the day and id of the last visit, and the day agreed then."""
NIGHT_CHUNK = 500
NOT_WORK = ("task", "finding")
"""Rows of the feed that change nothing about what is due."""


def parameters(session: Session, on: date, area: str) -> Mapping[str, Any]:
    """The policy in force; asked once a session for each area and day."""
    known: dict[tuple[date, str], Mapping[str, Any]] = session.info.setdefault("due", {})
    if (on, area) not in known:
        known[on, area] = settings.values(session, rules_due.KEYS, on, area)
    return known[on, area]


def work_of(
    session: Session, homes: Mapping[str, Any], people: Mapping[str, Sequence[Mapping[str, Any]]],
    last: Mapping[str, Last], today: date, ledgers: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, list[Due]]:  # fmt: skip
    """What is due at these homes, out of who lives there, what the registers say and when somebody came last.

    Args:
        homes: rows as `queries.homes` gives them.
        people: who lives there (`queries.people`).
        last: the homes to be worked out.
        today: the day on which this is worked out.
        ledgers: by home or person, where they were written since these rows were read.
    """
    written = ledgers or {}
    papers = due_queries.papers(session, list(last), today)
    found = {}
    for home_id, seen in last.items():
        home = homes[home_id]
        living = [
            one | {"ledger": written[one["id"]]} if one["id"] in written else one
            for one in people[home_id] if one["died_on"] is None
        ]  # fmt: skip
        in_force = parameters(session, today, home.division)
        events = _events(written.get(home_id, home.ledger), living, in_force, today)
        found[home_id] = _work(home, living, papers.get(home_id) or Papers(), seen, events, in_force, today)
    return found


def _work(
    home: Any, people: Sequence[Mapping[str, Any]], papers: Papers, seen: Last, events: Sequence[Event],
    in_force: Mapping[str, Any], today: date,
) -> list[Due]:  # fmt: skip
    last_on, last_visit, next_on = seen
    marks = household_tags(home.attribute)
    tiers = {one.person_id: one for one in papers.elders}
    risks = {one.person_id: one.risk for one in papers.children}
    residents = [
        _resident(one, tiers.get(one["id"]), risks.get(one["id"]), in_force, today)
        for one in people
        if one["tags"] or one["id"] in tiers
    ]
    reasons = rules_due.rhythms(residents, marks, in_force, paired=papers.paired)
    visit = rules_due.due(reasons, last_on, next_on, today, events, in_force, last_visit)
    names = {one["id"]: one["name"] for one in people}
    return ([visit] if visit else []) + rules_due.dated(papers, names, in_force, today)


def _resident(
    one: Mapping[str, Any], row: Any, risk: str | None, in_force: Mapping[str, Any], today: date
) -> Resident:
    age = age_on(one["born_on"], today.isoformat())
    tier = None
    if row is not None:
        said = {name: entry["value"] for name, entry in one["ledger"].items()}
        living = said.get("person.living") or one["living"]
        found = elders.derived(age=age, living=living, self_care=said.get("person.self_care"), tags=one["tags"],
                               old_age=in_force["age.old"])  # fmt: skip
        tier = elders.tier(found, row.tier, row.details.get("tier_set"))
    return Resident(one["id"], one["name"], frozenset(one["tags"]), age, tier, risk)


def _day_of(moment: str) -> date:
    return datetime.fromisoformat(moment).astimezone(SHANGHAI).date()


def _events(
    ledger: Mapping[str, Any], people: Sequence[Mapping[str, Any]], in_force: Mapping[str, Any], today: date
) -> list[Event]:
    since = today - timedelta(days=in_force["visit.event_lasts_days"])
    who = (ledger.get("household.event_who") or {}).get("value")
    name = next((one["name"] for one in people if one["id"] == who), None)
    found = rules_due.events_of(ledger, name or "家里有人", None, since, _day_of, about=who if name else None)
    for one in people:
        if "person.event" in one["ledger"]:
            found += rules_due.events_of(one["ledger"], one["name"], one["id"], since, _day_of)
    return found


def write(session: Session, homes: Mapping[str, Any], wanted: Mapping[str, Sequence[Due]]) -> list[Change]:
    """Bring the tasks of these homes to what is wanted. The caller publishes."""
    standing: dict[str, dict[tuple[str, str], Any]] = {home_id: {} for home_id in wanted}
    for task in queries.tasks(session, wanted, rules_due.OWN_KINDS):
        standing[task.household_id][task.kind, task.subject_id] = task
    new, changed, gone, changes = [], [], [], []
    for home_id, works in wanted.items():
        division, there = homes[home_id].division, standing[home_id]
        for due in works:
            task = there.pop((due.kind, due.subject_id), None)
            # Where nobody has ever been, the day on which that was first seen stays.
            on = min(due.on, task.due_on) if task is not None and due.open_start else due.on
            said = {"due_on": on, "why": due.why[:200], "every_days": due.every_days, "person_id": due.person_id,
                    "urgent": due.urgent}  # fmt: skip
            if task is None:
                row = {"id": new_id(), "kind": due.kind, "household_id": home_id, "division": division, "version": 1}
                new.append(row | {"subject_id": due.subject_id} | said)
                changes.append(Change("task", row["id"], home_id, division))
            elif any(getattr(task, name) != value for name, value in said.items()) or task.division != division:
                values = {f"b_{name}": one for name, one in said.items()}
                changed.append({"b_id": task.id, "b_division": division} | values)
                changes.append(Change("task", task.id, home_id, division))
        gone += [task.id for task in there.values()]
        changes += [Change("task", task.id, home_id, task.division, gone=True) for task in there.values()]
    _save(session, new, changed, gone)
    return changes


def _save(session: Session, new: list[dict[str, Any]], changed: list[dict[str, Any]], gone: list[str]) -> None:
    _NEW.write(session, new)
    _CHANGED.write(session, changed)
    for part in queries.chunks(gone):
        session.connection().execute(delete(_TASK).where(_TASK.c.id.in_(part)))
    if changed or gone:
        for row in [one for one in session.identity_map.values() if isinstance(one, Task)]:
            session.expire(row)


_TASK = Task.__table__  # type: ignore[attr-defined]
_NEW = Bulk(insert(_TASK))
_CHANGED = Bulk(
    update(_TASK)
    .where(_TASK.c.id == bindparam("b_id"))
    .values(
        version=_TASK.c.version + 1,
        **{name: bindparam(f"b_{name}") for name in ("division", "due_on", "why", "every_days", "person_id", "urgent")},
    )
)


def anew(session: Session, household_ids: Iterable[str], today: date) -> list[Change]:
    """Work out anew what is due at these homes; returns the tasks that changed. The caller publishes."""
    homes = queries.homes(session, household_ids)
    people = queries.people(session, homes, today)
    agreed = queries.agreed_days(session, homes)
    last: dict[str, Last] = {
        home.id: (home.last_visit_on and min(home.last_visit_on, today), home.last_visit_id, agreed.get(home.id))
        for home in homes.values()
    }
    return write(session, homes, work_of(session, homes, people, last, today))


def follow(session: Session, changes: Sequence[Change], today: date, homes: Iterable[str] = ()) -> int:
    """Tell phones of changed rows and of what is due at their homes because of them; returns how many tasks changed.

    The last statements of a unit of work, as `feed.service.publish`.

    Args:
        homes: more homes to be worked out, of which nothing is told.
    """
    tasks = anew(session, {*(one.household_id for one in changes if one.household_id), *homes}, today)
    publish(session, [*changes, *tasks])
    return len(tasks)


def refresh(session: Session, household_ids: Iterable[str], today: date) -> int:
    """Work out anew what is due at these homes, and tell their phones; returns how many tasks changed."""
    return follow(session, (), today, household_ids)


def _told_since(session: Session, after: int) -> set[str]:
    """The homes of which anything was told since a position of the feed that can change what is due there."""
    return set(homes_since(session, after, NOT_WORK))


def refresh_since(session: Session, after: int, today: date) -> int:
    """Work out anew what is due where anything was told since a position of the feed, within one unit of work."""
    return refresh(session, _told_since(session, after), today)


def refresh_told(after: int, today: date, more: Iterable[str] = ()) -> int:
    """Work out anew what is due where anything was told since a position of the feed, set by set.

    For what is too much for one unit of work: whoever wrote it has committed, and phones wait for no more than a set.

    Args:
        more: homes of which nothing is told any more, though somebody has left them.
    """
    with reading() as session:
        homes = sorted(_told_since(session, after).union(more))
    changed = 0
    for start in range(0, len(homes), NIGHT_CHUNK):
        with transaction() as session:
            changed += refresh(session, homes[start : start + NIGHT_CHUNK], today)
    return changed


def refresh_all(today: date) -> int:
    """Work out anew what is due everywhere, some hundred homes a unit of work; returns how many tasks changed.

    Once a day, for days pass without anybody doing anything; done twice it changes nothing more.
    """
    changed, after = 0, ""
    while True:
        with reading() as session:
            part = queries.homes_after(session, after, NIGHT_CHUNK)
        if not part:
            return changed
        with transaction() as session:
            changed += refresh(session, part, today)
        after = part[-1]
