"""Makers of what tests need: accounts, homes, people, forms, visits and commands, with plain defaults."""

import hashlib
import itertools
from datetime import date, datetime, timedelta
from typing import Any

import rfc8785
from sqlmodel import Session, select

from app.accounts.rules import Role
from app.accounts.schemas import Actor
from app.db import SHANGHAI, new_id, utcnow
from app.feed.service import Change, publish
from models.accounts import Device, LoginSession, Pairing, User, UserArea
from models.agreements import Agreement
from models.children import Child
from models.divisions import Division
from models.elders import Elder
from models.forms import Form
from models.households import Contact, Household, Person, PersonTag

COUNTY, TOWN, OTHER_TOWN = "349927", "349927101", "349927102"
VILLAGE, NEXT_VILLAGE, FAR_VILLAGE = "349927101201", "349927101202", "349927102201"
_number = itertools.count(1)

FORM: dict[str, Any] = {
    "code": "home",
    "version": 1,
    "title": "入户走访",
    "modes": ["home", "phone", "video", "wechat", "neighbour"],
    "sections": [
        {
            "code": "house",
            "title": "房屋",
            "about": "household",
            "questions": [
                {"code": "water", "label": "喝水", "type": "text", "required": True, "fills": "household.water"},
            ],
        },
        {
            "code": "elder",
            "title": "老人",
            "about": "person",
            "filter": "person.age >= 60",
            "questions": [
                {"code": "health", "label": "身体", "type": "text", "required": True, "fills": "person.health_words"},
            ],
        },
    ],
}


def divisions(session: Session) -> None:
    """A county with two townships and three villages."""
    names = {
        COUNTY: "演示县", TOWN: "高士镇", OTHER_TOWN: "赛口镇",
        VILLAGE: "毛安村", NEXT_VILLAGE: "黄河村", FAR_VILLAGE: "红旗村",
    }  # fmt: skip
    parents = {6: None, 9: 6, 12: 9}
    levels = {6: "county", 9: "township", 12: "village"}
    for code, name in names.items():
        if session.get(Division, code) is None:
            cut = parents[len(code)]
            session.add(Division(code=code, name=name, level=levels[len(code)], parent=code[:cut] if cut else None))
    session.flush()


