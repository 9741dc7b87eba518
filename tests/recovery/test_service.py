"""A forgotten password: the phone's sealed key comes back to the phone, only after two people, only once."""

import os
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import select

from app.accounts.rules import Role
from app.accounts.schemas import Actor
from app.crypto import SealBroken
from app.db import reading, transaction, utcnow
from app.errors import AppError, Conflict, NotAllowed, NotFound
from app.keys import county_key, point_of, raw_point, to_text
from app.recovery import service
from app.recovery.schemas import INFO, WrapInput, aad_of
from models.audit import AuditEntry
from tests import makers
from tests.makers import OTHER_TOWN, TOWN, VILLAGE

pytestmark = pytest.mark.usefixtures("database")


def sealed(key: bytes, user_id: str, device_id: str) -> WrapInput:
    """What a phone leaves (`sealTo` of assets/offline/envelope.js)."""
    county, own, iv = county_key(), ec.generate_private_key(ec.SECP256R1()), os.urandom(12)
    epk = raw_point(own.public_key())
    shared = own.exchange(ec.ECDH(), point_of(county.public))
    secret = HKDF(SHA256(), 32, salt=epk + county.public, info=INFO.encode()).derive(shared)
    closed = AESGCM(secret).encrypt(iv, key, aad_of(user_id, device_id))
    return WrapInput(kid=county.kid, epk=to_text(epk), iv=to_text(iv), ciphertext=to_text(closed))


class Case:
    """A cadre who forgot, two administrators, two approvers."""

    def __init__(self) -> None:
        self.key = os.urandom(32)
        with transaction() as session:
            makers.divisions(session)
            self.cadre = makers.user(session, Role.VILLAGE, (VILLAGE,), token="cadre")
            self.admin = makers.user(session, Role.ADMIN, token="admin")
            self.admin2 = makers.user(session, Role.ADMIN, token="admin2")
            self.near = makers.user(session, Role.TOWN_APPROVER, (TOWN,), token="near")
            self.far = makers.user(session, Role.TOWN_APPROVER, (OTHER_TOWN,), token="far")
            service.keep_wrap(session, self.cadre, sealed(self.key, self.cadre.id, self.cadre.device_id), utcnow())

    def ask(self) -> str:
        with transaction() as session:
            assert service.ask(session, self.cadre, utcnow()) == "asked"
        (one,) = self.seen(self.admin)
        return one

    def seen(self, actor: Actor) -> list[str]:
        with reading() as session:
            return [one.id for one in service.waiting(session, actor, utcnow())]

    def agree(self, actor: Actor, request: str) -> str:
        with transaction() as session:
            return service.agree(session, actor, request, utcnow())

    def take(self, later: timedelta = timedelta()) -> bytes:
        with transaction() as session:
            return service.take(session, self.cadre, utcnow() + later)

    def state(self) -> str:
        with reading() as session:
            return service.state(session, self.cadre, utcnow())


def test_two_people_let_the_key_go_back_to_the_phone_once():
    case = Case()
    request = case.ask()
    with pytest.raises(Conflict):
        case.take()
    assert case.agree(case.admin, request) == "approved"
    with pytest.raises(Conflict):
        case.take()
    assert case.agree(case.near, request) == "ready"
    assert case.take() == case.key
    assert case.take(timedelta(minutes=9)) == case.key, "the answer was lost on the way"
    with pytest.raises(Conflict):
        case.take(timedelta(minutes=11))
    assert case.seen(case.admin) == []


def test_the_second_is_never_the_first_and_only_an_administrator_begins():
    case = Case()
    request = case.ask()
    with pytest.raises(NotAllowed):
        case.agree(case.near, request)
    case.agree(case.admin, request)
    with pytest.raises(NotAllowed) as refused:
        case.agree(case.admin, request)
    assert refused.value.code == "second_person"
    assert case.state() == "approved"
    assert case.agree(case.admin2, request) == "ready"


def test_nobody_decides_about_themselves_or_outside_their_area():
    case = Case()
    request = case.ask()
    assert case.seen(case.near) == [request]
    assert case.seen(case.far) == []
    case.agree(case.admin, request)
    for stranger in (case.far, case.cadre):
        with pytest.raises(AppError):
            case.agree(stranger, request)
    own = makers_wrap(case.near, case.key)
    with transaction() as session:
        service.keep_wrap(session, case.near, own, utcnow())
        service.ask(session, case.near, utcnow())
    assert case.seen(case.near) == [request]


def makers_wrap(actor: Actor, key: bytes) -> WrapInput:
    return sealed(key, actor.id, actor.device_id)


def test_a_refused_or_late_request_gives_nothing():
    case = Case()
    request = case.ask()
    with transaction() as session:
        service.refuse(session, case.admin, request, utcnow())
    assert case.state() == "refused"
    with pytest.raises(NotFound):
        case.agree(case.admin2, request)
    again = case.ask()
    case.agree(case.admin, again)
    with pytest.raises(AppError), transaction() as session:
        service.agree(session, case.admin2, again, utcnow() + timedelta(hours=73))
    with reading() as session:
        assert service.state(session, case.cadre, utcnow() + timedelta(hours=73)) == "late"


def test_another_phone_has_its_own_key_or_none():
    case = Case()
    other = Actor(**{**case.cadre.__dict__, "device_id": "01900000-0000-7000-8000-0000000000ff"})
    with pytest.raises(service.NoWrap), transaction() as session:
        service.ask(session, other, utcnow())
    request = case.ask()
    case.agree(case.admin, request)
    case.agree(case.near, request)
    with pytest.raises(Conflict), transaction() as session:
        service.take(session, other, utcnow())


def test_a_key_sealed_for_another_person_does_not_open():
    case = Case()
    with transaction() as session:
        service.keep_wrap(session, case.cadre, sealed(case.key, case.near.id, case.cadre.device_id), utcnow())
    request = case.ask()
    case.agree(case.admin, request)
    case.agree(case.near, request)
    with pytest.raises(SealBroken):
        case.take()


def test_every_step_is_in_the_log_and_the_key_is_not():
    case = Case()
    request = case.ask()
    case.agree(case.admin, request)
    case.agree(case.near, request)
    case.take()
    with reading() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.action.like("recovery.%"))).all()
    assert [row.action.partition(".")[2] for row in rows] == ["kept", "asked", "approved", "confirmed", "taken"]
    words = repr([row.model_dump() for row in rows])
    for form in (case.key.hex(), to_text(case.key), repr(case.key)[2:-1]):
        assert form not in words
