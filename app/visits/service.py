"""Visits as commands: stored as they are, never overwritten; what they fill, open and make due follows from them."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlmodel import Session

from app.accounts.schemas import Actor
from app.audit.service import entry
from app.bulk import Bulk
from app.db import SHANGHAI, new_id
from app.feed.service import Change
from app.forms import service as forms
from app.forms.service import Reading
from app.reviews import service as reviews
from app.sync.rules import is_id
from app.sync.schemas import ORPHANED, STORED, Batch, CommandKind, Outcome, Work, one_by_one
from app.visits import asking_service, ledger_service, queries, retracting_service, rules, task_service
from app.visits.ledger_service import Said, Subject
from app.visits.queries import paired
from app.visits.schemas import IssueAdd, Unchanged, VisitIn
from models.households import Household
from models.visits import Issue, Visit, VisitPhoto

_VISITS = Bulk(insert(Visit.__table__))  # type: ignore[attr-defined]
_PHOTOS = Bulk(insert(VisitPhoto.__table__))  # type: ignore[attr-defined]
_ISSUES = Bulk(insert(Issue.__table__))  # type: ignore[attr-defined]
_HOME = Household.__table__  # type: ignore[attr-defined]
_LAST_VISITS = Bulk(
    update(_HOME)
    .where(_HOME.c.id == bindparam("b_id"))
    .values(last_visit_id=bindparam("b_last"), last_visit_on=bindparam("b_on"), summary=bindparam("b_summary"))
)

SELF = uuid.UUID("5f0e6a0c-6f0b-4c55-9f0d-2a6b6e1f8c11")


def visit_needs(work: Work) -> Iterable[str]:
    """What a visit names: home, form version, people, the visits it says nothing has changed since."""
    payload: VisitIn = work.payload
    yield f"household:{payload.household_id}"
    yield f"form:{payload.form.code}@{payload.form.version}"
    for person_id in payload.met:
        yield f"person:{person_id}"
    for section in payload.answers.values():
        if isinstance(section, dict):
            yield from (f"person:{key.lower()}" for key, one in section.items() if is_id(key) and isinstance(one, dict))
    for one in payload.unchanged:
        if isinstance(one, Unchanged):
            if one.person_id:
                yield f"person:{one.person_id}"
            if one.since:
                yield f"visit:{one.since}"
    if work.type == "visit.correct" and work.corrects:
        yield f"own:{work.actor.id}:{work.corrects}"


def known_forms(session: Session, names: Sequence[str]) -> set[str]:
    """Which of `code@version` were ever published; each is made ready, for a visit of it is read next."""
    split = ((name, name.partition("@")) for name in names)
    return {name for name, (code, _, version) in split if forms.program(session, code, int(version)) is not None}


@dataclass
class Context:
    """What a run of visits needs to know, read in a few statements."""

    homes: Mapping[str, Any]
    people: Mapping[str, list[dict[str, Any]]]
    paired: dict[str, set[str]]
    owners: dict[str, str]
    orphans: dict[str, Visit]
    subjects: dict[str, Subject] = field(default_factory=dict)


@dataclass
class Found:
    """One visit as it will be written down."""

    work: Work
    id: str
    home: Any
    state: str
    reading: Reading
    asked: list[dict[str, str]]
    on: date
    corrects: str | None = None


def apply_visits(batch: Batch, works: Sequence[Work]) -> None:
    """Store visits. Whatever is doubtful about one becomes a question to its author."""
    context = _context(batch, works)
    found = [_read(batch, context, work) for work in works if _may_correct(batch, work)]
    if not found:
        return
    asking_service.ask_overlaps(batch, found)
    asking_service.drop_known(batch, found)
    new = [one for one in found if one.id not in context.orphans]
    _insert_visits(batch, new)
    _insert_photos(batch, new)
    _place_orphans(batch, context, [one for one in found if one.id in context.orphans])
    replaced = _settle_families(batch, found)
    effective = [one for one in found if one.state == STORED]
    seen = follow(batch, context, effective)
    retracting_service.take_back(batch, replaced)
    _due_anew(batch, context, seen, anew=bool(replaced))
    _insert_issues(batch, [one for one in effective if one.id not in replaced])
    batch.changes += told_of(batch.session, sorted({one.home.id for one in effective}))
    _photos_held(batch, found)


def _context(batch: Batch, works: Sequence[Work]) -> Context:
    homes = queries.homes(batch.session, {work.payload.household_id for work in works})
    people = queries.people(batch.session, homes, batch.today)
    authors = {work.actor.id: work.actor for work in works}
    homes_of = queries.paired_with(batch.session, list(authors), batch.today)
    named = [name for work in works for name in (work.id, _target(work)) if name]
    orphans = queries.orphans(batch.session, [work.id for work in works if work.known])
    return Context(homes, people, homes_of, queries.owners_of(batch.session, named), orphans)


def in_area(actor: Actor, division: str, household_id: str, homes: set[str]) -> bool:
    """Whether a home lies in an actor's area (design §1), where the homes paired with him are known already."""
    return (bool(actor.divisions) and division.startswith(actor.divisions)) or household_id in homes


