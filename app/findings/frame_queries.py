"""The registers as frames: read column by column, without an object for each row; from SQLite and PostgreSQL alike.

One class reads: of the whole county, or of a few homes. A statement is compiled once for each number of homes.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    CursorResult,
    Date,
    Select,
    String,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlmodel import Session

from app import crypto
from app.db import is_sqlite
from app.findings.rules import ACCUSATION
from app.findings.rules_common import periods_of, planned_in, with_active, with_age, with_failed, with_validity
from app.findings.schemas import SCHEMAS, empty
from models.agreements import Agreement, Inspection
from models.base import read_json
from models.benefits import Enrolment, Payment
from models.casework import Petition, PublicNotice
from models.children import Child
from models.disability import DisabilityCertificate
from models.elders import Elder
from models.hardship import Hardship
from models.households import Contact, Household, Person, PersonTag
from models.lists import Custody, Death, Listed
from models.pairing import Measure, PairedHome, Plan
from models.visits import Issue

BATCH = 20_000
SMALL = 2_000
"""So few rows are turned in Python, which is quicker than a column engine's start."""
PAYMENT_MONTHS = 24
"""So far back payments are compared."""
PAID = ("dibao", "old_allowance", "disability_living", "disability_care", "care_fee")
"""Programmes of which payments are asked after by month or quarter."""
Marks = list[Any] | None
Build = Callable[[Marks], Select[Any] | CompoundSelect[Any]]
Then = Callable[[pl.DataFrame], pl.DataFrame]
_COMPILED: dict[tuple[str, str, int], Any] = {}


def within(column: Any, homes: Marks) -> list[ColumnElement[bool]]:
    """The condition that a column names one of the homes; none for the whole county."""
    return [] if homes is None else [column.in_(homes)]


def of_homes(column: Any, homes: Marks) -> list[ColumnElement[bool]]:
    """The same for a column that names a person."""
    return [] if homes is None else [column.in_(select(Person.id).where(Person.household_id.in_(homes)))]  # type: ignore[attr-defined, call-overload]


