"""Every route × every role × own and foreign area: a new way in cannot slip by unguarded.

`AREAS` names for each route how its area is tried; a route that stands in neither `AREAS` nor `NO_AREA` fails here.
"""

import asyncio
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import delete, select

from app.accounts.rules import ROLE_PERMISSIONS, Permission, Role
from app.accounts.schemas import Actor
from app.db import new_id, reading, transaction, utcnow
from app.http import PUBLIC, SIGNED_IN, Endpoint
from app.papers import export_service
from app.papers.schemas import ExportWish
from app.rooms import ROUTES
from app.sampling import service as sampling
from app.sampling.schemas import DrawIn
from models.accounts import User, UserArea
from models.agreements import AgreementSignature
from models.benefits import Enrolment
from models.households import Household, Person
from models.visits import Visit
from tests import makers
from tests.api_app import application

pytestmark = pytest.mark.usefixtures("home")

ALL = {(one.method, one.path): one for one in ROUTES}
HERE, THERE = makers.VILLAGE, makers.FAR_VILLAGE


def ask(method: str, path: str, token: str | None = None, **more: Any) -> httpx.Response:
    """One request against the whole API, with a session's cookie."""

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(application())
        cookies = {"ruhutong_session": token} if token else None
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", cookies=cookies) as client:
            return await client.request(method, f"/api{path}", **more)

    return asyncio.run(run())


def filled(path: str) -> str:
    """A path with plausible values for its parameters."""
    return path.replace("{sha256}", "a" * 64).replace("{id}", "01900000-0000-7000-8000-000000000000")


def allowed(one: Endpoint, role: Role) -> bool:
    return not isinstance(one.requires, Permission) or one.requires in ROLE_PERMISSIONS[role]


@pytest.mark.parametrize("key", ALL, ids=lambda key: f"{key[0]} {key[1]}")
def test_nobody_comes_in_without_a_session(key):
    answer = ask(key[0], filled(key[1]))
    if ALL[key].requires == PUBLIC:
        assert answer.status_code not in {401, 403} or answer.json()["error"]["code"] == "not_allowed"
    else:
        assert answer.status_code == 401
        if key[0] != "HEAD":
            assert answer.json()["error"]["code"] == "not_signed_in"


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(
    "key", [key for key in ALL if ALL[key].requires != PUBLIC], ids=lambda key: f"{key[0]} {key[1]}"
)
def test_each_role_comes_in_where_the_table_says(key, role):
    with transaction() as session:
        makers.user(session, role, token="one")
    one = ALL[key]
    answer = ask(key[0], filled(key[1]), "one")
    if not allowed(one, role):
        assert answer.status_code == 403
    elif key == ("GET", "/sync/pull"):
        assert (answer.status_code == 403) is (Permission.SYNC not in ROLE_PERMISSIONS[role])
    else:
        assert answer.status_code not in {401, 403, 500}


@pytest.mark.parametrize("path", ["/session/", "/sync/pull/", f"/photos/{'0' * 64}/"])
def test_nobody_is_led_to_the_host_that_a_request_names(home, path):
    answer = ask("GET", path, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert "evil.example" not in str(answer.headers)


@pytest.mark.parametrize(
    "key", [key for key in ALL if key[0] not in {"GET", "HEAD"}], ids=lambda key: f"{key[0]} {key[1]}"
)
def test_a_foreign_site_changes_nothing(key):
    """CSRF: a page of another site carries the cookie, and is refused by its headers."""
    with transaction() as session:
        makers.user(session, Role.ADMIN, token="one")
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = ask(key[0], filled(key[1]), "one", headers=headers)
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == "cross_site"


def test_a_first_password_opens_nothing_but_its_change():
    with transaction() as session:
        actor = makers.user(session, Role.TOWN_CLERK, token="one")
        session.get(User, actor.id).must_change_password = True
    closed = [key for key, one in ALL.items() if one.requires != PUBLIC and not one.before_password_change]
    assert len(closed) > 5
    for method, path in closed:
        assert ask(method, filled(path), "one").status_code == 403, (method, path)


@dataclass
class World:
    """Two villages far apart; in each an account of one role, a home, a visit and a picture of it."""

    role: Role
    mine: Actor
    other: Actor
    home: Household
    person_id: str
    picture: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.picture).hexdigest()


def visit_command(home: Household, world: World | None = None) -> dict[str, Any]:
    photos = [{"sha256": world.sha256, "taken_at": makers.at(25)}] if world else []
    return makers.command("visit", makers.visit(home.id, photos=photos))


def push(actor: Actor, token: str, *commands: dict[str, Any]) -> httpx.Response:
    return ask("POST", "/sync/push", token, json={"device_id": actor.device_id, "commands": list(commands)})


