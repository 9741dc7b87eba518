"""What goes down to a phone: everything in its owner's area that changed since the cursor.

A cursor is `[epoch, position, scope, former scopes, caught up to, nothing before]`. With a changed scope the phone
first gets what lies in the areas that were added or lost, then goes on where it was. Whether a row about a home may
be seen is asked of where the home lies now, so that a late or missing `gone` in the feed never shows too much.
Cost: an index is asked for each village and paired home; nothing grows with the county.
"""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session

from app.accounts.queries import areas_of, below, scope_hash
from app.accounts.schemas import Actor
from app.db import SHANGHAI, reading, transaction, utcnow
from app.errors import NotAllowed
from app.evidence import chain_service as chain
from app.feed.service import epoch
from app.settings import service as settings
from app.sync import queries, rules
from app.sync.registry import PULL_TYPES
from app.sync.schemas import ORPHANED, Rendered
from models.divisions import Division
from models.feed import FeedRow, ScopeSnapshot

PAGE, MOST = 500, 1000
_WORD = re.compile(r"[0-9A-Za-z-]{1,64}")
_END = 2**62


@dataclass(frozen=True)
class Place:
    """Where a phone is in the feed. While `former` is not empty it catches up with a changed scope until `position`."""

    epoch: str
    position: int
    scope: str
    former: tuple[str, ...] = ()
    caught_up: int = 0
    fresh_until: int = 0

    def text(self) -> str:
        """As a cursor."""
        return rules.write_cursor(
            [self.epoch, self.position, self.scope, list(self.former), self.caught_up, self.fresh_until]
        )

    @classmethod
    def of(cls, text: str) -> "Place | None":
        """From a cursor; None where it is none of ours."""
        parts = rules.read_cursor(text) if text else None
        match parts:
            case [life, position, scope, [*former], caught, fresh]:
                ours = all(isinstance(one, str) and _WORD.fullmatch(one) for one in (life, scope, *former))
                if ours and all(type(one) is int and 0 <= one < _END for one in (position, caught, fresh)):
                    return cls(life, position, scope, tuple(former), caught, fresh)
        return None


@dataclass(frozen=True)
class Scope:
    """An area as the feed is asked for it: exact division codes, those above them, single homes."""

    codes: frozenset[str]
    above: frozenset[str]
    homes: frozenset[str]
    prefixes: tuple[str, ...]

    def holds(self, division: str, household_id: str) -> bool:
        """Whether a home lies in it."""
        return (bool(self.prefixes) and division.startswith(self.prefixes)) or household_id in self.homes


def pull(actor: Actor, cursor: str, limit: int, now: datetime | None = None) -> dict[str, Any]:
    """One page of changes.

    Raises:
        NotAllowed: `no_field_data`, this role has no data on a phone.
        Unavailable: the database is away.
    """
    if not actor.in_field:
        raise NotAllowed("这个账号没有要下到手机的资料。", code="no_field_data")
    now = now or utcnow()
    today = now.astimezone(SHANGHAI).date()
    with reading() as session:
        queries.one_moment(session)
        areas = areas_of(session, actor, today)
        scope = scope_hash(areas)
        prepared = session.get(ScopeSnapshot, scope) is not None and queries.epoch_known(session)
        covers, believable = settings.covered(session, now)
        if prepared and believable:
            return _page(session, actor, cursor, limit, areas, scope, covers)
    _prepare(areas, scope, believable)
    with reading() as session:
        queries.one_moment(session)
        return _page(session, actor, cursor, limit, areas, scope, covers)


def _prepare(areas: Sequence[dict[str, str]], scope: str, believable: bool) -> None:
    """Keep what the scope's hash stands for; once for each scope there ever is. And forget a backup in the future.

    Two first pulls may come at the same moment, to two servers: there is one scope, and one life of the database.
    """
    with transaction() as session:
        queries.one_at_a_time(session)
        if not believable:
            settings.set_covered(session, None, "the clock stands before the backup")
        epoch(session)
        if session.get(ScopeSnapshot, scope) is None:
            session.add(ScopeSnapshot(hash=scope, areas=json.dumps(areas)))


