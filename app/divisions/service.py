"""Divisions: taken in from the county's list, named for people, handed to phones."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlmodel import Session

from app.accounts.schemas import Actor
from app.audit.service import entry, record_many
from app.divisions import queries, rules
from app.divisions.schemas import DivisionIn, DivisionView
from app.errors import NotFound
from app.feed.service import Change, publish
from models.divisions import Division


def upsert(session: Session, actor: Actor | None, rows: Iterable[DivisionIn]) -> list[str]:
    """Take in divisions; returns the codes that are new or have a new name."""
    wanted = {row.code: row for row in rows}
    known = {row.code: row for row in queries.by_codes(session, list(wanted))}
    entries, touched = [], []
    for code in sorted(wanted):
        row, old = wanted[code], known.get(code)
        if old is None:
            session.add(Division(code=code, name=row.name, level=row.level, parent=row.parent))
            entries.append(entry(actor, "division.added", "division", code, after={"name": row.name}))
        elif old.name != row.name:
            entries.append(
                entry(actor, "division.changed", "division", code, before={"name": old.name}, after={"name": row.name})
            )
            old.name, old.version = row.name, old.version + 1
        else:
            continue
        touched.append(code)
    session.flush()
    record_many(session, entries)
    affected = {row.code for row in queries.below_any(session, touched)}
    publish(session, [Change("division", code, division=code) for code in sorted(affected)])
    return touched


def take_back(session: Session, actor: Actor | None, before: Mapping[str, str | None]) -> None:
    """Undo an import of divisions: a renamed one gets its name back, a made one goes unless something stands on it.

    Args:
        before: the former name of each, None for one that was made.
    """
    known = {row.code: row for row in queries.by_codes(session, list(before))}
    entries, changes = [], []
    for code in sorted(known, key=len, reverse=True):
        row, name = known[code], before[code]
        if name is not None:
            entries.append(
                entry(actor, "division.changed", "division", code, before={"name": row.name}, after={"name": name})
            )
            row.name, row.version = name, row.version + 1
        elif queries.in_use(session, code):
            continue
        else:
            entries.append(entry(actor, "division.removed", "division", code, before={"name": row.name}))
            session.delete(row)
            session.flush()
        changes.append(Change("division", code, division=code, gone=name is None))
    record_many(session, entries)
    publish(session, changes)


def get(session: Session, code: str) -> Division:
    """A division by its code.

    Raises:
        NotFound: the county has not loaded it.
    """
    found = session.get(Division, code)
    if found is None:
        raise NotFound("区划里没有这个地方。", code="unknown_division")
    return found


def known(session: Session, code: str) -> bool:
    """Whether the county has loaded this division."""
    return session.get(Division, code) is not None


def chain(session: Session, code: str) -> list[str]:
    """Names from the county down: [望江县, 高士镇, 毛安村]; an unknown part is shown by its code."""
    names = queries.names(session, [code])
    return [names.get(part, part) for part in queries.chain_codes(code)]


WHOLE = "全县"
"""What the county is called where rosters brought its villages and not its name."""


def places(session: Session, codes: Iterable[str], known: Mapping[str, str] | None = None) -> dict[str, str]:
    """Where each division is, in the county's own words: `高士镇毛安村`, `高士镇`, the county's name (全县 without).

    Args:
        known: names that were read already, by code.
    """
    wanted, names = set(codes), dict(known or {})
    missing = {part for code in wanted for part in queries.chain_codes(code)} - set(names)
    names |= queries.names(session, missing) if missing else {}
    names = {code: WHOLE for code in wanted if len(code) == 6} | names
    return {
        code: "".join(names.get(part, part) for part in (queries.chain_codes(code)[1:] or queries.chain_codes(code)))
        for code in wanted
    }


def place(session: Session, code: str) -> str:
    """`高士镇毛安村` of one division."""
    return places(session, [code])[code]


def village_names(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """The own names of divisions by code; an unknown one is shown by its code."""
    wanted = set(codes)
    names = queries.names(session, wanted)
    return {code: names.get(code, code) for code in wanted}


def within(session: Session, prefixes: Sequence[str], level: str | None = None) -> list[DivisionView]:
    """The divisions of these areas, for a list to choose from."""
    rows = queries.below_any(session, prefixes, level)
    where = places(session, [row.code for row in rows], {row.code: row.name for row in rows})
    return [DivisionView(row.code, row.name, row.level, where[row.code]) for row in rows]


def townships(session: Session, names: Sequence[str]) -> dict[str, list[str]]:
    """The codes of townships by their name; two counties may have one of the same name."""
    return queries.townships(session, names)


def all_of(session: Session) -> list[DivisionView]:
    """Every division of the county, in the order of their codes."""
    rows = queries.everything(session)
    where = places(session, [row.code for row in rows])
    return [DivisionView(row.code, row.name, row.level, where[row.code]) for row in rows]


def pull(session: Session, codes: Sequence[str]) -> dict[str, tuple[int, dict[str, Any]]]:
    """What phones are told of divisions: code → (version, data)."""
    where = places(session, codes)
    return {row.code: (row.version, _told(row, where[row.code])) for row in queries.by_codes(session, codes)}


def _told(row: Division, place: str) -> dict[str, Any]:
    pinyin, initials = rules.place_sounds(row.name)
    return {"code": row.code, "name": row.name, "level": row.level, "parent": row.parent, "place": place,
            "pinyin": pinyin, "initials": initials}  # fmt: skip


PULL_TYPES = {"division": pull}
