"""The example's place on every register, where the demo county does not give it one yet; run in the server's home."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session, select

from app.db import SHANGHAI, new_id, transaction, utcnow
from app.demo.registers import example_household
from app.feed.service import Change, publish
from app.households.bulk_service import place_tags
from app.visits import task_service
from models.accounts import User
from models.children import Child
from models.disability import DisabilityCertificate
from models.hardship import Hardship
from models.households import Household, Person, PersonTag
from models.pairing import Measure, Official, PairedHome

TODAY = utcnow().astimezone(SHANGHAI).date()


def _add(session: Session, kind: str, table: Any, person: Person, **values: Any) -> list[Change]:
    if session.exec(select(table).where(table.person_id == person.id)).first():
        return []
    now = utcnow()
    row = table(id=new_id(), person_id=person.id, household_id=person.household_id, division=person.division,
                created_at=now, updated_at=now, **values)  # fmt: skip
    session.add(row)
    return [Change(kind, row.id, person.household_id, person.division)]


def _mark(session: Session, person: Person, *tags: str) -> list[Change]:
    have = set(session.exec(select(PersonTag.tag).where(PersonTag.person_id == person.id)))
    session.add_all(PersonTag(id=new_id(), person_id=person.id, tag=tag, from_on=TODAY) for tag in {*tags} - have)
    session.flush()
    place_tags(session, [person.id])
    return [Change("person", person.id, person.household_id, person.division)]


def _pair(session: Session, home: Household) -> list[Change]:
    if session.exec(select(PairedHome).where(PairedHome.household_id == home.id)).first():
        return []
    now = utcnow()
    user = session.exec(select(User).where(User.username == "paired")).one()
    official = Official(id=new_id(), name=user.name, unit="县民政局", user_id=user.id, created_at=now, updated_at=now)
    session.add(official)
    session.flush()
    where = {"household_id": home.id, "division": home.division, "created_at": now, "updated_at": now}
    paired = PairedHome(id=new_id(), official_id=official.id, from_on=TODAY - timedelta(days=300), **where)
    measure = Measure(id=new_id(), kind="care", text="每周上门打扫", progress="going", **where)
    session.add_all([paired, measure])
    kept = (("pairing", paired.id), ("measure", measure.id))
    return [Change(kind, key, home.id, home.division) for kind, key in kept]


def fill() -> None:
    """Put the grandmother, the grandson, the uncle and their home on the registers where they are missing."""
    with transaction() as session:
        home, grandmother, grandson, uncle = example_household(session, TODAY)
        changes = _add(session, "hardship", Hardship, grandmother, support="home", eats=True, dresses=True,
                       gets_up=True, toilet=True, walks=True, bathes=False, assessed_on=TODAY)  # fmt: skip
        changes += _add(session, "child", Child, grandson, kinds=["child_left_behind"])
        changes += _add(session, "disability", DisabilityCertificate, uncle, category=4, grade=2,
                        valid_to=TODAY + timedelta(days=2000))  # fmt: skip
        changes += _mark(session, grandmother, "tekun", "tekun_home") + _mark(session, uncle, "disabled")
        publish(session, [*changes, *_pair(session, home)])
        task_service.refresh(session, [home.id], TODAY)


if __name__ == "__main__":
    fill()
