"""The register's commands, as phones send them: homes and people added and changed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from app.accounts.schemas import Actor
from app.db import new_id
from app.divisions import service as divisions
from app.errors import AppError, Conflict, NotFound
from app.households import service as households
from app.households.schemas import HouseholdChange, HouseholdNew, PersonChange, PersonIn
from app.reviews import service as reviews
from app.reviews.schemas import PhotoAnswer
from app.sync import queries
from app.sync.schemas import CONFLICT, ORPHANED, REJECTED, STORED, Batch, CommandKind, Id, Outcome, Work, one_by_one
from app.visits.service import in_area, reaches
from models.households import Household, Person
from models.visits import FieldConflict


class HouseholdChanged(HouseholdChange):
    """The payload of `household.change`: which home, and the fields that change."""

    household_id: Id


class PersonChanged(PersonChange):
    """The payload of `person.change`: who, and the fields that change."""

    person_id: Id


def _refused(problem: AppError) -> Outcome:
    details = [{"path": f"payload.{one.path}", "code": one.code, "message": one.message} for one in problem.details]
    return Outcome(REJECTED, errors=details or [{"path": "", "code": problem.code, "message": problem.message}])


def _home_there(work: Work) -> Iterable[str]:
    if work.payload.household_id:
        yield f"household:{work.payload.household_id!s}"


def _add_household(batch: Batch, work: Work) -> None:
    data: HouseholdNew = work.payload
    made = str(data.id) if data.id else work.id
    if not divisions.known(batch.session, data.division):
        # In nobody's area: kept as orphaned, no township would ever see it.
        batch.refuse(work, "unknown_division", "区划里没有这个村，请重新选。", "payload.division")
        return
    if not work.placed and not in_area(work.actor, data.division, made, set()):
        work.outcome = Outcome(ORPHANED, division=data.division, row_id=made)
        return
    data = data.model_copy(update={"id": made})

    def run() -> Outcome:
        row = households.add_household(batch.session, _acting(work, data.division), data)
        return Outcome(STORED, household_id=row.id, division=row.division, row_id=row.id, row_version=row.version,
                       makes=(f"household:{row.id}",))  # fmt: skip

    work.outcome = _try(batch, work, run, data.division, None)


def _add_person(batch: Batch, work: Work) -> None:
    data: PersonIn = work.payload
    home = batch.session.get(Household, str(data.household_id)) if data.household_id else None
    if home is None:
        batch.refuse(work, "missing", "要写是哪一户的人。", "payload.household_id")
        return
    if not reaches(batch, work, home):
        work.outcome = Outcome(ORPHANED, household_id=home.id, division=home.division)
        return
    data = data.model_copy(update={"id": str(data.id) if data.id else work.id})

    def run() -> Outcome:
        row = households.add_person(batch.session, _acting(work, home.division), data)
        return Outcome(STORED, household_id=home.id, division=home.division, row_id=row.id, row_version=row.version,
                       makes=(f"person:{row.id}",))  # fmt: skip

    work.outcome = _try(batch, work, run, home.division, home.id)


def _acting(work: Work, division: str) -> Actor:
    """Who writes: the author; for what a township has placed, the author as if it lay in his area."""
    if not work.placed:
        return work.actor
    return replace(work.actor, divisions=(*work.actor.divisions, division))


def _try(batch: Batch, work: Work, run: Callable[[], Outcome], division: str, household_id: str | None) -> Outcome:
    """Run the register's own service; what it refuses becomes an outcome, and nothing of it stays."""
    try:
        with batch.session.begin_nested():
            return run()
    except Conflict as problem:
        errors = [{"path": "", "code": problem.code, "message": problem.message}]
        return Outcome(CONFLICT, errors=errors, division=division, household_id=household_id)
    except NotFound as problem:
        if problem.code == "unknown_division":
            return _refused(problem)
        return Outcome(ORPHANED, division=division, household_id=household_id)
    except AppError as problem:
        return _refused(problem)


def _change_household(batch: Batch, work: Work) -> None:
    home = batch.session.get(Household, work.payload.household_id)
    assert home is not None, "a change waits for its home"
    _change(batch, work, home, home, "household", HouseholdChange, households.change_household)