def make_world(role: Role) -> World:
    image = io.BytesIO()
    Image.new("RGB", (64, 48), (20, 90, 70)).save(image, "JPEG")
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        mine = makers.user(session, role, (HERE,), token="mine")
        other = makers.user(session, role, (THERE,), token="other")
        home = makers.household(session, HERE)
        person = makers.person(session, home, phone="15400000001")
        author = makers.user(session, Role.VILLAGE, (HERE,), token="author")
        if role is Role.PAIRED:
            session.execute(delete(UserArea).where(UserArea.user_id.in_([mine.id, other.id])))
            makers.pair(session, mine, home, date(2020, 1, 1))
    world = World(role, mine, other, home, person.id, image.getvalue())
    answer = push(author, "author", visit_command(home, world))
    assert answer.json()["receipts"][0]["status"] == "stored"
    assert ask("PUT", f"/photos/{world.sha256}", "author", content=world.picture).status_code < 300
    return world


def try_push(world: World) -> None:
    assert push(world.mine, "mine", visit_command(world.home)).json()["receipts"][0]["status"] == "stored"
    assert push(world.other, "other", visit_command(world.home)).json()["receipts"][0]["status"] == "orphaned"
    assert push(world.mine, "other", visit_command(world.home)).status_code == 403


def try_pull(world: World) -> None:
    def ids(token: str) -> set[str]:
        return {one["id"] for one in ask("GET", "/sync/pull", token).json()["changes"]}

    assert world.home.id in ids("mine")
    assert world.home.id not in ids("other")


def try_sending(world: World) -> None:
    """A partial upload belongs to (user, sha256): nobody learns what another has sent."""
    picture = world.picture + b"\0"
    path = f"/photos/{hashlib.sha256(picture).hexdigest()}"
    begun = {"Upload-Offset": "0", "Upload-Length": str(len(picture))}
    begun["Content-Type"] = "application/offset+octet-stream"
    assert ask("PATCH", path, "mine", content=picture[:100], headers=begun).status_code == 204
    assert ask("HEAD", path, "mine").headers["Upload-Offset"] == "100"
    assert ask("HEAD", path, "other").headers["Upload-Offset"] == "0"
    assert ask("HEAD", f"/photos/{world.sha256}", "other").headers["Upload-Offset"] == "0"


def try_seeing(world: World) -> None:
    for query in ("", "?size=thumb", "?size=screen"):
        assert ask("GET", f"/photos/{world.sha256}{query}", "mine").status_code in {200, 404, 503}, query
        assert ask("GET", f"/photos/{world.sha256}{query}", "other").status_code == 404
    assert ask("GET", f"/photos/{world.sha256}", "mine").status_code == 200


def try_unmasking(world: World) -> None:
    path = f"/people/{world.person_id}/unmask"
    assert ask("POST", path, "mine", json={"field": "phone", "reason": "identity"}).json() == {"value": "15400000001"}
    assert ask("POST", path, "other", json={"field": "phone", "reason": "identity"}).status_code == 404


def try_importing(world: World) -> None:
    """An import belongs to its sender's area; what it takes in, too (tests/imports/test_service.py)."""
    sent = ask("POST", "/imports?name=a.csv", "mine", content="姓名,身份证号,户编号\n".encode())
    assert sent.status_code == 201
    for path in (f"/imports/{sent.json()['id']}", f"/imports/{sent.json()['id']}/unreadable"):
        assert ask("GET", path, "mine").status_code == 200
        assert ask("GET", path, "other").status_code == 404


def try_exporting(world: World) -> None:
    def taken(token: str) -> str:
        answer = ask("GET", "/reviews/export?reason=抽查", token)
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith("attachment")
        return answer.text

    assert world.home.code in taken("mine")
    assert world.home.code not in taken("other")
    assert ask("GET", "/reviews/export", "mine").status_code == 422


def try_proving(world: World) -> None:
    with reading() as session:
        visit = session.scalars(select(Visit.id)).one()
    path = f"/visits/{visit}/proof"
    assert ask("GET", f"{path}?reason=抽查", "mine").json()["visit"] == visit
    assert ask("GET", f"{path}?reason=抽查", "other").status_code == 404
    assert ask("GET", path, "mine").status_code == 422


def try_printing(world: World) -> None:
    path = f"/papers/forms/visit?household={world.home.code}"
    answer = ask("GET", path, "mine")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    assert ask("GET", path, "other").status_code == 404


def try_signature(world: World) -> None:
    drawn = {"id": new_id(), "of": "", "by": "self", "on": "2026-11-30"}
    with transaction() as session:
        row = makers.agreement(session, session.get(Person, world.person_id), parties=[{"drawn": drawn}])
        session.add(AgreementSignature(id=drawn["id"], agreement_id=row.id, picture="iVBORw==", sha256="", width=1,
                                       height=1, of="", on=date(2026, 11, 30), at=utcnow()))  # fmt: skip
    path = f"/agreements/signatures/{drawn['id']}"
    answer = ask("GET", path, "mine")
    assert (answer.status_code, answer.content) == (200, b"\x89PNG")
    assert answer.headers["cache-control"] == "no-store"
    assert ask("GET", path, "other").status_code == 404