def reaches(batch: Batch, work: Work, home: Household) -> bool:
    """Whether a command about a home may be applied: it lies in its author's area, or its township has placed it."""
    return work.placed or in_area(work.actor, home.division, home.id, paired(batch.session, work.actor, batch.today))


def _may_correct(batch: Batch, work: Work) -> bool:
    if work.type != "visit.correct" or work.corrects:
        return True
    batch.refuse(work, "missing", "要写改的是哪一次走访。", "corrects")
    return False


def own_id(context: Context, work: Work, name: str) -> str:
    """A visit has its command's id; ids are unique per author, so a second author of the same id gets another."""
    taken = context.owners.setdefault(name, work.actor.id) != work.actor.id
    return str(uuid.uuid5(SELF, f"{work.actor.id}:{name}")) if taken else name


def _read(batch: Batch, context: Context, work: Work) -> Found:
    payload: VisitIn = work.payload
    home = context.homes[payload.household_id]
    program = forms.program(batch.session, payload.form.code, payload.form.version)
    assert program is not None, "a visit waits for its form"
    mine = in_area(work.actor, home.division, home.id, context.paired[work.actor.id])
    reading = forms.read_visit(
        program, work.body, context.people[home.id], queries.facts_of(home), now=work.received_at,
        captured_at=work.captured_at, sent_at=work.sent_at,
    )  # fmt: skip
    visit_id, target = own_id(context, work, work.id), _target(work)
    state = STORED if mine or work.placed else ORPHANED
    asked = [{"path": one.path, "code": one.code, "message": one.message} for one in reading.questions]
    # The questions name who lives there: a receipt tells them only to whom the home is known.
    work.outcome = Outcome(
        state, questions=asked if mine else [], household_id=home.id, division=home.division, row_id=visit_id,
        makes=(f"visit:{visit_id}", f"own:{work.actor.id}:{work.id}"),
    )  # fmt: skip
    on = payload.started_at.astimezone(SHANGHAI).date()
    return Found(work, visit_id, home, state, reading, asked, on, own_id(context, work, target) if target else None)


def _insert_visits(batch: Batch, found: Sequence[Found]) -> None:
    rows = []
    for one in found:
        payload: VisitIn = one.work.payload
        place = payload.location
        rows.append({
            "id": one.id, "household_id": one.home.id, "division": one.home.division, "author_id": one.work.actor.id,
            "device_id": one.work.device_id, "form_code": payload.form.code, "form_version": payload.form.version,
            "mode": payload.mode, "met": payload.met, "started_at": payload.started_at,
            "finished_at": payload.finished_at, "on": one.on, "lat": place.lat if place else None,
            "lon": place.lon if place else None, "accuracy_m": place.accuracy_m if place else None,
            "answers": payload.answers, "unchanged": one.work.body.get("unchanged", []),
            "questions": one.asked, "next_on": payload.next_on, "state": one.state,
            "corrects": one.corrects, "corrected_by": None,
            "reason": payload.reason, "seq": one.work.seq if one.state == STORED else None,
            "received_at": one.work.received_at, "version": 1,
        })  # fmt: skip
        batch.changes.append(Change("visit", one.id, one.home.id, one.home.division))
        batch.entries.append(
            entry(one.work.actor, f"visit.{one.state}", "visit", one.id,
                  after={"household_id": one.home.id, "mode": payload.mode, "on": one.on.isoformat()})
        )  # fmt: skip
    _VISITS.write(batch.session, rows)


