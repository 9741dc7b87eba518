"""Sealed work is taken in whoever carries it, once; nothing of it is lost, and a bad one stops no neighbour."""

import hashlib
from typing import Any

import pytest
from sqlmodel import select

from app import limits
from app.accounts.rules import Role
from app.accounts.schemas import Actor
from app.db import new_id, reading, transaction, utcnow
from app.errors import BadInput, NotAllowed
from app.sealed import rules, service
from app.settings import service as parameters
from app.sync import unplaced_service
from models.accounts import Device, User
from models.devices import SealedKept
from models.photos import PhotoUpload
from models.sync import Command
from models.visits import Visit
from tests import makers
from tests.photos.pictures import encoded, scene
from tests.sealed.containers import Phone
from tests.sync.pushing import push, statuses
from tests.test_permissions import ask

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def world() -> tuple[Phone, str]:
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        actor, home = makers.user(session), makers.household(session).id
    return Phone(actor), home


def visit(home: str, *pictures: bytes) -> dict[str, Any]:
    photos = [{"sha256": hashlib.sha256(one).hexdigest(), "taken_at": makers.at(25)} for one in pictures]
    return makers.command("visit", makers.visit(home, photos=photos))


def send(*containers: bytes) -> list[dict[str, Any]]:
    answer = ask("POST", "/sync/sealed", content=b"".join(containers))
    assert answer.status_code == 200, answer.text
    return answer.json()["receipts"]


def counts() -> tuple[int, int]:
    with reading() as session:
        return len(session.exec(select(Visit)).all()), len(session.exec(select(PhotoUpload)).all())


def test_a_visit_and_its_picture_arrive_without_a_session_under_their_authors_name(world: tuple[Phone, str]) -> None:
    phone, home = world
    picture = encoded(scene(1, (320, 240)))
    command = visit(home, picture)
    first, second = send(phone.command(command), phone.photo(picture))
    assert (first["status"], first["kind"], first["digest"]) == ("stored", "command", command["digest"])
    assert (second["status"], second["kind"], second["id"]) == ("stored", "photo", hashlib.sha256(picture).hexdigest())
    with reading() as session:
        row = session.get(Command, (phone.actor.id, command["id"]))
        assert row is not None
        assert (row.device_id, row.status) == (phone.actor.device_id, "stored")
    assert counts() == (1, 1)


def test_sent_by_both_ways_and_again_it_is_there_once(world: tuple[Phone, str]) -> None:
    phone, home = world
    picture = encoded(scene(1, (320, 240)))
    command = visit(home, picture)
    assert statuses(push(phone.actor, command)) == ["stored"]
    both = phone.command(command), phone.photo(picture)
    assert statuses(send(*both)) == ["duplicate", "stored"]
    assert statuses(send(*both, *both)) == ["duplicate"] * 4
    assert statuses(push(phone.actor, command)) == ["duplicate"]
    assert counts() == (1, 1)


@pytest.mark.parametrize("why", ["author_disabled", "device_revoked", "author_role"])
def test_whoever_may_no_longer_write_loses_nothing_and_the_township_takes_it_in(
    world: tuple[Phone, str], why: str
) -> None:
    phone, home = world
    picture = encoded(scene(2, (320, 240)))
    command = visit(home, picture)
    with transaction() as session:
        clerk = makers.user(session, Role.TOWN_CLERK, (makers.TOWN,))
        user = session.get(User, phone.actor.id)
        device = session.get(Device, (phone.actor.id, phone.actor.device_id))
        assert user is not None
        assert device is not None
        if why == "author_disabled":
            user.disabled_at = utcnow()
        elif why == "device_revoked":
            device.revoked_at = utcnow()
        else:
            user.role = Role.LEADER
    receipts = send(phone.command(command), phone.photo(picture))
    assert statuses(receipts) == ["orphaned", "stored"]
    assert receipts[0]["errors"][0]["code"] == why
    assert counts()[0] == 0
    with reading() as session:
        [line] = unplaced_service.unplaced(session, clerk)
        assert (line.author, line.state, line.household_id) == (phone.actor.name, "orphaned", home)
        assert "停用" in line.why or "不做" in line.why
    with transaction() as session:
        assert unplaced_service.place(session, clerk, phone.actor.id, command["id"]) == "stored"
    with reading() as session:
        [row] = session.exec(select(Visit)).all()
        assert (row.author_id, row.id) == (phone.actor.id, command["id"])
    assert statuses(send(phone.command(command))) == ["duplicate"]


def test_what_lies_outside_the_authors_area_is_orphaned_as_ever(world: tuple[Phone, str]) -> None:
    phone, _ = world
    with transaction() as session:
        far = makers.household(session, makers.FAR_VILLAGE).id
    assert statuses(send(phone.command(visit(far)))) == ["orphaned"]


