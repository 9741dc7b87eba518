"""Reading what reached the server: commands by id, what waits for what, what was rejected."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, and_, bindparam, or_, select, text, true, tuple_
from sqlmodel import Session

from app.accounts.queries import below
from app.accounts.schemas import Actor
from app.db import is_sqlite
from models.accounts import Device, Pairing, User, UserArea
from models.feed import Counter, Epoch, ScopeSnapshot
from models.households import Household
from models.sync import Command, Quarantine
from models.visits import FieldConflict

CHUNK = 400
T = TypeVar("T")


def chunks(items: Iterable[T]) -> Iterator[list[T]]:
    """Slices small enough for one IN list on either database."""
    whole = list(items)
    return (whole[start : start + CHUNK] for start in range(0, len(whole), CHUNK))


def one_at_a_time(session: Session) -> None:
    """Hold until the commit what keeps the takers of commands apart, on PostgreSQL too.

    Otherwise a visit that waits for a household and the household itself could pass each other unseen. SQLite has
    one writer anyway. The lock belongs to this county's schema (design §11), and no network call happens under it.
    """
    if not is_sqlite(session):
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext('ruhutong.sync'), hashtext(current_schema()))"))


def one_moment(session: Session) -> None:
    """Let every statement of this session see the same moment, as on SQLite.

    A page is put together from several: were the last of them to see a later commit, a change between would be missed.
    """
    if not is_sqlite(session):
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def known_commands(session: Session, names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Row[Any]]:
    """What became of these commands, by (author, id)."""
    session.flush()
    found: dict[tuple[str, str], Row[Any]] = {}
    by_author: dict[str, list[str]] = {}
    for author, name in names:
        by_author.setdefault(author, []).append(name)
    for author, ids in by_author.items():
        for part in chunks(ids):
            rows = session.execute(_KNOWN, {"by": author, "ids": part})
            found.update({(row.author_id, row.id): row for row in rows})
    return found


_COMMAND = Command.__table__.c  # type: ignore[attr-defined]
_KNOWN = select(
    _COMMAND.author_id, _COMMAND.id, _COMMAND.digest, _COMMAND.status, _COMMAND.seq, _COMMAND.errors,
    _COMMAND.questions, _COMMAND.waits_for,
).where(_COMMAND.author_id == bindparam("by"), _COMMAND.id.in_(bindparam("ids", expanding=True)))  # fmt: skip


def waiting_for(session: Session, references: Sequence[str]) -> list[Command]:
    """Held commands that wait for one of these, of whatever author, the earliest first."""
    found: list[Command] = []
    for part in chunks(references):
        found += session.scalars(_WAITING, {"of": part})
    return found


_WAITING = (
    select(Command)
    .where(Command.waits_for.in_(bindparam("of", expanding=True)), Command.status == "held")  # type: ignore[union-attr]
    .order_by(Command.received_at, Command.id)
)


def stored_references(session: Session, references: Sequence[str]) -> set[str]:
    """Which of `author:id` are commands that were taken in, or were rejected and so never come under that id."""
    found: set[str] = set()
    by_author: dict[str, list[str]] = {}
    for one in references:
        author, _, command_id = one.partition(":")
        by_author.setdefault(author, []).append(command_id)
    for author, ids in by_author.items():
        for part in chunks(ids):
            taken = select(Command.id).where(  # type: ignore[call-overload]
                Command.author_id == author,
                Command.id.in_(part),
                Command.status.in_(("stored", "orphaned")),  # type: ignore[attr-defined]
            )
            refused = select(Quarantine.command_id).where(  # type: ignore[call-overload]
                Quarantine.author_id == author,
                Quarantine.command_id.in_(part),  # type: ignore[union-attr]
            )
            found |= {f"{author}:{key}" for key in session.scalars(taken)}
            found |= {f"{author}:{key}" for key in session.scalars(refused)}
    return found


def heads_of(session: Session, devices: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str | None]:
    """Digest of the last command known of each (user, device)."""
    found = {}
    for part in chunks(devices):
        rows = session.execute(_HEADS, {"of": part})
        found.update({(row.user_id, row.id): row.head_digest for row in rows})
    return found


_HEADS = select(Device.user_id, Device.id, Device.head_digest).where(  # type: ignore[call-overload]
    tuple_(Device.user_id, Device.id).in_(bindparam("of", expanding=True))  # type: ignore[arg-type]
)


def versions_by(session: Session, author_id: str, row_id: str, base: int) -> list[Command]:
    """The author's own changes of a row after a version."""
    return list(
        session.scalars(
            select(Command)
            .where(
                Command.author_id == author_id, Command.row_id == row_id, Command.status == "stored",
                Command.row_version > base,  # type: ignore[operator]
            )
            .order_by(Command.row_version)
        )
    )  # type: ignore[arg-type]  # fmt: skip


def fields_of(row: Command) -> set[str]:
    """Which fields a change names."""
    return set(json.loads(row.raw)["payload"])


def authors_in(actor: Actor) -> ColumnElement[bool]:
    """That a user works in the actor's area: by division, or by a home that he is paired with."""
    areas = [below(UserArea.division, code) for code in actor.divisions]
    homes = [below(Household.division, code) for code in actor.divisions]
    if not areas:
        return ~true()
    by_area = select(UserArea.user_id).where(or_(*areas))  # type: ignore[call-overload]
    by_home = (
        select(Pairing.user_id).join(Household, Household.id == Pairing.household_id).where(or_(*homes))  # type: ignore[call-overload]
    )
    return or_(User.id.in_(by_area), User.id.in_(by_home))  # type: ignore[attr-defined]


