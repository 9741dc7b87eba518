"""Facts that a ledger states, held against what stands: for every table that ledgers fill, in bulk and without ORM.

A room names its tables (`Kind`); a taker turns a row of a ledger into facts (`Fact`); a `Run` gathers the facts of one
file and says of each whether it is new, changes a row, or says what stands already. A blank never empties a field.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from pydantic_core import PydanticUndefined
from sqlalchemy import Table, select
from sqlmodel import Session

from app import crypto
from app.among import among
from app.db import new_id
from app.households.rules import normal_id, normal_phone
from models.base import Sealed, SealedJson, read_json, write_json

CHUNK = 1000


@dataclass(eq=False, slots=True)
class Fact:
    """One row of a table as a ledger states it. A value that is a `Fact` itself stands for that row's id.

    `row`: the row that it turned out to be, when a `Run` has seen it.
    """

    kind: str
    values: Mapping[str, Any]
    row: "Standing | None" = None


@dataclass(frozen=True)
class Kind:
    """A table that ledgers fill.

    Args:
        name: as `import_change.row_type` keeps it.
        model: the table.
        key: what makes two rows the same; `details.plate` looks into a JSON column.
        by: the column by which standing rows are looked up.
        narrow: a second column that keeps the look-up short.
        words: its columns in Chinese, for whoever looks through a preview.
        feed: how phones call its rows; empty where they never see them.
        joined: list columns to which a ledger only adds; JSON objects always are.
        indexes: blind indexes, each with the column of the number and its purpose.
        several: whether the second time a file states the same key is a second row.
        numbered: (column, the columns within which it counts, its first number).
        onward: days that only move on: what a ledger says of an earlier one is told, not taken.
        kept: says why a row that stands is not changed by these values, or None.
        names: blind indexes with the column that names whose they are, filled when the person comes into the register.
        used: (table, column, Chinese words) of rows that are built upon rows of this one.
    """

    name: str
    model: Any
    key: tuple[str, ...]
    by: str
    words: Mapping[str, str]
    narrow: str | None = None
    feed: str = ""
    joined: frozenset[str] = frozenset()
    indexes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    several: bool = False
    numbered: tuple[str, tuple[str, ...], int] | None = None
    onward: frozenset[str] = frozenset()
    kept: Callable[[Mapping[str, Any], Mapping[str, Any]], str | None] | None = None
    names: tuple[tuple[str, str], ...] = ()
    used: tuple[tuple[Any, str, str], ...] = ()

    @cached_property
    def table(self) -> Table:
        """Its columns."""
        return self.model.__table__

    @cached_property
    def blank(self) -> dict[str, Any]:
        """A row that says nothing yet; what has no default is empty."""
        said = {
            name: one.get_default(call_default_factory=True)  # type: ignore[call-arg]
            for name, one in self.model.model_fields.items()
        }
        return {name: None if value is PydanticUndefined else value for name, value in said.items()}

    @property
    def versioned(self) -> bool:
        """Whether its rows count their changes."""
        return "version" in self.table.columns

    def key_of(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """What makes a row the same as another."""
        blank = self.blank
        return tuple([
            (values.get(column) or {}).get(inside) if inside else values.get(column, blank[column])
            for column, inside in self._parts
        ])  # fmt: skip

    @cached_property
    def _parts(self) -> tuple[tuple[str, str], ...]:
        return tuple((name.partition(".")[0], name.partition(".")[2]) for name in self.key)

    @cached_property
    def columns(self) -> frozenset[str]:
        """The names of its columns."""
        return frozenset(self.table.columns.keys())


def fingerprint(number: str | None, purpose: str) -> str | None:
    """The blind index of an ID number or a telephone number."""
    if not number:
        return None
    if purpose == "person.phone":
        plain = normal_phone(number)
    else:
        plain = number if len(number) == 18 and number.isalnum() and number.upper() == number else normal_id(number)
    return crypto.index(plain, purpose) if plain else None


@dataclass(eq=False)
class Standing:
    """A row that stands, or is to be made, with what this run says of it.

    `former` are the values that are to be replaced; `stated` which columns the run has spoken of; `home` and
    `division` where its subject lives.
    """

    kind: Kind
    values: dict[str, Any]
    new: bool = False
    former: dict[str, Any] = field(default_factory=dict)
    stated: set[str] = field(default_factory=set)
    home: str = ""
    division: str = ""

    @property
    def id(self) -> str:
        """Its id."""
        return self.values["id"]


@dataclass
class Seen:
    """What a fact does: `new`, `changed` or `same`; which values it replaces by which, and what is doubtful."""

    state: str
    row: Standing
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    doubts: list[tuple[str, str, str]] = field(default_factory=list)


class Run:
    """The facts of one file, one after another. `load` brings the standing rows that a batch may mean."""

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self.kinds = kinds
        self.rows: dict[str, dict[tuple[Any, ...], list[Standing]]] = defaultdict(lambda: defaultdict(list))
        self.known: dict[str, set[str]] = defaultdict(set)
        self.times: dict[tuple[Any, ...], int] = defaultdict(int)
        self.counts: dict[tuple[Any, ...], int] = {}
        self.touched: list[Standing] = []

    def load(self, session: Session, facts: Iterable[Fact]) -> None:
        """Read what stands of the subjects of these facts."""
        asked: dict[str, set[Any]] = defaultdict(set)
        narrow: dict[str, set[Any]] = defaultdict(set)
        for fact in facts:
            kind = self.kinds[fact.kind]
            said = self._indexed(kind, fact.values)
            if said.get(kind.by) is not None and not isinstance(said[kind.by], Fact):
                asked[kind.name].add(said[kind.by])
            if kind.narrow:
                narrow[kind.name].add(said.get(kind.narrow))
        for name, subjects in asked.items():
            self._load(session, self.kinds[name], sorted(subjects), narrow[name])

    def _load(self, session: Session, kind: Kind, subjects: Sequence[Any], narrow: set[Any]) -> None:
        table = kind.table
        for start in range(0, len(subjects), CHUNK):
            query = select(table).where(among(table.c[kind.by], subjects[start : start + CHUNK]))
            if kind.narrow and 0 < len(narrow) <= CHUNK:
                query = query.where(table.c[kind.narrow].in_(sorted(narrow)))
            for row in session.execute(query.order_by(table.c.id)).mappings():
                values = dict(row)
                if values["id"] not in self.known[kind.name]:
                    self.known[kind.name].add(values["id"])
                    self._keep(Standing(kind, values))

    def _keep(self, row: Standing) -> None:
        kind = row.kind
        self.rows[kind.name][kind.key_of(row.values)].append(row)
        if kind.numbered:
            column, within, first = kind.numbered
            place = (kind.name, *(row.values[name] for name in within))
            self.counts[place] = max(self.counts.get(place, first - 1), row.values[column] or first)

    def _indexed(self, kind: Kind, values: Mapping[str, Any]) -> Mapping[str, Any]:
        if not kind.indexes:
            return values
        said = dict(values)
        for column, (source, purpose) in kind.indexes.items():
            if said.get(column) is None and said.get(source):
                said[column] = fingerprint(said[source], purpose)
        return said

    def see(self, fact: Fact, meant: Sequence[Standing] | None = None) -> Seen:
        """Take one fact in.

        Args:
            meant: the rows it is about, where more than the key says which; none of them makes a new row.
        """
        kind = self.kinds[fact.kind]
        columns = kind.columns
        said = {
            name: value.row.id if type(value) is Fact else value
            for name, value in self._indexed(kind, fact.values).items()
            if value is not None and name in columns
        }
        key = kind.key_of(said)
        found = self.rows[kind.name][key] if meant is None else meant
        time = 0
        if kind.several:
            time = self.times[kind.name, key]
            self.times[kind.name, key] += 1
        seen = self._state(found[time], said) if time < len(found) else self._make(kind, key, said)
        seen.row.home = fact.values.get("household_id") or ""
        seen.row.division = fact.values.get("division") or ""
        fact.row = seen.row
        return seen

    def _make(self, kind: Kind, key: tuple[Any, ...], said: dict[str, Any]) -> Seen:
        values = kind.blank | {"id": new_id()} | said
        if kind.numbered:
            column, within, first = kind.numbered
            place = (kind.name, *(values[name] for name in within))
            self.counts[place] = values[column] = self.counts.get(place, first - 1) + 1
        row = Standing(kind, values, new=True, stated=set(said))
        self.rows[kind.name][key].append(row)
        self.touched.append(row)
        return Seen("new", row)

    def _state(self, row: Standing, said: dict[str, Any]) -> Seen:
        """Whatever is not blank and differs replaces what stands; of two rows of one file the first is kept."""
        seen = Seen("same", row)
        reason = row.kind.kept(row.values, said) if row.kind.kept else None
        for name, value in said.items():
            stands = row.values.get(name)
            value = _joined(stands, value, name in row.kind.joined)
            if value == stands:
                continue
            earlier = name in row.kind.onward and stands is not None and value < stands
            if name in row.stated and not isinstance(stands, (list, dict)):
                seen.doubts.append(("told_otherwise", name, tell(stands)))
            elif reason or earlier:
                seen.doubts.append((reason or "visit_later", name, tell(stands)))
            else:
                seen.before[name], seen.after[name] = stands, value
        if row.values.get("removed_at") is not None and not reason:
            seen.before["removed_at"], seen.after["removed_at"] = row.values["removed_at"], None
        row.stated |= set(said)
        if seen.after:
            self._change(row, seen)
        return seen

    def _change(self, row: Standing, seen: Seen) -> None:
        seen.state = "changed"
        if not row.new and not row.former:
            self.touched.append(row)
        if not row.new:
            row.former = seen.before | row.former
        row.values |= seen.after


def _joined(stands: Any, value: Any, adds: bool) -> Any:
    """JSON objects are added to what stands; lists only where a ledger never says the whole."""
    if isinstance(value, dict) and isinstance(stands, dict):
        return stands | {name: one for name, one in value.items() if one is not None}
    if adds and isinstance(value, list) and isinstance(stands, list):
        return stands + [one for one in value if one not in stands]
    return value


def tell(value: Any) -> str:
    """A value as a doubt may show it."""
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def pack(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """Former values as undo needs them, in JSON: sealed ones stay sealed, in hex."""
    said: dict[str, Any] = {}
    for name, value in values.items():
        shape = kind.table.c[name].type
        if isinstance(shape, Sealed) and value is not None:
            text = write_json(value) if isinstance(shape, SealedJson) else value
            value = {"sealed": crypto.ready().seal(text, shape.purpose).hex()}
        elif isinstance(value, datetime):
            value = {"moment": value.isoformat()}
        elif isinstance(value, date):
            value = {"day": value.isoformat()}
        said[name] = value
    return said


def unpack(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """The Python values of what `pack` made."""
    said: dict[str, Any] = {}
    for name, value in values.items():
        shape = kind.table.c[name].type
        if isinstance(value, dict) and "sealed" in value and isinstance(shape, Sealed):
            text = crypto.ready().open(bytes.fromhex(value["sealed"]), shape.purpose)
            value = read_json(text) if isinstance(shape, SealedJson) else text
        elif isinstance(value, dict) and "moment" in value:
            value = datetime.fromisoformat(value["moment"])
        elif isinstance(value, dict) and "day" in value:
            value = date.fromisoformat(value["day"])
        said[name] = value
    return said