class Reader:
    """Reads frames in one session, as of one day."""

    def __init__(self, session: Session, as_of: date, homes: Sequence[str] | None) -> None:
        """Read the whole county, or these homes."""
        self.session, self.as_of = session, as_of
        self.connection = session.connection()
        self.sqlite = is_sqlite(session)
        first = as_of - timedelta(days=31 * PAYMENT_MONTHS)
        self.values: dict[str, Any] = {
            "as_of": as_of, "since": f"{first:%Y-%m}", "until": f"{as_of:%Y-%m}",
            "quarter": f"{as_of.year}Q{(as_of.month + 2) // 3}", "year": as_of.year,
        }  # fmt: skip
        self.size = 0
        if homes is not None:
            self.size = 1 << max(0, len(homes) - 1).bit_length()
            padded = [*homes, *[homes[-1] if homes else ""] * (self.size - len(homes))]
            self.values |= {f"home_{at}": one for at, one in enumerate(padded)}

    def _compiled(self, name: str, build: Build) -> Any:
        key = (self.connection.dialect.name, name, self.size)
        if key not in _COMPILED:
            marks = [bindparam(f"home_{at}", type_=String()) for at in range(self.size)] or None
            _COMPILED[key] = build(marks).compile(
                dialect=self.connection.dialect, compile_kwargs={"render_postcompile": True}
            )
        return _COMPILED[key]

    def read(self, name: str, build: Build, columns: dict[str, Any]) -> pl.DataFrame:
        """The rows of a statement: `columns` names each selected column in order, with its kind.

        Rows go from the driver into columns in batches; days and flags come from SQLite as text and numbers.
        """
        found = self._ask(name, build)
        try:
            first = found.cursor.fetchmany(SMALL)
            if len(first) < SMALL:
                return self._small(first, columns)
            return self._large(first, found.cursor, columns)
        finally:
            found.close()

    def words(self, name: str, build: Build) -> set[str]:
        """What a statement finds, of a single column."""
        return {row[0] for row in self._ask(name, build)}

    def _ask(self, name: str, build: Build) -> CursorResult[Any]:
        compiled = self._compiled(name, build)
        converters = compiled._bind_processors
        values = {word: self.values.get(word, value) for word, value in compiled.params.items()}
        bound = {
            word: converters[word](value) if word in converters else value for word, value in values.items()
        }
        given = tuple(bound[word] for word in compiled.positiontup) if compiled.positional else bound
        return self.connection.exec_driver_sql(compiled.string, given)

    def _small(self, rows: list[Any], columns: dict[str, Any]) -> pl.DataFrame:
        if not rows:
            return empty(tuple(columns.items()))
        turn = {pl.Date: _day, pl.Boolean: _flag} if self.sqlite else {}
        turned = [(at, turn[kind]) for at, kind in enumerate(columns.values()) if kind in turn]
        made = [list(row) for row in rows]
        for row in made:
            for at, convert in turned:
                row[at] = convert(row[at])
        return pl.DataFrame(made, schema=columns, orient="row")

    def _large(self, first: list[Any], cursor: Any, columns: dict[str, Any]) -> pl.DataFrame:
        wide = {pl.Date: pl.String, pl.Boolean: pl.Int64} if self.sqlite else {}
        raw = {name: wide.get(kind, kind) for name, kind in columns.items()}
        parts, rows = [], first
        while rows:
            parts.append(pl.DataFrame(rows, schema=raw, orient="row"))
            rows = cursor.fetchmany(BATCH)
        turned = [pl.col(name).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
                  for name, kind in columns.items() if kind == pl.Date and self.sqlite]  # fmt: skip
        turned += [pl.col(name).cast(pl.Boolean)
                   for name, kind in columns.items() if kind == pl.Boolean and self.sqlite]  # fmt: skip
        return pl.concat(parts).with_columns(*turned)

    def table(
        self, frame: str, table: Any, leave: Sequence[str] = (), where: Any = None, then: Then | None = None,
        **renamed: Any,
    ) -> pl.DataFrame:  # fmt: skip
        """A frame that is a table's columns; those in `leave` are worked out by `then`, where there are rows.

        Args:
            renamed: columns of another name, or of another kind: (column, kind).
            where: further conditions, made of the homes' marks.
        """
        columns = {word: kind for word, kind in SCHEMAS[frame].items() if word not in leave}
        columns |= {word: one[1] for word, one in renamed.items() if isinstance(one, tuple)}

        def build(homes: Marks) -> Select[Any]:
            picked = []
            for word in columns:
                one = renamed.get(word, getattr(table, word, None))
                picked.append((one[0] if isinstance(one, tuple) else one).label(word))
            statement = select(*picked)
            if hasattr(table, "removed_at"):
                statement = statement.where(table.removed_at.is_(None))
            if where is not None:
                return statement.where(*where(homes))
            return statement.where(*within(table.household_id, homes)) if hasattr(table, "household_id") else statement

        made = self.read(frame, build, columns)
        if then is None:
            return made
        return empty(tuple(SCHEMAS[frame].items())) if made.is_empty() else then(made)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def _flag(number: int | None) -> bool | None:
    return None if number is None else bool(number)


def opened(column: pl.Series, purpose: str) -> pl.Series:
    """Sealed values of a column in plain."""
    open_one = crypto.ready().open
    return pl.Series(
        column.name, [None if one is None else open_one(bytes(one), purpose) for one in column], dtype=pl.String
    )


def homes_frame(reader: Reader) -> pl.DataFrame:
    """Frame `homes`."""
    return reader.table(
        "homes", Household, where=lambda homes: within(Household.id, homes), household_id=Household.id
    )


