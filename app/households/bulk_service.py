"""Taking many homes and people in at once: what a ledger import does, and undoes.

Homes are matched by their code. People are matched by their ID number (its blind index) together with home and name,
for two people may carry one number (a fault of the ledger, a finding later). A blank in a ledger never empties a field.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, or_, select, update
from sqlmodel import Session

from app import crypto
from app.accounts.schemas import Actor
from app.among import among
from app.audit.service import entry, record_many
from app.bulk import Bulk
from app.db import SHANGHAI, new_id, utcnow
from app.divisions import service as divisions
from app.errors import BadInput
from app.facts import fingerprint
from app.feed.service import Change, publish
from app.households import rules, tags
from app.households.schemas import HouseholdIn, PersonIn, Upserted
from app.visits.moving_service import homes_moved, people_moved
from models.base import read_json, write_json
from models.households import Household, Person, PersonTag

CHUNK = 1000
_NEVER_EMPTY: dict[str, Any] = {"given": "", "pinyin": "", "initials": "", "sex": 0, "is_head": False}
HOME_FIELDS = (
    "name",
    "division",
    "group",
    "door",
    "address",
    "attribute",
    "checked_on",
    "checked_result",
    "lat",
    "lon",
)
PERSON_FIELDS = (
    "household_id", "division", "name", "given", "pinyin", "initials", "id_number", "id_index", "id_last4",
    "id_warning", "sex", "born_on", "relation", "is_head", "phone", "phone_index", "bank_account", "registered_here",
    "health", "living", "works_away",
)  # fmt: skip
_OF_PERSON = frozenset(PERSON_FIELDS)
SEALED = {"id_number": "person.id_number", "phone": "person.phone", "bank_account": "person.bank_account"}
_EXTRA = "import.extra"
_MASKS = {"id_number": rules.mask_id, "phone": rules.mask_phone, "bank_account": rules.mask_bank}
VISITED = {"living": "person.living", "health": "person.health"}
"""Columns that visits find out too, with the ledger field in which they write it."""
_UNTOLD = frozenset({"id_index", "phone_index", "given", "pinyin", "initials"})


_NEW_HOMES = Bulk(insert(Household.__table__))  # type: ignore[attr-defined]
_NEW_PEOPLE = Bulk(insert(Person.__table__))  # type: ignore[attr-defined]


def chunks(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """Slices small enough for one IN list on either database."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the audit log may hold them: sealed ones masked, fingerprints left out, dates as text."""
    return {
        name: _MASKS[name](value) if name in _MASKS else value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
        if name not in _UNTOLD
    }