def test_a_phone_that_is_not_known_keeps_its_work(world: tuple[Phone, str]) -> None:
    phone, home = world
    with transaction() as session:
        stranger = Phone(makers.user(session), enrolled=False)
    answer = ask("POST", "/sync/sealed", content=stranger.command(visit(home)))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "unknown_device")
    receipts = send(stranger.command(visit(home)), phone.command(visit(home)))
    assert statuses(receipts) == ["refused", "stored"]
    with reading() as session:
        assert session.exec(select(SealedKept)).all() == []


def test_bad_ones_are_kept_as_they_came_and_stop_no_neighbour(world: tuple[Phone, str]) -> None:
    phone, home = world
    other = Phone(phone.actor, enrolled=False)
    torn = bytearray(phone.command(visit(home)))
    torn[-1] ^= 1
    false = phone.seal("command", new_id(), b"{}", digest="0" * 64)
    photo = phone.seal("photo", "0" * 64, b"abc")
    two = phone.seal("command", new_id(), b'{"a":1},{"b":2}')
    none = phone.seal("command", new_id(), b'1]}, "x": {"a": [')
    bad = [other.command(visit(home)), bytes(torn), false, photo, two, none]
    receipts = send(*(part for one in bad for part in (one, phone.command(visit(home)))))
    assert statuses(receipts) == ["rejected", "stored"] * len(bad)
    codes = [receipt["errors"][0]["code"] for receipt in receipts[::2]]
    wrong = ["wrong_signature", "seal_broken", "wrong_content", "wrong_content", "not_a_command", "not_a_command"]
    assert codes == wrong
    send(*bad)
    with reading() as session:
        kept = {row.sum: row for row in session.exec(select(SealedKept)).all()}
        for one in bad:
            row = kept[hashlib.sha256(one).hexdigest()]
            assert (row.raw, row.times, row.author_id) == (one, 2, phone.actor.id)


def test_a_command_cannot_push_its_neighbours_out(world: tuple[Phone, str]) -> None:
    phone, home = world
    trick = phone.seal("command", new_id(), b'1],"commands":[2')
    receipts = send(phone.command(visit(home)), trick, phone.command(visit(home)))
    assert statuses(receipts) == ["stored", "rejected", "stored"]


def test_what_is_kept_of_one_phone_has_a_limit(world: tuple[Phone, str], monkeypatch: pytest.MonkeyPatch) -> None:
    phone, _ = world
    monkeypatch.setattr(service, "MOST_KEPT", 2)
    other = Phone(phone.actor, enrolled=False)
    for _ in range(4):
        assert statuses(send(other.seal("command", new_id(), b"{}"))) == ["rejected"]
    with reading() as session:
        assert len(session.exec(select(SealedKept)).all()) == 2


def test_a_refused_command_gets_its_sentence(world: tuple[Phone, str]) -> None:
    phone, _ = world
    [receipt] = send(phone.command(makers.command("nonsense", {})))
    assert (receipt["status"], receipt["errors"][0]["code"]) == ("rejected", "unknown_type")


@pytest.mark.parametrize("body", [b"", b"RHT1", b"abc" * 100, b"RHT1\xff\xff\xff\xff" + b"x" * 50])
def test_what_is_no_container_is_a_sentence(world: tuple[Phone, str], body: bytes) -> None:
    with pytest.raises(BadInput):
        service.take(body)


def test_after_something_torn_the_next_container_is_found(world: tuple[Phone, str]) -> None:
    phone, home = world
    assert statuses(send(b"torn", phone.command(visit(home)))) == ["rejected", "stored"]
    assert counts()[0] == 1


def test_a_large_picture_gets_through_in_pieces_over_a_line_that_breaks(world: tuple[Phone, str]) -> None:
    phone, _ = world
    whole = phone.photo(encoded(scene(3, (1200, 900))))
    path = f"/sync/sealed/{hashlib.sha256(whole).hexdigest()}"
    piece, at = len(whole) // 5, 0
    while at < len(whole):
        assert int(ask("HEAD", path).headers["Upload-Offset"]) == at
        headers = {"Upload-Offset": str(at), "Upload-Length": str(len(whole))}
        answer = ask("PATCH", path, content=whole[at : at + piece], headers=headers)
        at = int(answer.headers["Upload-Offset"])
        if at < len(whole):
            wrong = ask("PATCH", path, content=b"x", headers=headers | {"Upload-Offset": str(at + 7)})
            assert (wrong.status_code, wrong.headers["Upload-Offset"]) == (409, str(at))
    assert statuses(answer.json()["receipts"]) == ["stored"]
    assert counts() == (0, 1)
    assert ask("HEAD", path).headers["Upload-Offset"] == "0"
    headers["Upload-Offset"] = "0"
    again = ask("PATCH", path, content=whole[:1000], headers=headers)
    assert statuses(again.json()["receipts"]) == ["duplicate"], "the answer was lost: the header alone is enough"


