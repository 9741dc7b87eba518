"""Frames of what is not a table's columns: ledgers of homes, the petty fund, what visits say; and lists of findings."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
import polars as pl
from sqlalchemy import String, cast, or_, select
from sqlmodel import Session

from app.db import SHANGHAI
from app.findings.frame_queries import Marks, Reader, within
from app.findings.schemas import SCHEMAS, frame
from app.households.register_service import chunks
from models.benefits import PettyEntry
from models.findings import Finding
from models.households import Household, Person
from models.visits import Visit, VisitPhoto


def items_frame(reader: Reader) -> pl.DataFrame:
    """Frame `items`: what visits found of the six items (两不愁三保障和饮水) in the ledgers of homes."""

    def build(homes: Marks):
        text = cast(Household.ledger, String)
        return select(Household.id, Household.division, text).where(  # type: ignore[call-overload]
            Household.removed_at.is_(None), text.like('%"household.%'), *within(Household.id, homes)  # type: ignore[union-attr]
        )

    rows = []
    found = reader.read("items", build, {"household_id": pl.String, "division": pl.String, "ledger": pl.String})
    for home, division, text in found.iter_rows():
        for name, entry in orjson.loads(text).items():
            if name in ITEMS:
                met = MET.get(entry.get("value"))
                rows.append({"household_id": home, "division": division, "item": ITEMS[name], "met": met})
    return pl.DataFrame(rows, schema=SCHEMAS["items"])


ITEMS = {"household.food": "不愁吃", "household.clothes": "不愁穿", "household.schooling": "义务教育",
         "household.doctor": "基本医疗", "household.housing": "住房安全", "household.water": "饮水安全"}  # fmt: skip
"""Ledger fields of a home that stand for the six items, with the county's words."""
MET = {"ok": "yes", "bad": "no"}
"""What a visit answers to them; 不适用 says neither."""
TOLD = {
    "person.alone": "alone", "person.living": "living", "person.carer": "carer", "child.bars": "bars",
    "child.carer_children": "carer_children", "person.parents_contact": "parents_contact",
    "person.school_state": "school_state", "hardship.wish": "wish", "hardship.cannot": "cannot",
}  # fmt: skip
"""Ledger fields of people that rules read."""
_TOLD_DAYS = {"parents_contact": "contact_on", "cannot": "cannot_on"}


def told_frame(reader: Reader) -> pl.DataFrame:
    """Frame `told`: what visits found last of children and the destitute, up to the day."""

    def build(homes: Marks):
        text = cast(Person.ledger, String)
        return select(Person.id, text).where(  # type: ignore[call-overload]
            Person.removed_at.is_(None), *within(Person.household_id, homes),  # type: ignore[union-attr]
            or_(text.like('%"person.alone"%'), text.like('%"person.carer"%'), text.like('%"hardship.%')),
        )  # fmt: skip

    rows = []
    for person, text in reader.read("told", build, {"person_id": pl.String, "ledger": pl.String}).iter_rows():
        row: dict[str, Any] = {"person_id": person}
        for name, entry in orjson.loads(text).items():
            word = TOLD.get(name)
            on = _china_day(entry.get("at")) if word else None
            if word and on is not None and on <= reader.as_of:
                row[word] = entry.get("value")
                if word in _TOLD_DAYS:
                    row[_TOLD_DAYS[word]] = on
        rows.append(row)
    return frame("told", rows)


def _china_day(moment: str | None) -> date | None:
    return datetime.fromisoformat(moment).astimezone(SHANGHAI).date() if moment else None


def petty_frame(session: Session) -> pl.DataFrame:
    """Frame `petty`."""
    table = PettyEntry
    statement = select(
        table.id, table.division, table.on, table.voucher, table.position, table.kind, table.income_fen,
        table.outlay_fen, table.balance_fen, table.person_id, Person.household_id, table.details,
    ).join(Person, Person.id == table.person_id, isouter=True)  # type: ignore[call-overload]  # fmt: skip
    rows = []
    words = list(SCHEMAS["petty"])
    for row in session.execute(statement):
        details = row[11] or {}
        rows.append(dict(zip(words, row[:11], strict=False)) | {
            "reason": details.get("reason"), "handlers": handlers(details.get("handlers")),
            "several_agreed": details.get("several_agreed"), "papers_done": details.get("papers_done"),
            "lifted_on": _day(details.get("lifted_on")),
        })  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMAS["petty"])


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None


def handlers(said: Any) -> list[str] | None:
    """The people who handled a spending, out of a list or of one cell (`甲、乙`)."""
    if isinstance(said, list):
        return [str(one) for one in said]
    for sign in "，,;；/ 　":
        said = (said or "").replace(sign, "、")
    return [one for one in said.split("、") if one]


def visits_frame(session: Session, as_of: date, days: int = 7) -> pl.DataFrame:
    """Frame `visits` of the last days: what each says, and its pictures."""
    since = datetime.combine(as_of - timedelta(days=days), time(), SHANGHAI)
    until = datetime.combine(as_of + timedelta(days=1), time(), SHANGHAI)
    rows = session.execute(
        select(Visit.id, Visit.household_id, Visit.author_id, Visit.on, Visit.answers)  # type: ignore[call-overload]
        .where(Visit.started_at >= since, Visit.started_at < until, Visit.state == "stored")
        .order_by(Visit.started_at)
    ).all()  # fmt: skip
    pictures: dict[str, list[Any]] = {}
    for ids in chunks(row[0] for row in rows):
        for photo in session.execute(
            select(VisitPhoto.visit_id, VisitPhoto.sha256, VisitPhoto.taken_at).where(VisitPhoto.visit_id.in_(ids))  # type: ignore[attr-defined, call-overload]
        ):
            pictures.setdefault(photo[0], []).append(photo)
    made = [
        {
            "visit_id": row[0], "household_id": row[1], "author_id": row[2], "on": row[3], "words": words_of(row[4]),
            "photos": [photo[1] for photo in pictures.get(row[0], ())],
            "photo_days": [photo[2].astimezone(SHANGHAI).date() for photo in pictures.get(row[0], ()) if photo[2]],
        }
        for row in rows
    ]  # fmt: skip
    return pl.DataFrame(made, schema=SCHEMAS["visits"])


def words_of(answers: Any) -> str:
    """Free words of a visit, long enough that sameness says something."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for one in value.values():
                walk(one)
        elif isinstance(value, str) and len(value) >= 8:
            found.append(value.strip())

    walk(answers)
    return "\n".join(sorted(found))



def open_in_homes(session: Session, ids: Sequence[str]) -> list[Any]:
    """(finding, name of the person it is about) of these findings that are open and about a home."""
    found: list[Any] = []
    for part in chunks(ids):
        query = (
            select(Finding, Person.name)
            .join(Person, Person.id == Finding.person_id, isouter=True)  # type: ignore[arg-type]
            .where(Finding.id.in_(part), Finding.state == "open",  # type: ignore[attr-defined]
                   Finding.household_id.is_not(None))  # type: ignore[union-attr]
        )  # fmt: skip
        found += session.execute(query).all()
    return found