def _place_orphans(batch: Batch, context: Context, found: Sequence[Found]) -> None:
    """A visit that lay outside its author's area has been placed: where it belongs is known now."""
    for one in found:
        row = context.orphans[one.id]
        batch.changes.append(Change("visit", row.id, row.household_id, row.division, gone=True))
        row.household_id, row.division, row.state = one.home.id, one.home.division, one.state
        row.questions, row.version = one.asked, row.version + 1
        row.seq = one.work.seq if one.state == STORED else None
        batch.changes.append(Change("visit", row.id, row.household_id, row.division))
        batch.entries.append(
            entry(one.work.actor, "visit.placed", "visit", row.id, after={"household_id": row.household_id})
        )
    batch.session.flush()


def _target(work: Work) -> str | None:
    return work.corrects if work.type == "visit.correct" else None


def _insert_photos(batch: Batch, found: Sequence[Found]) -> None:
    rows = []
    for one in found:
        payload: VisitIn = one.work.payload
        program = forms.program(batch.session, payload.form.code, payload.form.version)
        assert program is not None
        for position, photo in enumerate({photo.sha256: photo for photo in payload.photos}.values()):
            place = photo.location
            rows.append({
                "visit_id": one.id, "sha256": photo.sha256, "position": position,
                "original_sha256": photo.original_sha256, "question": photo.question, "person_id": None,
                "of_child": forms.of_child(program.form, photo.question), "taken_at": photo.taken_at,
                "lat": place.lat if place else None, "lon": place.lon if place else None,
                "accuracy_m": place.accuracy_m if place else None, "note": photo.note, "answers_review": None,
            })  # fmt: skip
    _PHOTOS.write(batch.session, rows)


def _settle_families(batch: Batch, found: Sequence[Found]) -> set[str]:
    """A visit and its corrections, in whatever order they came: the latest counts, the others are replaced."""
    corrected = queries.corrected_by_others(batch.session, [one.id for one in found])
    touched = {one.id for one in found if one.corrects} | corrected
    if not touched:
        return set()
    family = queries.families(batch.session, touched)
    replaced: set[str] = set()
    for members in _groups(family):
        counts = rules.active({one.id: one.corrects for one in members})
        for visit in members:
            by = None if visit.id == counts else counts
            if by:
                replaced.add(visit.id)
            if visit.corrected_by == by:
                continue
            visit.corrected_by, visit.version = by, visit.version + 1
            if visit.state != ORPHANED:
                visit.state = "replaced" if by else STORED
            batch.changes.append(Change("visit", visit.id, visit.household_id, visit.division))
    batch.session.flush()
    for part in queries.chunks(replaced):
        batch.session.execute(
            update(Issue).where(Issue.visit_id.in_(part), Issue.state == "open").values(state="replaced")  # type: ignore[union-attr, arg-type]
        )
    return replaced


def _groups(family: Mapping[str, Visit]) -> list[list[Visit]]:
    """The connected families among these visits: one author's, through `corrects`."""
    roots: dict[str, list[Visit]] = defaultdict(list)
    for visit in family.values():
        root, seen = visit, {visit.id}
        while root.corrects and root.corrects in family and root.corrects not in seen:
            root = family[root.corrects]
            seen.add(root.id)
        roots[root.corrects or root.id].append(visit)
    return list(roots.values())


def follow(batch: Batch, context: Context, found: Sequence[Found]) -> dict[str, task_service.Last]:
    """What follows from visits that count: ledgers and the home's last visit, which is returned for what is due."""
    _fill(batch, context, found)
    return _note_homes(batch, found)