def people_frame(reader: Reader) -> pl.DataFrame:
    """Frame `people`."""

    def then(made: pl.DataFrame) -> pl.DataFrame:
        made = made.with_columns(opened(made["phone"], "person.phone"), _sex_written(made["sex_written"]))
        return with_age(made.join(_died(reader), on="person_id", how="left"), reader.as_of)

    return reader.table(
        "people", Person, ("dead_on", "age"), then=then, person_id=Person.id, phone=(Person.phone, pl.Binary),
        sex_written=(Person.extra, pl.Binary),
    )  # fmt: skip


def _sex_written(column: pl.Series) -> pl.Series:
    """Of what a ledger says beside the columns, a sex that contradicts the number."""
    key = '"sex_written"'
    found = [read_json(text).get("sex_written") if text and key in text else None
             for text in opened(column, "person.extra")]  # fmt: skip
    return pl.Series(column.name, found, dtype=pl.String)


def _died(reader: Reader) -> pl.DataFrame:
    """The earliest death told of each person, by the register or by any list, up to the day."""
    columns = {"person_id": pl.String, "dead_on": pl.Date}
    until = bindparam("as_of", type_=Date())

    def own(homes: Marks) -> Select[Any]:
        return select(Person.id, Person.died_on).where(Person.died_on <= until, *within(Person.household_id, homes))  # type: ignore[call-overload, operator]

    def told(homes: Marks) -> Select[Any]:
        return select(Death.person_id, Death.died_on).where(  # type: ignore[call-overload]
            Death.person_id.is_not(None), Death.died_on <= until, *of_homes(Death.person_id, homes)  # type: ignore[union-attr]
        )

    found = pl.concat([reader.read("died", own, columns), reader.read("told dead", told, columns)])
    return found if found.is_empty() else found.group_by("person_id").agg(pl.col("dead_on").min())


def enrolments_frame(reader: Reader) -> pl.DataFrame:
    """Frame `enrolments`; `active` is in force in the month of the day."""

    def then(made: pl.DataFrame) -> pl.DataFrame:
        return with_active(made.with_columns(opened(made["account"], "enrolment.account")), reader.as_of)

    return reader.table("enrolments", Enrolment, ("active",), then=then, account=(Enrolment.account, pl.Binary))


def payments_frame(reader: Reader) -> pl.DataFrame:
    """Frame `payments` of the last two years up to the day."""

    def where(homes: Marks) -> list[Any]:
        month = Payment.period.like("____-__") & Payment.period.between(bindparam("since"), bindparam("until"))  # type: ignore[attr-defined]
        quarter = Payment.period.like("____Q_") & (Payment.period <= bindparam("quarter"))  # type: ignore[attr-defined]
        return [or_(month, quarter), *of_homes(Payment.person_id, homes)]

    return reader.table("payments", Payment, where=where)


def periods_frame(reader: Reader, payments: pl.DataFrame) -> pl.DataFrame:
    """Frame `periods`; of a few homes it is asked of the database, by the ends of an index."""
    if not reader.size:
        return periods_of(payments)

    def build(_homes: Marks) -> Any:
        parts = []
        for programme in PAID:
            until = bindparam("quarter") if programme == "care_fee" else bindparam("until")
            since = [] if programme == "care_fee" else [Payment.period >= bindparam("since")]
            known = select(Payment.period).where(Payment.programme == programme, Payment.period <= until, *since)  # type: ignore[call-overload]
            first = known.order_by(Payment.period).limit(1).scalar_subquery()  # type: ignore[arg-type]
            newest = known.where(Payment.ok).order_by(Payment.period.desc()).limit(1).scalar_subquery()  # type: ignore[attr-defined]
            parts.append(select(literal(programme), first, newest))
        return union_all(*parts)

    return reader.read("periods", build, SCHEMAS["periods"]).filter(pl.col("first").is_not_null())