def told_change(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """`before` and `after` for the log; of columns that we do not know only the names of those that changed."""
    said = {"before": told(before), "after": told(after)}
    if "extra" in after:
        changed = sorted(name for name, value in after["extra"].items() if before["extra"].get(name) != value)
        said["before"]["extra"] = [name for name in changed if name in before["extra"]]
        said["after"]["extra"] = changed
    return {side: _moment_free(values) for side, values in said.items()}


def kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """Former values as undo needs them, in JSON: sealed ones stay sealed, in hex."""
    result: dict[str, Any] = {}
    for name, value in values.items():
        if name == "extra":
            value = {"sealed": crypto.ready().seal(write_json(value), _EXTRA).hex()}
        elif name in SEALED and value is not None:
            value = {"sealed": crypto.ready().seal(value, SEALED[name]).hex()}
        result[name] = value.isoformat() if isinstance(value, date) else value
    return result


def unkept(values: Mapping[str, Any]) -> dict[str, Any]:
    """The Python values of what `kept` made."""
    result: dict[str, Any] = {}
    for name, value in values.items():
        if name == "extra" and value.keys() == {"sealed"}:
            value = read_json(crypto.ready().open(bytes.fromhex(value["sealed"]), _EXTRA))
        elif isinstance(value, dict) and "sealed" in value and name in SEALED:
            value = crypto.ready().open(bytes.fromhex(value["sealed"]), SEALED[name])
        elif name.endswith("_on") and value is not None:
            value = date.fromisoformat(value)
        result[name] = value
    return result


def person_values(data: Mapping[str, Any], on: date) -> dict[str, Any]:
    """The columns that follow from what was written about a person: sounds, number facts, fingerprints, codes."""
    values = {name: value for name, value in data.items() if name in _OF_PERSON}
    if values.get("name"):
        values["pinyin"], values["initials"] = rules.name_sounds(values["name"])
        values["given"] = rules.given_of(values["name"])
    if values.get("id_number"):
        facts = rules.read_id(values["id_number"], on)
        values |= {
            "id_number": facts.number, "id_last4": facts.last4, "id_warning": facts.warning, "sex": facts.sex,
            "id_index": crypto.index(facts.number, "person.id_number"), "born_on": facts.born_on,
        }  # fmt: skip
    if "phone" in values:
        values["phone"] = rules.written_phone(values["phone"]) if values["phone"] else None
        values["phone_index"] = fingerprint(values["phone"], "person.phone")
    if "health" in values:
        values["health"] = tags.health_code(values["health"])
    if "living" in values:
        values["living"] = tags.living_code(values["living"])
    if values.get("relation") in tags.HEADS:
        values["is_head"] = True
    return values


def differences(row: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are not blank and differ from the row's; `extra` is added to what stands there.

    A telephone number in another dress is the same.
    """
    changed = {name: value for name, value in values.items() if value is not None and getattr(row, name) != value}
    if values.get("phone_index") and "phone_index" not in changed:
        changed.pop("phone", None)
    if "extra" in changed:
        merged = {**row.extra, **changed.pop("extra")}
        changed |= {"extra": merged} if merged != row.extra else {}
    return changed


def against_visits(person: Any, values: Mapping[str, Any]) -> dict[str, str]:
    """What a list says of somebody although a visit found something else: columns, with what was found there.

    The visit's word stands: lists are written at a desk, from last year's list.
    """
    found = {name: (person.ledger.get(field) or {}) for name, field in VISITED.items() if values.get(name) is not None}
    return {name: one["value"] for name, one in found.items() if one.get("visit") and one["value"] != values[name]}


def _homes_by_code(session: Session, codes: Sequence[str]) -> dict[str, Household]:
    found: dict[str, Household] = {}
    for part in chunks(codes):
        found.update({row.code: row for row in session.scalars(select(Household).where(among(Household.code, part)))})  # type: ignore[attr-defined]
    return found


def upsert_households(
    session: Session, actor: Actor | None, rows: Sequence[HouseholdIn], *, import_id: str | None = None
) -> Upserted:
    """Take homes in; `ids` follows the order of `rows`. A home that was removed comes back as changed.

    Raises:
        BadInput: a village is not among the county's divisions, which are loaded and never invented.
    """
    result, now = Upserted(), utcnow()
    places = {row.division for row in rows}
    unknown = sorted(places - set(divisions.pull(session, sorted(places))))
    if unknown:
        raise BadInput(f"区划里没有 {'、'.join(unknown[:5])}，请先导入区划代码。", code="unknown_division")
    known = _homes_by_code(session, list({row.code for row in rows}))
    new: dict[str, dict[str, Any]] = {}
    log, changes = [], []
    for row in rows:
        values = {name: value for name, value in row.given().items() if name in HOME_FIELDS}
        home = known.get(row.code)
        if home is None:
            made = new.setdefault(row.code, {"id": str(row.id) if row.id else new_id(), "code": row.code})
            made.update({name: value for name, value in values.items() if value is not None} | {"extra": row.extra})
            result.ids.append(made["id"])
            continue
        result.ids.append(home.id)
        changed = differences(home, values)
        if home.removed_at is not None:
            changed["removed_at"] = None
        if not changed:
            result.same += 1
            continue
        before = {name: getattr(home, name) for name in changed}
        changes += _home_changes(home, changed)
        for name, value in changed.items():
            setattr(home, name, value)
        home.version, home.updated_at = home.version + 1, now
        result.changed[home.id] = _moment_free(kept(before)) | result.changed.get(home.id, {})
        result.versions[home.id] = home.version
        log.append(entry(actor, "household.changed", "household", home.id, **told_change(before, changed)))
    session.flush()
    changes += move_homes(
        session,
        {
            home.id: (result.changed[home.id]["division"], home.division)
            for home in known.values()
            if "division" in result.changed.get(home.id, {})
        },
    )
    changes += _insert_homes(session, actor, list(new.values()), import_id, now, log)
    result.created += [made["id"] for made in new.values()]
    result.versions |= {made["id"]: 1 for made in new.values()}
    record_many(session, log)
    publish(session, changes)
    return result


def _moment_free(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _home_changes(home: Household, changed: Mapping[str, Any]) -> list[Change]:
    division = changed.get("division", home.division)
    told_anew = [Change("household", home.id, home.id, division)]
    if division != home.division:
        told_anew.insert(0, Change("household", home.id, home.id, home.division, gone=True))
    return told_anew


def _insert_homes(
    session: Session, actor: Actor | None, new: list[dict[str, Any]], import_id: str | None, now: datetime, log: list
) -> list[Change]:
    empty: dict[str, Any] = dict.fromkeys(HOME_FIELDS)
    fresh = {"import_id": import_id, "created_at": now, "updated_at": now, "version": 1, "ledger": {}}
    _NEW_HOMES.write(session, [empty | made | fresh for made in new])
    log += [
        entry(actor, "household.added", "household", made["id"], at=now,
              after=told({name: value for name, value in made.items() if name not in {"id", "extra"}}))
        for made in new
    ]  # fmt: skip
    return [Change("household", made["id"], made["id"], made["division"]) for made in new]


class Prepared(NamedTuple):
    """A person as the columns of the register say it, and the tags asked for; a new one gets the `id` in `values`.

    One that is not `whole` says only by what people are matched, and is not to be written.
    """

    values: dict[str, Any]
    tags: list[str]
    whole: bool = True


class _People:
    """The people already known who may be meant by the rows of a ledger."""

    def __init__(self, session: Session, indexes: Sequence[str], homes: Sequence[str]) -> None:
        found: dict[str, Person] = {}
        for part in chunks(indexes):
            found.update({row.id: row for row in session.scalars(select(Person).where(among(Person.id_index, part)))})  # type: ignore[union-attr]
        for part in chunks(homes):
            numberless = select(Person).where(among(Person.household_id, part), Person.id_index.is_(None))  # type: ignore[union-attr, attr-defined]
            found.update({row.id: row for row in session.scalars(numberless)})
        self.by_index: dict[str | None, list[Person]] = defaultdict(list)
        for row in found.values():
            self.by_index[row.id_index].append(row)
        self.taken: set[str] = set()

    @classmethod
    def of(cls, session: Session, prepared: Sequence[Prepared]) -> "_People":
        """Those who may be meant by what was prepared: by number, and where none is written, by home."""
        indexes = sorted({one.values["id_index"] for one in prepared if one.values.get("id_index")})
        homes = sorted({one.values["household_id"] for one in prepared if not one.values.get("id_index")})
        return cls(session, indexes, homes)

    def match(self, values: Mapping[str, Any]) -> Person | None:
        """The known person whom these values mean: same number and, of several, same home and name first.

        A number known for another name in another home stays two people: one number for two is a finding, not a guess.
        """
        index = values.get("id_index")
        known = [row for row in self.by_index.get(index, []) if row.id not in self.taken]
        ranked = sorted(
            ((row.household_id == values["household_id"]) + 2 * (row.name == values["name"]), row.id, row)
            for row in known
        )
        if not ranked or ranked[-1][0] < (1 if index else 3):
            return None
        self.taken.add(ranked[-1][2].id)
        return ranked[-1][2]


def prepare_people(rows: Sequence[PersonIn], homes: Sequence[tuple[str, str]], on: date) -> list[Prepared]:
    """What can be worked out of rows before a unit of work begins, and takes most of the time of a long ledger.

    Args:
        homes: id and division of each row's home.
        on: the Shanghai day.
    """
    prepared = []
    for row, (home_id, division) in zip(rows, homes, strict=True):
        place = {"household_id": home_id, "division": division, "extra": row.extra}
        key = {"id": str(row.id)} if row.id else {}
        prepared.append(Prepared(person_values(row.given(), on) | place | key, row.tags))
    return prepared


def upsert_people(
    session: Session, actor: Actor | None, rows: Sequence[PersonIn], *, import_id: str | None = None
) -> Upserted:
    """Take people in; their homes must be known. `ids` follows the order of `rows`.

    Raises:
        BadInput: a row names a home that is not in the register.
    """
    homes = [(home.id, home.division) for home in _homes_of(session, rows)]
    prepared = prepare_people(rows, homes, utcnow().astimezone(SHANGHAI).date())
    return upsert_prepared(session, actor, prepared, import_id=import_id)


def upsert_prepared(
    session: Session, actor: Actor | None, prepared: Sequence[Prepared], *, import_id: str | None = None
) -> Upserted:
    """As `upsert_people`, of what was prepared; the homes are there."""
    result, now = Upserted(), utcnow()
    on = now.astimezone(SHANGHAI).date()
    matched = _match_all(_People.of(session, prepared), prepared)
    new, log, changes = [], [], []
    for one in prepared:
        person = matched.get(id(one))
        if person is None:
            new.append(one.values if "id" in one.values else {"id": new_id()} | one.values)
            result.ids.append(new[-1]["id"])
        else:
            result.ids.append(person.id)
            changes += _change_person(actor, person, stated(person, one.values), result, log, now)
    session.flush()
    changes += _insert_people(session, actor, new, import_id, now, log)
    result.created += [made["id"] for made in new]
    result.versions |= {made["id"]: 1 for made in new}
    marked = _tag_all(session, [(key, one.tags) for key, one in zip(result.ids, prepared, strict=True)], on, import_id)
    moved = {key for key, old in result.changed.items() if "household_id" in old or "division" in old}
    place_tags(session, sorted(marked | moved))
    people_moved(session, sorted(moved))
    changes += [
        Change("person", key, one.values["household_id"], one.values["division"])
        for key, one in zip(result.ids, prepared, strict=True)
        if key in marked
    ]
    record_many(session, log)
    publish(session, changes)
    return result


def stated(person: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values for somebody who is known: the id stays, and so does what a visit found; the list's word lies beside."""
    against = against_visits(person, values)
    said = {name: value for name, value in values.items() if name != "id" and name not in against}
    if against:
        said["extra"] = (said.get("extra") or {}) | {f"{name}_listed": values[name] for name in against}
    return said


def _match_all(known: _People, prepared: Sequence[Prepared]) -> dict[int, Person]:
    """First whoever agrees in number, home and name, so that a looser match never takes them away."""
    exact = {(row.id_index, row.household_id, row.name) for rows in known.by_index.values() for row in rows}
    if not exact:
        return {}

    def agrees(one: Prepared) -> bool:
        said = one.values
        return (said.get("id_index"), said["household_id"], said["name"]) in exact

    ordered = sorted(prepared, key=lambda one: not agrees(one))
    pairs = ((id(one), known.match(one.values)) for one in ordered)
    return {key: person for key, person in pairs if person is not None}


def _homes_of(session: Session, rows: Sequence[PersonIn]) -> list[Household]:
    by_code = _homes_by_code(session, list({row.household_code for row in rows if row.household_code}))
    by_id: dict[str, Household] = {}
    for part in chunks(list({str(row.household_id) for row in rows if row.household_id})):
        by_id.update({home.id: home for home in session.scalars(select(Household).where(Household.id.in_(part)))})  # type: ignore[attr-defined]
    homes = []
    for row in rows:
        home = by_id.get(str(row.household_id)) if row.household_id else by_code.get(row.household_code or "")
        if home is None:
            raise BadInput(f"{row.name}的户编号不在名册里，先导入这一户。", code="unknown_household")
        homes.append(home)
    return homes


def _change_person(
    actor: Actor | None, person: Person, values: Mapping[str, Any], result: Upserted, log: list, now: datetime
) -> list[Change]:
    changed = differences(person, values)
    if person.removed_at is not None:
        changed["removed_at"] = None
    if not changed:
        result.same += 1
        return []
    before = {name: getattr(person, name) for name in changed}
    changes = person_changes(person, changed)
    for name, value in changed.items():
        setattr(person, name, value)
    person.version, person.updated_at = person.version + 1, now
    result.changed[person.id] = _moment_free(kept(before)) | result.changed.get(person.id, {})
    result.versions[person.id] = person.version
    log.append(entry(actor, "person.changed", "person", person.id, **told_change(before, changed)))
    return changes


def person_changes(person: Person, changed: Mapping[str, Any]) -> list[Change]:
    """The feed's news of a changed person; one who moved is gone from the old area."""
    home, division = changed.get("household_id", person.household_id), changed.get("division", person.division)
    told_anew = [Change("person", person.id, home, division)]
    if division != person.division:
        told_anew.insert(0, Change("person", person.id, person.household_id, person.division, gone=True))
    return told_anew


def _insert_people(
    session: Session, actor: Actor | None, new: list[dict[str, Any]], import_id: str | None, now: datetime, log: list
) -> list[Change]:
    empty: dict[str, Any] = dict.fromkeys(PERSON_FIELDS) | _NEVER_EMPTY
    fresh = {"import_id": import_id, "created_at": now, "updated_at": now, "version": 1, "ledger": {}}
    _NEW_PEOPLE.write(
        session,
        [empty | {name: value for name, value in made.items() if value is not None} | fresh for made in new],
    )
    said = ({name: value for name, value in made.items() if name != "extra" and value is not None} for made in new)
    log += [entry(actor, "person.added", "person", made["id"], after=told(made), at=now) for made in said]
    return [Change("person", made["id"], made["household_id"], made["division"]) for made in new]


def _tag_all(session: Session, wanted: list[tuple[str, list[str]]], on: date, import_id: str | None) -> set[str]:
    """Open each tag that is not open yet (a ledger that does not name one does not end it); returns who got one."""
    asked = {(person, tag) for person, codes in wanted for tag in codes}
    open_now: set[tuple[str, str]] = set()
    for part in chunks(sorted({person for person, _ in asked})):
        rows = session.execute(
            select(PersonTag.person_id, PersonTag.tag).where(  # type: ignore[call-overload]
                among(PersonTag.person_id, part), or_(PersonTag.to_on.is_(None), PersonTag.to_on >= on)
            )  # type: ignore[union-attr, attr-defined, operator]
        )
        open_now |= {(person, tag) for person, tag in rows}
    missing = sorted(asked - open_now)
    if missing:
        session.execute(insert(PersonTag.__table__), [  # type: ignore[attr-defined]
            {"id": new_id(), "person_id": person, "tag": tag, "from_on": on, "to_on": None, "source": import_id}
            for person, tag in missing
        ])  # fmt: skip
    return {person for person, _ in missing}


def place_tags(session: Session, people: Sequence[str]) -> None:
    """Let the tags of these people say where they live now."""
    for part in chunks(people):
        for column in (PersonTag.household_id, PersonTag.division):
            now = select(getattr(Person, column.key)).where(Person.id == PersonTag.person_id).scalar_subquery()  # type: ignore[attr-defined]
            session.execute(
                update(PersonTag).where(PersonTag.person_id.in_(part)).values({column.key: now}),  # type: ignore[attr-defined]
                execution_options={"synchronize_session": False},
            )


def move_homes(session: Session, homes: Mapping[str, tuple[str, str]]) -> list[Change]:
    """What is known of homes that moved goes along with their people; the caller publishes.

    Args:
        homes: home id → its former and its new division.
    """
    changes = _move_people(session, {key: division for key, (_, division) in homes.items()})
    return changes + homes_moved(session, homes)


def _move_people(session: Session, homes: Mapping[str, str]) -> list[Change]:
    changes: list[Change] = []
    moved: list[str] = []
    for part in chunks(sorted(homes)):
        for person in session.scalars(select(Person).where(Person.household_id.in_(part))):  # type: ignore[attr-defined]
            if person.division == homes[person.household_id]:
                continue
            changes += person_changes(person, {"division": homes[person.household_id]})
            person.division = homes[person.household_id]
            person.version, person.updated_at = person.version + 1, utcnow()
            moved.append(person.id)
    session.flush()
    place_tags(session, moved)
    people_moved(session, moved)
    return changes
