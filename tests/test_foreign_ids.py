"""A running server asked by everybody for what lies in another township: nothing of it comes out, nothing is changed.

Every endpoint there is, with a valid session of each role, with the id of each kind of thing in each of its places.
"""

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select

from app.accounts.rules import Role
from app.db import new_id, reading, transaction, utcnow
from app.feed.service import Change, publish
from models.accounts import User
from models.households import Contact, Household, Person
from models.imports import ImportBatch
from models.reviews import Review
from models.visits import Issue, Visit
from tests import makers
from tests.api_server import ApiServer
from tests.imports import files
from tests.imports.conftest import preview
from tests.makers import COUNTY, FAR_VILLAGE, OTHER_TOWN, TOWN, VILLAGE
from tests.photos.pictures import encoded, scene
from tests.reviews import stage
from tests.sync.pushing import push, statuses
from tests.test_permissions import ALL

SECRETS = ("外乡户甲", "外乡人乙", "外乡照看丙", "外乡路七号", "外乡难处", "FX-0001", "15400009991", "15400009992",
           "外乡.xlsx")  # fmt: skip
AREAS = {Role.VILLAGE: (VILLAGE,), Role.PAIRED: (), Role.ADMIN: (), Role.AUDITOR: ()}


@dataclass
class Foreign:
    """What there is in the other township, by kind."""

    picture: bytes
    sha256: str
    ids: dict[str, str] = field(default_factory=dict)

    def told(self, answer: httpx.Response, asked: str) -> list[str]:
        """What of it an answer tells that the question did not."""
        words = [*SECRETS, *self.ids.values()]
        return [one for one in words if one in answer.text and one not in asked]


@pytest.fixture
def foreign(home: Path) -> Foreign:
    picture = encoded(scene(7, (320, 240)))
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        there = makers.user(session, Role.VILLAGE, (FAR_VILLAGE,), token="there")
        clerk = makers.user(session, Role.TOWN_CLERK, (OTHER_TOWN,))
        far = makers.household(session, FAR_VILLAGE, "外乡户甲", code="FX-0001", address="外乡路七号")
        person = makers.person(session, far, "外乡人乙", phone="15400009991", born_on=date(2018, 1, 1))
        session.add(Contact(id=new_id(), person_id=person.id, kind="carer", name="外乡照看丙", phone="15400009992",
                            updated_at=utcnow()))  # fmt: skip
        publish(session, [Change("household", far.id, far.id, far.division),
                          Change("person", person.id, far.id, far.division)])  # fmt: skip
    found = Foreign(picture, hashlib.sha256(picture).hexdigest())
    photos = [{"sha256": found.sha256, "taken_at": makers.at(25)}]
    visit = makers.command("visit", makers.visit(far.id, photos=photos, issues=[{"text": "外乡难处"}]))
    assert statuses(push(there, visit)) == ["stored"]
    with transaction() as session:
        upload = stage.picture(session, there, picture)
        stage.held(session, session.get_one(Visit, visit["id"]), upload)
    ledger = files.xlsx({"名册": [files.HEADER, files.person(1, name="外乡人乙", 户编号=f"{FAR_VILLAGE}00001")]})
    import_id, _ = preview(ledger, "外乡.xlsx", clerk)
    with reading() as session:
        review = session.exec(select(Review.id)).one()
        issue = session.exec(select(Issue.id)).one()
    found.ids = {
        "household": far.id, "person": person.id, "visit": visit["id"], "review": review, "issue": issue,
        "import": import_id, "device": there.device_id or "", "account": there.id, "photo": found.sha256,
        "division": FAR_VILLAGE,
    }  # fmt: skip
    return found


@pytest.fixture
def people(foreign: Foreign) -> dict[Role, str]:
    """A session of each role, whose area is a village or the township next door."""
    devices = {}
    with transaction() as session:
        mine = makers.household(session, VILLAGE, code="MY-0001")
        for role in Role:
            actor = makers.user(session, role, AREAS.get(role, (TOWN,)), token=role.value)
            devices[role] = actor.device_id or ""
            if role is Role.PAIRED:
                makers.pair(session, actor, mine, date(2020, 1, 1))
    return devices


@pytest.fixture
def server(home: Path, tmp_path: Path) -> Iterator[ApiServer]:
    one = ApiServer(tmp_path / "server.log")
    one.start()
    yield one
    one.kill()
    assert "Traceback" not in one.log.read_text()


def state() -> dict[tuple[str, str], Any]:
    """Every row of the other township that a request could change."""
    tables: tuple[Any, ...] = (Household, Person, Visit, Review, Issue, Contact, ImportBatch, User)
    with reading() as session:
        return {(table.__name__, one.id): one.model_dump() for table in tables for one in session.exec(select(table))
                if getattr(one, "division", OTHER_TOWN).startswith(OTHER_TOWN)}  # fmt: skip