def _change_person(batch: Batch, work: Work) -> None:
    person = batch.session.get(Person, work.payload.person_id)
    assert person is not None, "a change waits for its person"
    home = batch.session.get(Household, person.household_id)
    assert home is not None
    _change(batch, work, person, home, "person", PersonChange, households.change_person)


def _change(
    batch: Batch, work: Work, row: Household | Person, home: Household, kind: str, schema: Any, service: Any
) -> None:
    if not reaches(batch, work, home):
        work.outcome = Outcome(ORPHANED, household_id=home.id, division=home.division, row_id=row.id)
        return
    given: dict[str, Any] = {name: one for name, one in work.payload.given().items() if name != f"{kind}_id"}
    base = work.base_version or 0
    wanted = given if row.version == base else rebase(batch, work, row, given)
    if wanted is None:
        _conflict(batch, work, row, home, kind, given)
        return

    before = row.version

    def run() -> Outcome:
        made = service(batch.session, _acting(work, home.division), row.id, schema(**wanted), before)
        version = made.version if made.version > before else None
        return Outcome(STORED, household_id=home.id, division=home.division, row_id=row.id, row_version=version)

    work.outcome = _try(batch, work, run, home.division, home.id)
    if work.outcome.row_version is not None:
        batch.written.append(work)


def rebase(batch: Batch, work: Work, row: Household | Person, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is left to change of a row that has moved on since the base; None where somebody else moved it.

    Changes of the same author do not contradict each other: the one written later counts, whichever arrives first.
    """
    if all(getattr(row, name, None) == value for name, value in given.items()):
        return dict(given)
    base = work.base_version or 0
    mine = {
        one.row_version: (one.id, queries.fields_of(one))
        for one in queries.versions_by(batch.session, work.actor.id, row.id, base)
    }
    for one in batch.written:
        version = one.outcome.row_version if one.outcome and one.outcome.row_id == row.id else None
        if version is not None and version > base and one.actor.id == work.actor.id:
            mine[version] = (one.id, set(one.body))
    if len(mine) != row.version - base:
        return None
    later = {name for command_id, names in mine.values() if command_id > work.id for name in names}
    return {name: value for name, value in given.items() if name not in later}


def _conflict(
    batch: Batch, work: Work, row: Household | Person, home: Household, kind: str, given: Mapping[str, Any]
) -> None:
    """Both versions are kept; the author and the township see them, a person decides."""
    for name, value in given.items():
        ours = getattr(row, name, None)
        if ours == value:
            continue
        batch.session.add(
            FieldConflict(
                id=new_id(), division=home.division, household_id=home.id, subject_type=kind, subject_id=row.id,
                field=name, ours={"value": _json(ours)},
                theirs=[{"value": _json(value), "by": work.actor.id, "at": work.captured_at.isoformat()}],
                author_id=work.actor.id, command_id=work.id, created_at=batch.now,
            )
        )  # fmt: skip
    errors = [{"path": "base_version", "code": "old_version", "message": "别人也改了，县里会有人看两边再定。"}]
    work.outcome = Outcome(CONFLICT, errors=errors, household_id=home.id, division=home.division, row_id=row.id)


def _json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _answer_photo(batch: Batch, work: Work) -> None:
    try:
        with batch.session.begin_nested():
            review, entries, told = reviews.take_answer(batch.session, work.actor, work.payload, batch.now)
    except AppError as problem:
        work.outcome = _refused(problem)
        return
    batch.entries += entries
    batch.changes += told
    work.outcome = Outcome(STORED, household_id=review.household_id, division=review.division, row_id=review.id)


def _review_there(work: Work) -> Iterable[str]:
    yield f"review:{work.payload.review_id}"


def _person_there(work: Work) -> Iterable[str]:
    yield f"person:{work.payload.person_id}"


COMMANDS = {
    "household.add": CommandKind(HouseholdNew, one_by_one(_add_household)),
    "household.change": CommandKind(HouseholdChanged, one_by_one(_change_household), _home_there, needs_base=True),
    "person.add": CommandKind(PersonIn, one_by_one(_add_person), _home_there),
    "person.change": CommandKind(PersonChanged, one_by_one(_change_person), _person_there, needs_base=True),
    "photo.answer": CommandKind(PhotoAnswer, one_by_one(_answer_photo), _review_there),
}