def _fill(batch: Batch, context: Context, found: Sequence[Found]) -> None:
    said: list[Said] = []
    for one in found:
        actor, base = one.work.actor, one.work.payload.started_at
        at = min(one.work.payload.finished_at, one.work.received_at)
        said += [
            Said(actor, one.id, fill.subject, fill.subject_id, fill.field, fill.value, at, base)
            for fill in one.reading.fills
        ]
    if not said:
        return
    for one in found:
        home = one.home
        if home.id not in context.subjects:
            context.subjects[home.id] = Subject("household", home.id, home.id, home.division, dict(home.ledger))
            for person in context.people[home.id]:
                context.subjects[person["id"]] = ledger_service.subject_of(home, person)
    ledger_service.fill(batch, context.subjects, ledger_service.gather(said))


def _note_homes(batch: Batch, found: Sequence[Found]) -> dict[str, task_service.Last]:
    """Each home's last visit and its summary; what is due depends on the last visit."""
    latest: dict[str, Found] = {}
    for one in found:
        if one.home.id not in latest or (one.on, one.id) > (latest[one.home.id].on, latest[one.home.id].id):
            latest[one.home.id] = one
    rows, seen, late = [], {}, {}
    for home_id, one in latest.items():
        home = one.home
        stands = home.last_visit_on is not None and (home.last_visit_on, home.last_visit_id or "") > (one.on, one.id)
        if stands and not one.work.corrects:
            late[home_id] = home
            continue
        last = queries.latest_of(batch.session, home_id) if one.work.corrects or stands else None
        last_id, last_on, next_on = (
            (last.id, last.on, last.next_on) if last else (one.id, one.on, one.work.payload.next_on)
        )
        # A visit of long ago that is corrected now does not tell how the home is today.
        summary = (rules.summary_of(one.reading.found) if last_id == one.id else None) or home.summary
        rows.append({"b_id": home_id, "b_last": last_id, "b_on": last_on, "b_summary": summary})
        seen[home_id] = (min(last_on, batch.today), last_id, next_on)
        batch.changes.append(Change("household", home_id, home_id, home.division))
    _LAST_VISITS.write(batch.session, sorted(rows, key=lambda row: row["b_id"]))
    # One that comes late leaves the last visit as it is, but may have heard what happened.
    agreed = queries.agreed_days(batch.session, late) if late else {}
    return seen | {key: (home.last_visit_on, home.last_visit_id, agreed.get(key)) for key, home in late.items()}


def _due_anew(batch: Batch, context: Context, seen: Mapping[str, task_service.Last], anew: bool) -> None:
    """What is due at homes whose last visit, or what it found, has changed.

    Args:
        anew: ledgers were written that the context does not know of, and are read once more.
    """
    if not seen:
        return
    homes, people = context.homes, context.people
    if anew:
        homes, people = queries.homes(batch.session, seen), queries.people(batch.session, seen, batch.today)
    ledgers = {} if anew else {key: one.ledger for key, one in context.subjects.items() if one.touched}
    works = task_service.work_of(batch.session, homes, people, seen, batch.today, ledgers)
    batch.changes += task_service.write(batch.session, homes, works)


def _dealt_with(batch: Batch, found: Sequence[Found]) -> dict[str, set[tuple[Any, ...]]]:
    """Troubles that were settled since an earlier version told of them, by visit: no correction opens them anew."""
    family = queries.families(batch.session, [one.id for one in found if one.corrects])
    known: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    for members in _groups(family):
        issues = queries.issues_of(batch.session, [visit.id for visit in members])
        settled = {
            _same_trouble(issue.question, issue.person_id, issue.text)
            for part in issues.values() for issue in part if issue.state not in ("open", "replaced")
        }  # fmt: skip
        known |= {visit.id: settled for visit in members}
    return known


def _same_trouble(question: str | None, person_id: str | None, text: str) -> tuple[Any, ...]:
    """What makes two versions' troubles one: the answer that opened it, or else its words."""
    return (question, person_id) if question else (text,)


