"""A county in which everything happened that may happen to a visit, and ways to tamper with it past the program."""

import hashlib
from collections.abc import Callable
from typing import Any

from sqlalchemy import select, text

from app import crypto_rotation
from app.agreements import rules_signing, signing_service
from app.agreements.schemas import Sign
from app.db import engine, is_sqlite, new_id, reading, transaction, utcnow
from app.households import service as households
from app.photos import upload_service
from app.reviews import service as reviews
from app.reviews.evidence import Gathered
from app.reviews.rules import Asked
from app.reviews.schemas import Decision
from app.sync import service as sync
from app.sync import unplaced_service
from models.reviews import Review
from tests import makers
from tests.agreements.drawing import address, png
from tests.photos.pictures import jpeg
from tests.sync.pushing import push

TRIGGERS = ("evidence_entry", "evidence_signature", "audit_entry")


def live() -> None:
    """Live through all of it."""
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        me, other = makers.user(session), makers.user(session, name="李强")
        clerk = makers.user(session, "town_clerk", (makers.TOWN,))
        boss = makers.user(session, "supervisor", (makers.TOWN,))
        home, away = makers.household(session), makers.household(session, makers.NEXT_VILLAGE)
        elder = makers.person(session, home)
    pictures = [jpeg(number) for number in range(2)]
    names = [upload_name(one) for one in pictures]
    photos = [{"sha256": one, "taken_at": makers.at(25)} for one in names]
    first, out = new_id(), new_id()
    push(
        me,
        makers.command(
            "visit", makers.visit(home.id, met=[elder.id], photos=photos, answers={"house": {"water": "够"}},
                                  location={"lat": 30, "lon": -0.0, "accuracy_m": 5}, next_on="2090-05-01",
                                  issues=[{"text": "屋顶漏雨"}]), id=first),
        makers.command("visit", makers.visit(away.id), id=out),
        makers.command("visit", makers.visit(new_id())),
        makers.command("visit", {"household_id": home.id}),
        makers.command("visit", makers.visit(home.id, form={"code": "home", "version": 2})),
        makers.command("person.change", {"person_id": elder.id, "phone": "13800000001"}, base_version=1),
    )  # fmt: skip
    push(other, makers.command("person.change", {"person_id": elder.id, "phone": "13800000003"}, base_version=1))
    push(other, makers.command("visit", makers.visit(home.id, mode="phone")))
    push(me, makers.command("visit", {"household_id": home.id}), {"id": None})
    push(me, makers.command("visit.correct", makers.visit(home.id, photos=photos, mode="phone"), corrects=first))
    for name, data in zip(names, pictures, strict=True):
        upload_service.put(me, name, data)
        upload_service.put(other, name, data)
    with reading() as session:
        waiting = sorted(session.scalars(select(Review.id)))
    for act in ("return", "accept"):
        _decide(boss, waiting[0], act)
    with transaction() as session:
        reviews.withdraw(session, boss, waiting[0], utcnow())
    push(me, makers.command("photo.answer", {"review_id": waiting[0], "text": "重拍不了"}))
    asked = Asked(first, "exif_time", "照片像是另一天拍的？", names[0], facts={"hours": 30.5})
    with transaction() as session:
        reviews.put_questions(session, Gathered(names[0], tuple(waiting), (asked,)), utcnow())
    with transaction() as session:
        unplaced_service.place(session, clerk, me.id, out)
    with transaction() as session:
        makers.form(session, makers.FORM | {"version": 2})
        sync.arrived(session, ["form:home@2"])
    with reading() as session:
        fields = [one.key for one in unplaced_service.unplaced(session, clerk) if one.state == "field"]
    for key in fields:
        with transaction() as session:
            unplaced_service.decide_conflict(session, clerk, key.partition(":")[2], "0")
    with transaction() as session:
        row = households.get_household(session, clerk, home.id)
        households.move_household(session, clerk, home.id, makers.NEXT_VILLAGE, row.version)
    with transaction() as session:
        row = makers.agreement(session, elder, parties=[{"role": "elder", "name": elder.name}])
        said = Sign(party=0, by="self", picture=address(png()))
        drawn = rules_signing.drawing(said.picture)
        signing_service.sign(session, clerk, row.id, said, drawn, row.version, utcnow().date())
    crypto_rotation.rotate()


def _decide(boss: Any, review_id: str, act: str) -> None:
    with transaction() as session:
        version = session.get(Review, review_id).version
        wish = Decision(review_id=review_id, act=act, version=version, reason="unclear" if act == "return" else None)
        reviews.decide(session, boss, wish, utcnow())


def upload_name(data: bytes) -> str:
    """The name of a picture."""
    return hashlib.sha256(data).hexdigest()


def tamper(act: Callable[[Any], None]) -> None:
    """Let somebody with the database's own tools at it: no triggers, no foreign keys."""
    with engine().connect() as connection:
        if is_sqlite(engine()):
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            for (name,) in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.execute(text("SET session_replication_role = replica"))
        act(connection)
        if is_sqlite(engine()):
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            connection.exec_driver_sql("BEGIN")
        connection.commit()