def user(
    session: Session,
    role: Role | str = Role.VILLAGE,
    areas: tuple[str, ...] = (VILLAGE,),
    *,
    flags: tuple[str, ...] = (),
    name: str = "王芳",
    token: str | None = None,
) -> Actor:
    """An account signed in on a device of its own; with `token`, also its session's cookie."""
    number = next(_number)
    row = User(
        id=new_id(), username=f"user{number}", password_hash="x", name=name, role=str(role), flags=list(flags),
        must_change_password=False, created_at=utcnow(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add_all(UserArea(user_id=row.id, division=code) for code in areas)
    device = Device(user_id=row.id, id=new_id(), name="手机", first_seen_at=utcnow(), seen_at=utcnow())
    session.add(device)
    digest = hashlib.sha256(token.encode()).hexdigest() if token else None
    if digest:
        session.add(
            LoginSession(
                token_hash=digest,
                user_id=row.id,
                device_id=device.id,
                field=True,
                created_at=utcnow(),
                seen_at=utcnow(),
            )
        )
    session.flush()
    return Actor(
        id=row.id, username=row.username, name=name, role=Role(role), divisions=tuple(sorted(areas)), flags=flags,
        device_id=device.id, token_hash=digest,
    )  # fmt: skip


def pair(session: Session, actor: Actor, household: Household, from_on: date, to_on: date | None = None) -> Pairing:
    """Pair an official with a household."""
    row = Pairing(id=new_id(), user_id=actor.id, household_id=household.id, from_on=from_on, to_on=to_on)
    session.add(row)
    session.flush()
    return row


def household(session: Session, division: str = VILLAGE, name: str = "王国庆", **more: Any) -> Household:
    """A household without people."""
    row = Household(
        id=more.pop("id", None) or new_id(), code=more.pop("code", None) or f"H{next(_number):06}", name=name,
        division=division, created_at=utcnow(), updated_at=utcnow(), **more,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def person(
    session: Session, home: Household, name: str = "王国庆", *, tags: tuple[str, ...] = (), **more: Any
) -> Person:
    """A person of a household, born in 1950 unless said otherwise."""
    row = Person(
        id=more.pop("id", None) or new_id(), household_id=home.id, division=home.division, name=name,
        pinyin=more.pop("pinyin", "wangguoqing"), initials=more.pop("initials", "wgq"),
        born_on=more.pop("born_on", date(1950, 1, 1)), created_at=utcnow(), updated_at=utcnow(), **more,
    )  # fmt: skip
    session.add(row)
    session.flush()
    for tag in tags:
        session.add(
            PersonTag(id=new_id(), person_id=row.id, tag=tag, from_on=date(2020, 1, 1),
                      household_id=home.id, division=home.division)
        )  # fmt: skip
    session.flush()
    return row


def form(session: Session, body: dict[str, Any] | None = None) -> Form:
    """A published form: a small `home` unless another is given."""
    body = body or FORM
    row = Form(
        code=body["code"], version=body["version"], title=body["title"], body=body,
        digest=hashlib.sha256(rfc8785.dumps(body)).hexdigest(), published_at=utcnow(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def at(minutes_ago: float = 30, now: datetime | None = None) -> str:
    """A moment before now, as the contract writes it."""
    moment = (now or utcnow()) - timedelta(minutes=minutes_ago)
    return moment.isoformat(timespec="milliseconds")


def day_of(moment: str) -> date:
    """The day in China of a moment of `at`: just after midnight half an hour ago was yesterday."""
    return datetime.fromisoformat(moment).astimezone(SHANGHAI).date()


def visit(household_id: str, **more: Any) -> dict[str, Any]:
    """The payload of a visit half an hour ago."""
    return {
        "household_id": household_id,
        "form": {"code": "home", "version": 1},
        "mode": "home",
        "met": [],
        "started_at": at(30),
        "finished_at": at(20),
        "answers": {"house": {"water": "够"}},
        "unchanged": [],
        "photos": [],
        "issues": [],
    } | more


def digest_of(command: dict[str, Any]) -> str:
    """The digest that belongs to a command."""
    return hashlib.sha256(
        rfc8785.dumps({key: value for key, value in command.items() if key not in {"digest", "signature"}})
    ).hexdigest()


def command(type_: str, payload: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A command with its digest. Fields given as None are left out."""
    made = {"id": new_id(), "type": type_, "captured_at": at(20), "payload": payload} | more
    made = {key: value for key, value in made.items() if value is not None}
    return {"digest": digest_of(made)} | made


def elder(session: Session, person: Person, **more: Any) -> Elder:
    """An elder of the register."""
    return _registered(session, Elder, person, **more)


def child(session: Session, person: Person, **more: Any) -> Child:
    """A child of the register, left behind unless said otherwise."""
    return _registered(session, Child, person, **({"kinds": ["child_left_behind"]} | more))


def agreement(session: Session, person: Person, kind: str = "support", **more: Any) -> Agreement:
    """An agreement for a person."""
    return _registered(session, Agreement, person, kind=kind, **more)


def _registered(session: Session, table: Any, person: Person, **more: Any) -> Any:
    row = table(
        id=more.pop("id", None) or new_id(), person_id=person.id, household_id=person.household_id,
        division=person.division, created_at=utcnow(), updated_at=utcnow(), **more,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def contact(session: Session, person: Person, kind: str = "emergency", name: str = "刘军", **more: Any) -> Contact:
    """Someone to call for a person."""
    row = Contact(
        id=more.pop("id", None) or new_id(), person_id=person.id, kind=kind, name=name,
        phone=more.pop("phone", "15400000009"), updated_at=more.pop("updated_at", utcnow()), **more,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def tell(session: Session, home: Household, **tables: Any) -> None:
    """Tell the phones of a home of every row that these tables have, each by its type in the feed."""
    rows = [(kind, row) for kind, table in tables.items() for row in session.exec(select(table))]
    publish(session, [Change(kind, row.id, home.id, home.division) for kind, row in rows])