def _insert_issues(batch: Batch, found: Sequence[Found]) -> None:
    rows = []
    settled = _dealt_with(batch, found)
    for one in found:
        told: list[dict[str, Any]] = [
            {"text": issue.text[:2000], "programme": issue.programme, "question": issue.question,
             "urgent": issue.urgent, "person_id": issue.person_id}
            for issue in one.reading.issues
        ]  # fmt: skip
        told += [
            {"text": issue.text, "programme": issue.programme, "question": None, "urgent": False, "person_id": None}
            for issue in one.work.payload.issues
        ]
        rows += [
            _issue(batch, one.work, one.home, said, one.id) for said in told
            if _same_trouble(said["question"], said["person_id"], said["text"]) not in settled[one.id]
        ]  # fmt: skip
    _ISSUES.write(batch.session, rows)


def _issue(batch: Batch, work: Work, home: Any, said: Mapping[str, Any], visit_id: str | None) -> dict[str, Any]:
    row = {
        "id": new_id(), "household_id": home.id, "division": home.division, "visit_id": visit_id,
        "author_id": work.actor.id, "state": "open", "resolution": None, "closed_at": None,
        "created_at": batch.now, "version": 1,
    } | said  # fmt: skip
    batch.entries.append(
        entry(work.actor, "issue.added", "issue", row["id"], after={"household_id": home.id, "urgent": said["urgent"]})
    )
    for tell in on_issue:
        tell(batch.session, row)
    return row


def told_of(session: Session, household_ids: Sequence[str]) -> list[Change]:
    """What else is told anew of homes where visits, or what they found, changed: the rows of the registers."""
    return [change for tell in on_visited for change in tell(session, household_ids)] if household_ids else []


on_visited: list[Callable[[Session, Sequence[str]], list[Change]]] = []
"""What follows in the registers once visits of these homes were stored or corrected, or a contested field decided.

`(session, household ids) -> changes to publish`, in the visit's own unit of work, many homes at a time; a room hangs
itself in here (app/rooms.py). Register rows that phones were told of are told anew without that.
"""
on_issue: list[Any] = []
"""Who is told of each new trouble in its unit of work: `(session, row)`; the notices room hangs itself in here."""


def _photos_held(batch: Batch, found: Sequence[Found]) -> None:
    """Pictures that came before their visit go to review with it."""
    pairs = {(one.work.actor.id, photo.sha256) for one in found for photo in one.work.payload.photos}
    if not pairs:
        return
    held = queries.uploads(batch.session, pairs)
    if not held:
        return
    named = reviews.with_visits(batch.session, visit_ids=[one.id for one in found])
    reviews.on_photos_held(batch.session, [one for one in named if (one.author_id, one.sha256) in held])


def _add_issue(batch: Batch, work: Work) -> None:
    payload: IssueAdd = work.payload
    home = queries.homes(batch.session, [payload.household_id])[payload.household_id]
    if not reaches(batch, work, home):
        work.outcome = Outcome(ORPHANED, household_id=home.id, division=home.division)
        return
    said = {"text": payload.text, "programme": payload.programme, "question": None, "urgent": payload.urgent,
            "person_id": payload.person_id}  # fmt: skip
    row = _issue(batch, work, home, said, None)
    batch.session.execute(insert(Issue.__table__), [row])  # type: ignore[attr-defined]
    work.outcome = Outcome(STORED, household_id=home.id, division=home.division, row_id=row["id"])


def _issue_needs(work: Work) -> Iterable[str]:
    yield f"household:{work.payload.household_id}"
    if work.payload.person_id:
        yield f"person:{work.payload.person_id}"


COMMANDS = {
    "visit": CommandKind(VisitIn, apply_visits, visit_needs),
    "visit.correct": CommandKind(VisitIn, apply_visits, visit_needs),
    "issue.add": CommandKind(IssueAdd, one_by_one(_add_issue), _issue_needs),
}
REFERENCES = {
    "household": queries.known_households,
    "person": queries.known_people,
    "visit": queries.known_visits,
    "form": known_forms,
    "review": queries.known_reviews,
}