def certificates_frame(reader: Reader) -> pl.DataFrame:
    """Frame `certificates`, with what the number itself says."""
    table = DisabilityCertificate
    words = list(SCHEMAS["certificates"])[: list(SCHEMAS["certificates"]).index("injury_care") + 1]
    columns = {word: SCHEMAS["certificates"][word] for word in words} | {"number": pl.Binary, "own": pl.Binary}

    def build(homes: Marks) -> Select[Any]:
        return (
            select(table.person_id, table.household_id, table.division, Person.id_index, table.category, table.grade,
                   table.valid_to, table.open_ended, table.care_needed, table.injury_care, table.number,
                   Person.id_number)
            .join(Person, Person.id == table.person_id)
            .where(table.removed_at.is_(None), *within(table.household_id, homes))  # type: ignore[union-attr, call-overload]
        )  # fmt: skip

    made = reader.read("certificates", build, columns)
    if made.is_empty():
        return empty(tuple(SCHEMAS["certificates"].items()))
    numbers, own = opened(made["number"], "disability.number"), opened(made["own"], "person.id_number")
    said = [number_says(number, mine) for number, mine in zip(numbers, own, strict=True)]
    of_number = ("number_fits", "head_fits", "category_in_number", "grade_in_number")
    parts = pl.DataFrame(said, schema={word: SCHEMAS["certificates"][word] for word in of_number}, orient="row")
    return with_validity(made.drop("number", "own").hstack(parts), reader.as_of)


def number_says(number: str | None, own: str | None) -> tuple[bool | None, bool | None, int | None, int | None]:
    """Of a certificate's number: is its form right, are the first eighteen the ID number, 类别, 等级.

    Nothing where there is no number; a reissue may end in B and a digit.
    """
    if not number:
        return None, None, None, None
    core = number[:20].upper()
    rest = number[20:].upper()
    fits = len(core) == 20 and core[18:].isdigit() and (not rest or (rest[0] == "B" and rest[1:].isdigit()))
    if not fits:
        return False, None, None, None
    return True, own is None or core[:18] == own.upper(), int(core[18]), int(core[19])


def destitute_frame(reader: Reader, enrolments: pl.DataFrame) -> pl.DataFrame:
    """Frame `destitute`; `failed` only where all six are known, `active` by the enrolment where there is one."""

    def then(made: pl.DataFrame) -> pl.DataFrame:
        tekun = enrolments.filter(pl.col("programme") == "tekun")
        ever = tekun.group_by("person_id").agg(active=pl.col("active").any())
        known = with_failed(made).join(ever, on="person_id", how="left")
        return known.with_columns(pl.col("active").fill_null(True))

    return reader.table("destitute", Hardship, ("failed", "active"), then=then)


def children_frame(reader: Reader) -> pl.DataFrame:
    """Frame `children`."""
    return reader.table(
        "children", Child, then=_listed("kinds"), kinds=(cast(Child.kinds, String), pl.String),
        living=Child.living_written, school=Child.school_written,
    )  # fmt: skip


def _listed(name: str) -> Then:
    """A column of JSON lists of words."""

    def then(made: pl.DataFrame) -> pl.DataFrame:
        words = [read_json(one) if one else [] for one in made[name]]
        return made.with_columns(pl.Series(name, words, dtype=pl.List(pl.String)))

    return then


def agreements_frame(reader: Reader) -> pl.DataFrame:
    """Frame `agreements` that nobody ended, with the carer's birthday out of the number."""
    def standing(homes: Marks) -> list[Any]:
        return [Agreement.ended_on.is_(None), Agreement.removed_at.is_(None), *within(Agreement.household_id, homes)]  # type: ignore[union-attr]

    def then(made: pl.DataFrame) -> pl.DataFrame:
        numbers = opened(made["carer_born_on"], "agreement.carer_number")
        return made.with_columns(carer_born_on=numbers.str.slice(6, 8).str.to_date("%Y%m%d", strict=False))

    return reader.table(
        "agreements", Agreement, where=standing, then=then,
        agreement_id=Agreement.id, carer_born_on=(Agreement.carer_number, pl.Binary),
    )  # fmt: skip


def plans_frame(reader: Reader) -> pl.DataFrame:
    """Frame `plans`."""
    return reader.table("plans", Plan, then=_listed("causes"), causes=(cast(Plan.causes, String), pl.String))