def try_fetching(world: World) -> None:
    """An export is its owner's; what it holds is held to the area in tests/papers/test_ledgers.py."""
    ledger = "calls" if world.role is Role.ADMIN else "counts"  # who answers complaints takes out these alone
    wish = ExportWish(ledger=ledger, reason="抽查")
    with transaction() as session:
        key = export_service.ask(session, world.mine, wish, utcnow())
    export_service.job(key)
    answer = ask("GET", f"/papers/exports/{key}", "mine")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    assert ask("GET", f"/papers/exports/{key}", "other").status_code == 404


def try_protocol(world: World) -> None:
    """A draw of the own area, its frame and seed; nothing of another's."""
    with transaction() as session:
        now = utcnow()
        session.add(Enrolment(id=new_id(), person_id=world.person_id, household_id=world.home.id, programme="dibao",
                              division=HERE, from_month="2026-01", created_at=now, updated_at=now))  # fmt: skip
        session.flush()
        wish = DrawIn(programme="dibao", which="new", area=HERE, from_month="2026-01", to_month="2026-01")
        drawn = sampling.draw(session, world.mine, wish).id
    path = f"/sampling/{drawn}/protocol"
    answer = ask("GET", f"{path}?reason=存档", "mine")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    assert ask("GET", f"{path}?reason=存档", "other").status_code == 404
    assert ask("GET", path, "mine").status_code == 422


AREAS: dict[tuple[str, str], Callable[[World], None]] = {
    ("POST", "/sync/push"): try_push,
    ("GET", "/sync/pull"): try_pull,
    ("HEAD", "/photos/{sha256}"): try_sending,
    ("PATCH", "/photos/{sha256}"): try_sending,
    ("PUT", "/photos/{sha256}"): try_sending,
    ("GET", "/photos/{sha256}"): try_seeing,
    ("POST", "/people/{id}/unmask"): try_unmasking,
    ("GET", "/reviews/export"): try_exporting,
    ("GET", "/visits/{id}/proof"): try_proving,
    ("GET", "/papers/forms/{name}"): try_printing,
    ("GET", "/papers/exports/{id}"): try_fetching,
    ("GET", "/agreements/signatures/{id}"): try_signature,
    ("GET", "/sampling/{id}/protocol"): try_protocol,
    ("POST", "/imports"): try_importing,
    ("GET", "/imports/{id}"): try_importing,
    ("GET", "/imports/{id}/unreadable"): try_importing,
}
NO_AREA = {
    ("GET", "/forms/{code}/{version}"): "a form says nothing about anybody",
    ("GET", "/papers/templates/{form}"): "an empty form says nothing about anybody",
    ("POST", "/papers/templates/{form}"): "an empty form says nothing about anybody",
    ("GET", "/papers/mappings/{code}"): "an order of columns says nothing about anybody",
    ("POST", "/papers/mappings"): "an order of columns says nothing about anybody",
    ("POST", "/rescue"): "sealed: whose it is stands in it, and nothing of it is shown",
    ("GET", "/sealed/{sha256}"): "sealed as it came, for the administrator of the whole county",
    ("POST", "/devices"): "only the phone of this session",
    ("GET", "/evidence/head"): "hashes and a signature, to be published",
    ("GET", "/evidence/verify_proof.py"): "a script",
    ("GET", "/session"): "only oneself",
    ("DELETE", "/session"): "only oneself",
    ("POST", "/session/password"): "only oneself",
    ("GET", "/session/factor/picture"): "only oneself",
    ("POST", "/recovery/wrap"): "only oneself",
    ("POST", "/recovery/request"): "only oneself",
    ("GET", "/recovery"): "only oneself",
    ("POST", "/recovery/take"): "only oneself",
}


def test_every_route_says_how_its_area_is_held():
    guarded = {key for key, one in ALL.items() if one.requires != PUBLIC}
    assert guarded == set(AREAS) | set(NO_AREA)
    harmless = {SIGNED_IN, Permission.SEALED_KEPT, Permission.FORMS, Permission.EVIDENCE, Permission.DEVICES}
    assert all(ALL[key].requires in harmless for key in NO_AREA)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("key", AREAS, ids=lambda key: f"{key[0]} {key[1]}")
def test_own_area_and_no_other(key, role):
    one = ALL[key]
    needed = Permission.SYNC if key == ("GET", "/sync/pull") else one.requires
    if needed not in ROLE_PERMISSIONS[role]:
        with transaction() as session:
            makers.user(session, role, (HERE,), token="mine")
        assert ask(key[0], filled(key[1]), "mine").status_code == 403
        return
    AREAS[key](make_world(role))