def _page(
    session: Session, actor: Actor, cursor: str, limit: int, areas: Sequence[dict[str, str]], scope: str,
    covers: str | None,
) -> dict[str, Any]:  # fmt: skip
    life = epoch(session)
    head = queries.feed_head(session)
    before = Place.of(cursor)
    place = _resume(before, life, scope, head)
    mine = _scope(session, areas)
    if place.former:
        rows, after = _catch_up(session, actor, place, mine, limit)
    else:
        rows = _rows(session, _audience(actor, mine), place.position, None, limit)
        after = _after(place, rows, limit, head)
    result = {
        "changes": _render(session, actor, rows, mine, place.fresh_until),
        "cursor": after.text(),
        "more": bool(place.former) or len(rows) == limit,
        "safe_to": covers,
    }
    if before is not None and not _goes_on(before, life, head):
        result["reset"] = True
    return result


def _goes_on(before: Place, life: str, head: int) -> bool:
    """Whether a cursor belongs to this database's life; one from beyond its head knew a life that was lost."""
    return before.epoch == life and before.position <= head


def _resume(before: Place | None, life: str, scope: str, head: int) -> Place:
    if before is None or not _goes_on(before, life, head):
        return Place(life, 0, scope, fresh_until=head)
    if before.scope == scope:
        return before
    # A scope that changes while a phone catches up: everything of all former ones is looked at again.
    return Place(life, before.position, scope, (*before.former, before.scope)[-8:], 0, before.fresh_until)


def _after(place: Place, rows: Sequence[FeedRow], limit: int, head: int) -> Place:
    position = rows[-1].position if len(rows) == limit else max(head, place.position)
    return Place(place.epoch, position, place.scope, (), 0, place.fresh_until if position < place.fresh_until else 0)


def _catch_up(session: Session, actor: Actor, place: Place, mine: Scope, limit: int) -> tuple[list[FeedRow], Place]:
    """Rows of the areas that were added or lost, up to where the phone was."""
    former = [_scope(session, areas) for areas in queries.areas_behind(session, place.former)]
    if len(former) == 1:
        codes = (former[0].codes ^ mine.codes) | (former[0].above ^ mine.above)
        homes = former[0].homes ^ mine.homes
    else:
        codes = mine.codes.union(mine.above, *(one.codes | one.above for one in former))
        homes = mine.homes.union(*(one.homes for one in former))
    condition = [FeedRow.division.in_(part) for part in queries.chunks(sorted(codes))]  # type: ignore[attr-defined]
    condition += [FeedRow.household_id.in_(part) for part in queries.chunks(sorted(homes))]  # type: ignore[attr-defined]
    rows = _rows(session, condition, place.caught_up, place.position, limit) if condition else []
    if len(rows) < limit:
        return rows, Place(place.epoch, place.position, place.scope, (), 0, place.fresh_until)
    caught = rows[-1].position
    return rows, Place(place.epoch, place.position, place.scope, place.former, caught, place.fresh_until)


def _scope(session: Session, areas: Sequence[dict[str, str]]) -> Scope:
    prefixes = tuple(area["division"] for area in areas if "division" in area)
    homes = frozenset(area["household"] for area in areas if "household" in area)
    places = queries.divisions_of_homes(session, homes)
    codes = set(prefixes)
    if prefixes:
        codes |= set(
            session.scalars(select(Division.code).where(or_(*(below(Division.code, one) for one in prefixes))))
        )  # type: ignore[call-overload]
    above = {code[:cut] for code in (*prefixes, *places) for cut in (6, 9, 12) if cut <= len(code)} - codes
    return Scope(frozenset(codes), frozenset(above), homes, prefixes)


