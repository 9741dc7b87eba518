"""Phones: enrolled by a sign-in or by a one-time code, revoked and taken back; who looks after whose."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlmodel import select

from app import keys
from app.accounts import recent
from app.accounts.rules import Role
from app.accounts.schemas import Actor
from app.accounts.service import authenticate
from app.db import reading, transaction, utcnow
from app.devices import office_service, rules, service
from app.devices.schemas import DeviceRegistration
from app.devices.service import BadCode
from app.errors import BadInput, NotAllowed, NotFound
from app.settings import service as settings
from models.accounts import Device
from models.audit import AuditEntry
from tests import makers
from tests.test_permissions import ask

pytestmark = pytest.mark.usefixtures("database")


def public_key() -> str:
    return keys.to_text(keys.raw_point(ec.generate_private_key(ec.SECP256R1()).public_key()))


def register(actor: Actor, key: str, code: str | None = None) -> str:
    with transaction() as session:
        return service.register(session, actor, DeviceRegistration(public_key=key, code=code), utcnow())


def want_codes() -> None:
    with transaction() as session:
        settings.set_value(session, None, "device_enrolment", "code", utcnow().date() - timedelta(days=1))


@pytest.fixture
def cadre() -> Actor:
    with transaction() as session:
        makers.divisions(session)
        return makers.user(session, token="one")


@pytest.fixture
def admin(cadre: Actor) -> Actor:
    with transaction() as session:
        return makers.user(session, Role.ADMIN, ())


def code_for(who: Actor, actor: Actor, ago: timedelta = timedelta()) -> str:
    with transaction() as session:
        return office_service.make_code(session, who, actor.username, utcnow() - ago).code


def test_any_sign_in_enrols_its_phone_and_the_same_key_is_one(cadre: Actor) -> None:
    key = public_key()
    assert [register(cadre, key), register(cadre, key), register(cadre, public_key())] == ["login"] * 3
    with reading() as session:
        [found] = service.keys_of(session, [(cadre.id, cadre.device_id or "")]).values()
        assert len(found) == 2
        assert key in found


def test_what_is_no_key_is_refused(cadre: Actor) -> None:
    for text in ("A" * 87, "!" * 87):
        with pytest.raises(BadInput):
            register(cadre, text)


def test_where_codes_are_wanted_one_code_enrols_one_phone_once(cadre: Actor, admin: Actor) -> None:
    want_codes()
    code = code_for(admin, cadre)
    for given, why in ((None, "code_needed"), ("AAAA-BBBB-CCCC", "code_wrong")):
        with pytest.raises(BadCode) as refused:
            register(cadre, public_key(), given)
        assert refused.value.code == why
    key = public_key()
    assert register(cadre, key, code.lower().replace("-", " ")) == "code"
    assert register(cadre, key, code) == "code", "a lost answer: the same phone asks again"
    with transaction() as session:
        other = makers.user(session)
    with pytest.raises(BadCode):
        register(other, public_key(), code)


def test_a_code_is_for_its_account_and_for_its_time(cadre: Actor, admin: Actor) -> None:
    want_codes()
    with transaction() as session:
        other = makers.user(session)
    with pytest.raises(BadCode):
        register(other, public_key(), code_for(admin, cadre))
    with pytest.raises(BadCode):
        register(cadre, public_key(), code_for(admin, cadre, timedelta(hours=25)))


def test_a_phone_that_is_not_enrolled_gets_no_data_where_codes_are_wanted(cadre: Actor, admin: Actor) -> None:
    assert ask("GET", "/sync/pull", "one").status_code == 200
    want_codes()
    recent.forget_all()
    answer = ask("GET", "/sync/pull", "one")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "device_not_enrolled")
    assert ask("GET", "/session", "one").status_code == 200
    code = code_for(admin, cadre)
    assert ask("POST", "/devices", "one", json={"public_key": public_key(), "code": code}).status_code == 200
    assert ask("GET", "/sync/pull", "one").status_code == 200


def test_a_revoked_phone_hears_nothing_but_that(cadre: Actor, admin: Actor) -> None:
    assert ask("GET", "/sync/pull", "one").status_code == 200
    with pytest.raises(BadInput), transaction() as session:
        office_service.revoke(session, admin, cadre.id, cadre.device_id or "", " ", utcnow())
    with transaction() as session:
        office_service.revoke(session, admin, cadre.id, cadre.device_id or "", "手机丢了", utcnow())
    for method, path in (("GET", "/sync/pull"), ("GET", "/session"), ("POST", "/devices"), ("POST", "/sync/push")):
        answer = ask(method, path, "one")
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "device_revoked")
    with transaction() as session:
        office_service.restore(session, admin, cadre.id, cadre.device_id or "")
    assert ask("GET", "/sync/pull", "one").status_code == 200
    with reading() as session:
        rows = session.exec(select(AuditEntry).order_by(AuditEntry.id)).all()
        acts = [(row.action, row.reason) for row in rows if row.action.startswith("device.re")]
        assert acts == [("device.revoked", "手机丢了"), ("device.restored", None)]


def test_a_clerk_looks_after_the_phones_of_the_own_township(cadre: Actor) -> None:
    with transaction() as session:
        clerk = makers.user(session, Role.TOWN_CLERK, (makers.TOWN,))
        stranger = makers.user(session, Role.TOWN_CLERK, (makers.OTHER_TOWN,))
        leader = makers.user(session, Role.LEADER, (makers.COUNTY,))
    with reading() as session:
        assert {row.user_id for row in office_service.list_devices(session, clerk).rows} == {cadre.id, clerk.id}
        assert {row.user_id for row in office_service.list_devices(session, stranger).rows} == {stranger.id}
        with pytest.raises(NotAllowed):
            office_service.list_devices(session, leader)
    for act in (
        lambda session: office_service.make_code(session, stranger, cadre.username, utcnow()),
        lambda session: office_service.revoke(session, stranger, cadre.id, cadre.device_id or "", "丢了", utcnow()),
        lambda session: office_service.restore(session, stranger, cadre.id, cadre.device_id or ""),
    ):
        with pytest.raises(NotFound), transaction() as session:
            act(session)
    with pytest.raises(NotAllowed), transaction() as session:
        office_service.set_enrolment(session, clerk, "code", "我定的")


def test_what_a_phone_tells_of_itself_is_shown(cadre: Actor, admin: Actor, home: Path) -> None:
    tells = {"Ruhutong-Phone": "v=2026.11-abc;w=3;p=0"}
    assert ask("GET", "/sync/pull", "one", headers=tells).status_code == 200
    assert ask("GET", "/sync/pull", "one", headers={"Ruhutong-Phone": "v=<script>;w=1;p=1"}).status_code == 200
    with reading() as session:
        [row] = office_service.list_devices(session, admin, text=cadre.username).rows
        assert (row.waiting, row.version, row.storage) == ("3 条", "2026.11-abc", "可能被手机清理")
        device = session.get(Device, (cadre.id, cadre.device_id))
        assert device is not None
        assert device.reported_at is not None


def test_the_picture_of_a_code_leads_to_the_sign_in(cadre: Actor, admin: Actor) -> None:
    with transaction() as session:
        made = office_service.make_code(session, admin, cadre.username, utcnow())
    shown = office_service.with_picture(made, "https://county.example/")
    assert shown.link == f"https://county.example/login?enrol={made.code}"
    assert shown.qr.startswith("data:image/svg+xml;base64,")
    assert rules.code_hash(made.code) == rules.code_hash(made.code.replace("-", "").lower())


def test_a_session_of_the_office_needs_no_code(cadre: Actor) -> None:
    want_codes()
    with transaction() as session:
        makers.user(session, Role.SUPERVISOR, (makers.COUNTY,), token="desk")
        session.connection().exec_driver_sql("UPDATE login_session SET field = false")
    actor = authenticate("desk")
    assert actor is not None
    assert actor.barred == ""