def to_place(session: Session, actor: Actor, held_before: datetime, limit: int) -> list[tuple[Command, str]]:
    """Orphaned commands of the actor's area, and those held too long of authors who work there, with their names."""
    if not actor.divisions:
        return []
    mine = or_(*(below(Command.division, code) for code in actor.divisions))
    orphaned = and_(Command.status == "orphaned", mine)
    held = and_(Command.status == "held", Command.received_at < held_before, authors_in(actor))
    conflict = and_(Command.status == "conflict", mine)
    query = (
        select(Command, User.name)
        .join(User, User.id == Command.author_id)  # type: ignore[arg-type]
        .where(or_(orphaned, held, conflict))
        .order_by(Command.received_at, Command.id)
        .limit(limit)
    )
    return [(row, name) for row, name in session.execute(query)]


def quarantined(session: Session, actor: Actor, limit: int) -> list[tuple[Quarantine, str]]:
    """Rejected commands of authors who work in the actor's area and have not corrected them."""
    query = (
        select(Quarantine, User.name)
        .join(User, User.id == Quarantine.author_id)  # type: ignore[arg-type]
        .where(Quarantine.corrected_by.is_(None), authors_in(actor))  # type: ignore[union-attr]
        .order_by(Quarantine.received_at.desc())  # type: ignore[attr-defined]
        .limit(limit)
    )
    return [(row, name) for row, name in session.execute(query)]


def epoch_known(session: Session) -> bool:
    """Whether this database's life has an id."""
    return session.scalar(select(Epoch.id).limit(1)) is not None  # type: ignore[call-overload]


def feed_head(session: Session) -> int:
    """The last position of the feed."""
    return session.scalar(select(Counter.value).where(Counter.name == "feed")) or 0  # type: ignore[call-overload]


def areas_behind(session: Session, hashes: Iterable[str]) -> list[list[dict[str, str]]]:
    """The areas that scope hashes stood for."""
    found = session.scalars(select(ScopeSnapshot.areas).where(ScopeSnapshot.hash.in_(list(hashes))))  # type: ignore[call-overload, attr-defined]
    return [json.loads(one) for one in found]


def places_of_homes(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Where homes lie now: id → division."""
    query = select(Household.id, Household.division)  # type: ignore[call-overload]
    return {key: code for part in chunks(ids) for key, code in session.execute(query.where(Household.id.in_(part)))}  # type: ignore[attr-defined]


def divisions_of_homes(session: Session, ids: Iterable[str]) -> set[str]:
    """The villages in which homes lie."""
    return set(places_of_homes(session, ids).values())


def commands_by_reference(session: Session, references: Iterable[str]) -> list[Row[Any]]:
    """What became of commands named `author:id`."""
    found: list[Row[Any]] = []
    for part in chunks(one.partition(":") for one in references):
        pairs = [(author, name) for author, _, name in part]
        found += session.execute(
            select(
                Command.author_id, Command.id, Command.status, Command.digest, Command.type, Command.household_id,
                Command.seq, Command.errors, Command.questions,
            ).where(tuple_(Command.author_id, Command.id).in_(pairs))
        ).all()  # type: ignore[call-overload]  # fmt: skip
    return found


def refused_by_reference(session: Session, references: Iterable[str]) -> list[Quarantine]:
    """Commands named `author:id` that were rejected when it was their turn."""
    found: list[Quarantine] = []
    for part in chunks(one.partition(":") for one in references):
        pairs = [(author, name) for author, _, name in part]
        found += session.scalars(
            select(Quarantine).where(tuple_(Quarantine.author_id, Quarantine.command_id).in_(pairs))
        )  # type: ignore[arg-type]
    return found


def home_names(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Names of homes."""
    query = select(Household.id, Household.name)  # type: ignore[call-overload]
    return {key: name for part in chunks(ids) for key, name in session.execute(query.where(Household.id.in_(part)))}  # type: ignore[attr-defined]


def open_field_conflicts(session: Session, scope: ColumnElement[bool], limit: int) -> list[FieldConflict]:
    """Undecided fields within a scope, the oldest first."""
    query = select(FieldConflict).where(FieldConflict.decided_at.is_(None), scope)  # type: ignore[union-attr]
    return list(session.scalars(query.order_by(FieldConflict.created_at).limit(limit)))  # type: ignore[arg-type]


def field_conflict(session: Session, conflict_id: str, scope: ColumnElement[bool]) -> FieldConflict | None:
    """One conflict within a scope."""
    return session.scalars(select(FieldConflict).where(FieldConflict.id == conflict_id, scope)).first()


def undecided_of_command(session: Session, author_id: str, command_id: str) -> bool:
    """Whether a change has fields that nobody has decided yet."""
    query = select(FieldConflict.id).where(  # type: ignore[call-overload]
        FieldConflict.author_id == author_id, FieldConflict.command_id == command_id, FieldConflict.decided_at.is_(None)
    )
    return session.scalar(query.limit(1)) is not None


def waits_in_area(session: Session, actor: Actor, row: Command) -> bool:
    """Whether a waiting command is this actor's to settle: by its place, or by where its author works."""
    if row.division:
        return bool(actor.divisions) and row.division.startswith(actor.divisions)
    found = session.scalar(select(User.id).where(User.id == row.author_id, authors_in(actor)))  # type: ignore[call-overload]
    return found is not None