def bodies(foreign: Foreign, device: str) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """What is sent to endpoints that take a body."""
    return {
        ("POST", "/people/{id}/unmask"): [
            {"json": {"field": one, "reason": "identity"}} for one in ("id_number", "phone", "bank_account", "name")
        ],
        ("POST", "/sync/push"): [
            {"json": {"device_id": one, "commands": commands(foreign)}} for one in (device, foreign.ids["device"])
        ],
        ("POST", "/imports"): [{"content": b"x", "params": {"name": "a.csv", "id": foreign.ids["import"]}}],
        ("PUT", "/photos/{sha256}"): [{"content": b"\xff\xd8\xff other bytes"}],
        ("PATCH", "/photos/{sha256}"): [
            {"content": b"\xff\xd8", "headers": {"Upload-Offset": "0", "Upload-Length": str(len(foreign.picture)),
                                                 "Content-Type": "application/offset+octet-stream"}}
        ],
        ("POST", "/devices"): [{"json": {"device_id": foreign.ids["device"], "public_key": "x" * 87}}],
    }  # fmt: skip


def commands(foreign: Foreign) -> list[dict[str, Any]]:
    """Each type of command, aimed there."""
    ids = foreign.ids
    photo = [{"sha256": foreign.sha256, "taken_at": makers.at(20)}]
    make = makers.command
    return [
        make("visit", makers.visit(ids["household"], met=[ids["person"]], photos=photo)),
        make("visit.correct", makers.visit(ids["household"]), corrects=ids["visit"]),
        make("household.add", {"id": ids["household"], "name": "王", "division": FAR_VILLAGE}),
        make("household.change", {"household_id": ids["household"], "name": "改过"}, base_version=1),
        make("person.add", {"id": ids["person"], "household_id": ids["household"], "name": "王"}),
        make("person.change", {"person_id": ids["person"], "name": "改过"}, base_version=1),
        make("photo.answer", {"review_id": ids["review"], "text": "改过"}),
        make("issue.add", {"household_id": ids["household"], "person_id": ids["person"], "text": "改过"}),
        make("feedback.add", {"text": "一句", "page": ids["household"]}),
    ]  # fmt: skip


def requests(foreign: Foreign, device: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every endpoint with every foreign id in every place of its address, in its query and its body."""
    taken = bodies(foreign, device)
    query = {name: value for kind, value in foreign.ids.items() for name in (kind, f"{kind}_id")}
    query |= {"area": FAR_VILLAGE, "village": FAR_VILLAGE, "reason": "抽查", "limit": "500", "id": foreign.ids["visit"]}
    for (method, path), one in ALL.items():
        if (method, path) in {("POST", "/session"), ("DELETE", "/session"), ("POST", "/session/password")}:
            continue
        places = sorted({part for part in path.split("/") if part.startswith("{")})
        for values in itertools.product(foreign.ids.values(), repeat=min(1, len(places))):
            address = path
            for place in places:
                address = address.replace(place, values[0])
            for more in taken.get((method, path), [{"json": query}] if one.body else [{}]):
                yield method, address, more
                if method == "GET":
                    yield method, address, {"params": query}
                    yield method, address, {"params": {"size": "thumb", "reason": "review"}}


def test_nothing_of_another_township_comes_out(foreign: Foreign, people: dict[Role, str], server: ApiServer) -> None:
    before = state()
    for role, device in people.items():
        ask_for_all(role, device, foreign, server)
        after = state()
        assert {key: after[key] for key in before} == before, role
        made = [one for key, one in after.items() if key not in before and key[0] in {"Visit", "Household", "Person"}]
        assert {one["state"] for one in made} <= {"orphaned"}, "what is written about there waits for a person of there"


def ask_for_all(role: Role, device: str, foreign: Foreign, server: ApiServer) -> None:
    """Every request in the session of a role; nothing that is there comes back."""
    asked = 0
    with httpx.Client(base_url=f"{server.url}/api", cookies={"ruhutong_session": role.value}, trust_env=False,
                      timeout=30) as client:  # fmt: skip
        assert client.get("/session").status_code == 200
        for method, address, more in requests(foreign, device):
            answer = client.request(method, address, **more)
            said = f"{role} {method} {address} {more}"
            assert answer.status_code < 500, said
            assert foreign.told(answer, said) == [], said
            assert answer.content[:64] != foreign.picture[:64], said
            asked += 1
    assert asked > 60


def test_the_search_finds_what_is_there(foreign: Foreign, server: ApiServer) -> None:
    """Who works there gets it by the same requests: the test above would notice."""
    with transaction() as session:
        makers.user(session, Role.TOWN_CLERK, (OTHER_TOWN,), token="near")
        makers.user(session, Role.SUPERVISOR, (COUNTY,), token="county")
    told: set[str] = set()
    for token in ("near", "county", "there"):
        with httpx.Client(base_url=f"{server.url}/api", cookies={"ruhutong_session": token}, trust_env=False,
                          timeout=30) as client:  # fmt: skip
            for method, address, more in requests(foreign, "-"):
                if method in {"GET", "POST"} and "/sync/push" not in address:
                    told |= set(foreign.told(client.request(method, address, **more), ""))
    assert told >= {"外乡户甲", "外乡人乙", "外乡照看丙", "FX-0001", "15400009991", foreign.ids["household"]}