def _audience(actor: Actor, mine: Scope) -> list[ColumnElement[bool]]:
    """The conditions of the feed that concern an actor, each answered by an index of its own."""
    found = [FeedRow.division.in_(part) for part in queries.chunks(sorted(mine.codes))]  # type: ignore[attr-defined]
    found += [FeedRow.household_id.in_(part) for part in queries.chunks(sorted(mine.homes))]  # type: ignore[attr-defined]
    found += [
        and_(FeedRow.division.in_(part), FeedRow.type == "division")  # type: ignore[attr-defined, arg-type]
        for part in queries.chunks(sorted(mine.above))
    ]
    found += [and_(FeedRow.user_id == user_id, FeedRow.division == "") for user_id in (actor.id, "")]  # type: ignore[arg-type]
    return found


def _rows(
    session: Session, audience: Sequence[ColumnElement[bool]], after: int, until: int | None, limit: int
) -> list[FeedRow]:
    found: dict[int, FeedRow] = {}
    for condition in audience:
        query = select(FeedRow).where(condition, FeedRow.position > after)  # type: ignore[arg-type]
        if until is not None:
            query = query.where(FeedRow.position <= until)  # type: ignore[arg-type]
        for row in session.scalars(query.order_by(FeedRow.position).limit(limit)):  # type: ignore[arg-type]
            found[row.position] = row
    return [found[position] for position in sorted(found)[:limit]]


def _render(
    session: Session, actor: Actor, rows: Sequence[FeedRow], mine: Scope, fresh_until: int
) -> list[dict[str, Any]]:
    ids: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        ids[row.type].append(row.row_id)
    data = {kind: PULL_TYPES[kind](session, names) for kind, names in ids.items() if kind in PULL_TYPES}
    lies_in = queries.places_of_homes(session, {row.household_id for row in rows if row.household_id})
    changes: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        found = data.get(row.type, {}).get(row.row_id)
        if found is not None and not _may_see(row, found, mine, lies_in):
            found = None
        name = row.row_id.rpartition(":")[2] if row.type == "receipt" else row.row_id
        if found is not None:
            version, body = (found.version, found.data) if isinstance(found, Rendered) else found
            changes[row.type, name] = {"type": row.type, "id": name, "version": version, "data": body}
        elif row.position > fresh_until and row.type in PULL_TYPES:
            changes[row.type, name] = {"type": row.type, "id": name, "gone": True}
    return list(changes.values())


def _may_see(row: FeedRow, found: Any, mine: Scope, lies_in: dict[str, str]) -> bool:
    """Whether a row about a home lies in the scope now; other rows were chosen by their audience already."""
    home = found.household_id if isinstance(found, Rendered) and found.household_id else row.household_id
    if not home:
        return True
    return mine.holds(lies_in.get(home, row.division), home)


def pull_receipts(session: Session, ids: Sequence[str]) -> dict[str, Rendered]:
    """What became of commands after their first answer, by `author:id`."""
    found = {}
    for row in queries.commands_by_reference(session, ids):
        data = {"id": row.id, "status": row.status, "digest": row.digest, "type": row.type,
                "household_id": row.household_id}  # fmt: skip
        if row.seq is not None:
            data["seq"] = row.seq
        if row.errors:
            data["errors"] = row.errors
        if row.questions and row.status != ORPHANED:  # they may name who lives there
            data["questions"] = row.questions
        found[f"{row.author_id}:{row.id}"] = Rendered(row.seq or 0, data)
    for one in queries.refused_by_reference(session, [name for name in ids if name not in found]):
        digest = json.loads(one.raw).get("digest")
        data = {"id": one.command_id, "status": "rejected", "digest": digest, "errors": one.errors}
        found[f"{one.author_id}:{one.command_id}"] = Rendered(0, data)
    for name, place in chain.places(session, "command", [name.replace(":", " ") for name in found]).items():
        found[name.replace(" ", ":")].data.update(place)
    return found


def pull_settings(session: Session, ids: Sequence[str]) -> dict[str, tuple[int, dict[str, Any]]]:
    """The parameters that phones need: the county's hotline, offline too."""
    found = settings.phone_settings(session, utcnow().astimezone(SHANGHAI).date())
    return {key: (1, value) for key, value in found.items() if key in ids}


PULL_TYPES_HERE = {"receipt": pull_receipts, "setting": pull_settings}