def test_only_what_an_enrolled_phone_has_signed_takes_up_room(world: tuple[Phone, str]) -> None:
    phone, home = world
    for whole, status in (
        (b"x" * 5000, 422),
        (phone.command(visit(home))[:20], 422),
        (Phone(phone.actor, enrolled=False).photo(b"x" * 5000), 403),
    ):
        path = f"/sync/sealed/{hashlib.sha256(whole).hexdigest()}"
        headers = {"Upload-Offset": "0", "Upload-Length": str(len(whole))}
        assert ask("PATCH", path, content=whole, headers=headers).status_code == status
        assert ask("HEAD", path).headers["Upload-Offset"] == "0"
    headers = {"Upload-Offset": "0", "Upload-Length": str(rules.LARGEST + 1)}
    assert ask("PATCH", f"/sync/sealed/{'0' * 64}", content=b"x", headers=headers).status_code == 413


def test_one_phone_does_not_send_without_end(world: tuple[Phone, str], monkeypatch: pytest.MonkeyPatch) -> None:
    phone, _ = world
    monkeypatch.setattr("app.sealed.parts_service.MEGABYTE", 10)
    answer = ask("POST", "/sync/sealed", content=phone.photo(b"\xff" * 9000))
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "too_much_today")
    assert int(answer.headers["Retry-After"]) > 0


def test_one_phone_over_its_share_does_not_hold_its_neighbours_back(
    world: tuple[Phone, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, home = world
    monkeypatch.setattr("app.sealed.parts_service.MEGABYTE", 30)
    with transaction() as session:
        other = makers.user(session)
    neighbour = Phone(other)
    mine, theirs = phone.photo(b"\xff" * 9000), neighbour.command(visit(home))
    assert statuses(send(mine, theirs, b"RHT1 torn")) == ["refused", "stored", "rejected"]
    again = send(theirs, mine)
    assert statuses(again) == ["duplicate", "refused"]
    assert (again[1]["errors"][0]["code"], again[1]["sealed"]) == ("too_much_today", again[1]["digest"])
    choose(sealed_per_minute=1)
    assert statuses(send(phone.command(visit(home)))) == ["stored"]
    assert statuses(send(phone.command(visit(home)), neighbour.command(visit(home)))) == ["refused", "stored"]


def choose(**values: int) -> None:
    with transaction() as session:
        for key, value in values.items():
            parameters.set_value(session, None, key, value, utcnow().date())
    limits._limiter.cache_clear()
    limits._by_day.cache_clear()


def test_phones_behind_one_address_are_counted_apart(world: tuple[Phone, str]) -> None:
    """By the phone that signed; whoever carries it, and from wherever."""
    phone, home = world
    with transaction() as session:
        other = makers.user(session)
    neighbour = Phone(other)
    choose(sealed_per_minute=2)
    sent = [ask("POST", "/sync/sealed", content=phone.command(visit(home))) for _ in range(3)]
    assert [one.status_code for one in sent] == [200, 200, 429]
    assert int(sent[-1].headers["Retry-After"]) > 0
    assert ask("POST", "/sync/sealed", content=neighbour.command(visit(home))).status_code == 200


def test_pieces_count_for_the_phone_that_signed_them(world: tuple[Phone, str]) -> None:
    phone, _ = world
    choose(sealed_per_minute=2)
    whole = phone.photo(encoded(scene(3, (1200, 900))))
    codes = []
    for at in range(0, 6000, 2000):
        headers = {"Upload-Offset": str(at), "Upload-Length": str(len(whole))}
        path = f"/sync/sealed/{hashlib.sha256(whole).hexdigest()}"
        codes.append(ask("PATCH", path, content=whole[at : at + 2000], headers=headers).status_code)
    assert codes == [204, 204, 429]


def test_who_writes_anothers_name_on_it_uses_up_nothing_of_his(
    world: tuple[Phone, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, home = world
    choose(sealed_per_minute=2)
    monkeypatch.setattr("app.sealed.parts_service.MEGABYTE", 40)
    forger = Phone(phone.actor, enrolled=False)
    for _ in range(3):
        assert statuses(send(forger.photo(b"\xff" * 9000))) == ["rejected"]
    assert statuses(send(phone.command(visit(home)))) == ["stored"]


def test_a_flood_from_one_address_ends_before_anything_is_looked_at(world: tuple[Phone, str]) -> None:
    choose(sealed_per_minute_address=3)
    assert [ask("POST", "/sync/sealed", content=b"x").status_code for _ in range(4)] == [422, 422, 422, 429]


def test_without_a_session_nobody_learns_whether_an_account_exists(world: tuple[Phone, str]) -> None:
    _, home = world
    ghost = Actor(id=new_id(), username="", name="", role=Role.VILLAGE, device_id=new_id())
    with pytest.raises(NotAllowed) as refused:
        service.take(Phone(ghost, enrolled=False).command(visit(home)))
    assert refused.value.code == "unknown_device"
