"""The second factor: of whom it is asked, what is refused, what helps after a loss; on both databases."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import text
from sqlmodel import select

from app import limits
from app.accounts import factor_service, service
from app.accounts.rules import Role
from app.accounts.schemas import AccountInput, SignInInput
from app.db import reading, transaction
from app.errors import BadInput, Locked, NotSignedIn, TooMany
from app.settings import service as parameters
from models.accounts import SecondFactor
from models.audit import AuditEntry
from tests import makers

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
PASSWORD = "Mountain-path-7"
DEVICE = {"id": "01a208f3-8336-7200-b8f6-08eb699ffa65", "name": "phone"}


@pytest.fixture(autouse=True)
def from_the_start():
    """Counters begin anew."""
    limits._limiter.cache_clear()


def make(role: Role = Role.ADMIN, *, demo: bool = False, username: str = "guan") -> str:
    with transaction() as session:
        data = AccountInput(username=username, name="李慧", role=role, divisions=["349927"])
        user_id = service.create_account(session, None, data, NOW, password=PASSWORD, is_demo=demo)[0]
        session.get(service.User, user_id).must_change_password = False
    return user_id


def attempt(code: str = "", at: datetime = NOW, password: str = PASSWORD, username: str = "guan"):
    with transaction() as session:
        data = SignInInput(username=username, password=password, device=DEVICE, code=code)
        return service.sign_in(session, data, at)


def actor_of(signed_in, at: datetime = NOW):
    return service.authenticate(signed_in.token, at)


def set_up(at: datetime = NOW) -> tuple[str, list[str]]:
    """Sign in for the first time and set the second factor: (secret, recovery codes)."""
    actor = actor_of(attempt(at=at), at)
    with transaction() as session:
        secret = factor_service.begin(session, actor, at)
    with transaction() as session:
        return secret, factor_service.confirm(session, actor, pyotp.TOTP(secret).at(at), at)


@pytest.mark.parametrize("role", list(Role))
def test_of_whom_it_is_asked(role):
    make(role)
    actor = actor_of(attempt())
    assert actor.must_set_factor is (role in {Role.ADMIN, Role.TOWN_APPROVER})


def test_demo_accounts_are_left_out():
    make(demo=True)
    assert not actor_of(attempt()).must_set_factor


def test_the_county_says_of_whom():
    make(Role.SECTION)
    with transaction() as session:
        parameters.set_value(session, None, "second_factor", {"roles": ["section"]}, NOW.date(), source="县里定")
    assert actor_of(attempt()).must_set_factor
    with transaction() as session:
        parameters.set_value(session, None, "second_factor", {"roles": []}, NOW.date(), source="县里定")
    assert not actor_of(attempt()).must_set_factor


def test_a_session_without_it_becomes_whole_when_it_is_set():
    make()
    signed_in = attempt()
    with transaction() as session:
        secret = factor_service.begin(session, actor_of(signed_in), NOW)
    with transaction() as session:
        factor_service.confirm(session, actor_of(signed_in), pyotp.TOTP(secret).at(NOW), NOW)
    assert not actor_of(signed_in).must_set_factor


def test_then_the_password_alone_opens_nothing():
    make()
    secret, _ = set_up()
    later = NOW + timedelta(minutes=2)
    asked = attempt(at=later)
    assert isinstance(asked, NotSignedIn)
    assert asked.code == "second_factor"
    wrong = attempt("000000", later)
    assert isinstance(wrong, NotSignedIn)
    assert wrong.code == "wrong_code"
    assert isinstance(attempt(pyotp.TOTP(secret).at(later), later), service.SignedIn)


@pytest.mark.parametrize(("drift", "right"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_clocks_may_differ_by_one_step(drift, right):
    make()
    secret, _ = set_up()
    later = NOW + timedelta(minutes=10)
    code = pyotp.TOTP(secret).at(later + timedelta(seconds=drift))
    assert isinstance(attempt(code, later), service.SignedIn) is right


def test_a_code_is_taken_once():
    make()
    secret, _ = set_up()
    later = NOW + timedelta(minutes=2)
    code = pyotp.TOTP(secret).at(later)
    assert isinstance(attempt(code, later), service.SignedIn)
    assert isinstance(attempt(code, later), NotSignedIn)
    older = pyotp.TOTP(secret).at(later - timedelta(seconds=30))
    assert isinstance(attempt(older, later), NotSignedIn)


def test_the_code_that_set_it_up_does_not_sign_in_too():
    make()
    secret, _ = set_up()
    assert isinstance(attempt(pyotp.TOTP(secret).at(NOW)), NotSignedIn)


def test_wrong_codes_lock_like_wrong_passwords_and_the_password_alone_forgets_none():
    make()
    secret, _ = set_up()
    later = NOW + timedelta(minutes=2)
    for left in (4, 3, 2, 1):
        assert f"还能试 {left} 次" in attempt("000000", later).message
        attempt(at=later)
    assert isinstance(attempt("000000", later), Locked)
    limits._limiter.cache_clear()
    for _ in range(5):
        service.limits.spend(f"device:{user_id()}:{DEVICE['id']}", 5, 15)
    assert isinstance(attempt(pyotp.TOTP(secret).at(later), later), Locked)


def user_id() -> str:
    with reading() as session:
        return service.queries.user_by_name(session, "guan").id


def test_a_wrong_password_says_nothing_about_the_second_factor():
    make()
    set_up()
    wrong = attempt("000000", password="wrong-Pass-1")
    assert isinstance(wrong, NotSignedIn)
    assert wrong.code == "wrong_password"


def test_each_recovery_code_helps_once():
    make()
    _, codes = set_up()
    assert len(set(codes)) == 8
    later = NOW + timedelta(minutes=2)
    assert isinstance(attempt(codes[0], later), service.SignedIn)
    assert isinstance(attempt(codes[0], later), NotSignedIn)
    assert isinstance(attempt(codes[1].replace("-", ""), later), service.SignedIn)


def test_another_administrator_takes_it_away_and_nobody_their_own():
    mine = make()
    signed_in = attempt()
    set_up()
    me = actor_of(signed_in)
    with pytest.raises(BadInput), transaction() as session:
        factor_service.clear(session, me, mine)
    with pytest.raises(BadInput), transaction() as session:
        factor_service.begin(session, me, NOW)
    make(username="other")
    other = actor_of(attempt(username="other"))
    with transaction() as session:
        factor_service.clear(session, other, mine)
    assert actor_of(attempt()).must_set_factor
    with reading() as session:
        found = [(one.actor_id, one.action) for one in session.exec(select(AuditEntry))]
    assert (mine, "account.factor_set") in found
    assert (other.id, "account.factor_cleared") in found


def test_codes_are_not_tried_without_end_when_it_is_set_up():
    make()
    actor = actor_of(attempt())
    with transaction() as session:
        factor_service.begin(session, actor, NOW)
    for _ in range(factor_service.TRIES_PER_MINUTE):
        with pytest.raises(BadInput), transaction() as session:
            factor_service.confirm(session, actor, "000000", NOW)
    with pytest.raises(TooMany), transaction() as session:
        factor_service.confirm(session, actor, "000000", NOW)


def test_the_secret_lies_sealed_and_is_in_no_log():
    make()
    secret, codes = set_up()
    with reading() as session:
        raw = bytes(session.execute(text("SELECT sealed FROM second_factor")).scalar_one())
        said = " ".join(str((one.before, one.after, one.reason)) for one in session.exec(select(AuditEntry)))
        assert session.exec(select(SecondFactor)).one().sealed["secret"] == secret
    assert secret.encode() not in raw
    assert not any(one in said for one in (secret, *codes))


def test_the_picture_is_there_until_the_first_code_has_come():
    make()
    actor = actor_of(attempt())
    with transaction() as session:
        secret = factor_service.begin(session, actor, NOW)
    with reading() as session:
        assert b"<svg" in factor_service.picture(session, actor)
    with transaction() as session:
        factor_service.confirm(session, actor, pyotp.TOTP(secret).at(NOW), NOW)
    with pytest.raises(factor_service.NotFound), reading() as session:
        factor_service.picture(session, actor)


def test_nothing_else_opens_before_it_is_set():
    from tests.test_permissions import ALL, PUBLIC, ask, filled

    with transaction() as session:
        actor = makers.user(session, Role.TOWN_APPROVER, token="one")
        session.exec(
            select(service.LoginSession).where(service.LoginSession.user_id == actor.id)
        ).one().awaits_factor = True
    for (method, path), one in ALL.items():
        if one.requires != PUBLIC and not one.before_password_change:
            assert ask(method, filled(path), "one").status_code == 403, (method, path)


def test_who_is_not_asked_makes_none():
    make(Role.VILLAGE)
    actor = actor_of(attempt())
    with pytest.raises(BadInput), transaction() as session:
        factor_service.begin(session, actor, NOW)