def planned_frame(reader: Reader, plans: pl.DataFrame) -> pl.DataFrame:
    """Frame `planned`; of a few homes, whether anybody of their townships has a plan."""
    if not reader.size:
        return planned_in(plans, reader.as_of.year)

    def build(homes: Marks) -> Select[Any]:
        area = func.substr(Household.division, 1, 9)
        kept = select(Plan.id).where(Plan.year == bindparam("year"), func.substr(Plan.division, 1, 9) == area)  # type: ignore[call-overload]
        return select(area).where(Household.id.in_(homes or []), kept.exists()).distinct()  # type: ignore[attr-defined]

    return reader.read("planned", build, SCHEMAS["planned"])


def _numbers_of(homes: Marks, column: Any) -> list[Any]:
    """Numbers that the rules of these homes ask other offices' lists about: people, parents, carers."""
    if homes is None:
        return []
    asked = (
        select(Person.id_index).where(Person.household_id.in_(homes)),  # type: ignore[attr-defined, call-overload]
        select(Child.father_index).where(Child.household_id.in_(homes)),  # type: ignore[attr-defined, call-overload]
        select(Child.mother_index).where(Child.household_id.in_(homes)),  # type: ignore[attr-defined, call-overload]
        select(Agreement.carer_index).where(Agreement.household_id.in_(homes)),  # type: ignore[attr-defined, call-overload]
    )
    return [or_(*(column.in_(one) for one in asked))]


def petitions_frame(reader: Reader) -> pl.DataFrame:
    """Frame `petitions`; accused are all that an accusation is kept from, and it is told to the county alone."""
    county = pl.when(pl.col("category") == ACCUSATION).then(pl.col("division").str.slice(0, 6))

    def then(made: pl.DataFrame) -> pl.DataFrame:
        return _listed("accused")(made).with_columns(division=county.otherwise(pl.col("division")))

    return reader.table(
        "petitions", Petition, then=then,
        petition_id=Petition.id, accused=(cast(Petition.kept_from, String), pl.String),
    )  # fmt: skip


def plain_frames(reader: Reader) -> dict[str, pl.DataFrame]:
    """Frames that are a table's columns and no more."""
    as_of = bindparam("as_of", type_=Date())
    return {
        "tags": reader.table("tags", PersonTag, where=lambda homes: [
            or_(PersonTag.to_on.is_(None), PersonTag.to_on >= as_of), *of_homes(PersonTag.person_id, homes)]),  # type: ignore[union-attr, operator]
        "deaths": reader.table("deaths", Death, where=lambda homes: [
            Death.died_on <= as_of, *_numbers_of(homes, Death.id_index)]),
        "custody": reader.table("custody", Custody, where=lambda homes: _numbers_of(homes, Custody.id_index)),
        "elders": reader.table("elders", Elder, self_care=Elder.self_care_written),
        "contacts": reader.table("contacts", Contact, where=lambda homes: of_homes(Contact.person_id, homes)),
        "inspections": reader.table("inspections", Inspection, where=lambda homes: [] if homes is None else [
            Inspection.agreement_id.in_(select(Agreement.id).where(Agreement.household_id.in_(homes)))]),  # type: ignore[attr-defined, call-overload]
        "pairs": reader.table("pairs", PairedHome),
        "listed": reader.table("listed", Listed, where=lambda homes: [
            Listed.person_id.is_not(None), *of_homes(Listed.person_id, homes)]),  # type: ignore[union-attr]
        "measures": reader.table("measures", Measure),
        "issues": reader.table("issues", Issue, ("opened_on",)),
        "petitions": petitions_frame(reader),
        "notices": reader.table("notices", PublicNotice, notice_id=PublicNotice.id, where=lambda homes: [
            PublicNotice.down_on.is_(None), *within(PublicNotice.household_id, homes)]),  # type: ignore[union-attr, arg-type]
    }  # fmt: skip
