"""Floods: by account and device, per minute and per day, told with the time to wait; slow senders are let go."""

import asyncio
import gzip
import hashlib
import socket
import time
import zlib

import pytest

from app import http, limits
from app.accounts.rules import Role
from app.db import transaction, utcnow
from app.limits import Flood
from app.rooms import ROUTES
from app.settings import service as parameters
from tests import makers
from tests.api_server import ApiServer
from tests.photos import pictures
from tests.test_permissions import ask, push, visit_command

pytestmark = pytest.mark.usefixtures("home")


def choose(key: str, value: int) -> None:
    with transaction() as session:
        parameters.set_value(session, None, key, value, utcnow().date())
    limits.flood.forget()


def test_a_bucket_runs_over_and_fills_again():
    now = [1000.0]
    flood = Flood(lambda: now[0])
    flood.use({"rate.push": 3})
    assert [flood.wait("push", "a") for _ in range(4)] == [0, 0, 0, 20]
    assert flood.wait("push", "b") == 0
    now[0] += 20
    assert flood.wait("push", "a") == 0
    assert flood.wait("push", "a") > 0


def test_a_day_of_china_has_its_share():
    now = [1_795_000_000.0]
    flood = Flood(lambda: now[0])
    flood.use({"quota.photos": 1})
    assert flood.take("photos", "a", 900_000) == 0
    wait = flood.take("photos", "a", 200_000)
    assert 0 < wait <= 86_400
    assert flood.take("photos", "b", 200_000) == 0
    now[0] += wait
    assert flood.take("photos", "a", 200_000) == 0


@pytest.mark.parametrize(
    ("key", "method", "path"), [("rate.pull", "GET", "/sync/pull"), ("rate.push", "POST", "/sync/push")]
)
def test_one_device_that_asks_too_often_waits_and_no_other_does(key, method, path):
    choose(key, 2)
    with transaction() as session:
        makers.divisions(session)
        makers.user(session, Role.VILLAGE, token="one")
        makers.user(session, Role.VILLAGE, token="two")
    answers = [ask(method, path, "one") for _ in range(3)]
    assert answers[1].status_code != 429
    assert answers[2].status_code == 429
    assert answers[2].json()["error"]["code"] == "too_many"
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60
    assert ask(method, path, "two").status_code != 429


def test_what_writes_or_takes_much_out_has_a_share():
    shares = {(one.method, one.path): (one.rate, one.quota) for one in ROUTES}
    assert shares["PATCH", "/photos/{sha256}"] == shares["PUT", "/photos/{sha256}"] == ("upload", "photos")
    assert shares["POST", "/sync/push"] == ("push", "commands")
    assert shares["POST", "/imports"][1] == "tables"
    assert shares["GET", "/reviews/export"][0] == "export"


def test_pictures_of_a_day():
    choose("quota.photos", 1)
    picture = pictures.jpeg(1) + b"\0" * 700_000
    with transaction() as session:
        makers.user(session, Role.VILLAGE, token="one")
    codes = []
    for number in range(3):
        data = picture + bytes([number])
        codes.append(ask("PUT", f"/photos/{hashlib.sha256(data).hexdigest()}", "one", content=data))
    assert codes[-1].status_code == 429
    assert codes[-1].json()["error"]["code"] == "quota"
    begun = {"Upload-Offset": "0", "Upload-Length": "900000", "Content-Type": "application/offset+octet-stream"}
    piece = ask("PATCH", f"/photos/{'b' * 64}", "one", content=b"\xff" * 900_000, headers=begun)
    assert piece.status_code == 429
    assert int(piece.headers["Retry-After"]) > 0


def test_text_of_a_day():
    choose("quota.commands", 1)
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        actor = makers.user(session, Role.VILLAGE, token="one")
        home = makers.household(session)
    assert push(actor, "one", visit_command(home)).status_code == 200
    long = {**visit_command(home), "type": "x" * 200_000}
    codes = [push(actor, "one", long, long, long, long).status_code for _ in range(2)]
    assert codes[-1] == 429


def test_whole_numbers_are_not_read_off_one_after_the_other():
    choose("rate.unmask", 2)
    with transaction() as session:
        makers.divisions(session)
        makers.user(session, Role.VILLAGE, token="one")
        person = makers.person(session, makers.household(session), phone="15400000001")
    why = {"field": "phone", "reason": "identity"}
    asked = [ask("POST", f"/people/{person.id}/unmask", "one", json=why) for _ in range(3)]
    assert [one.status_code for one in asked] == [200, 200, 429]


def test_signing_in_is_counted_by_name_and_device_not_by_address(monkeypatch):
    monkeypatch.setenv("RUHUTONG_LOGIN_ATTEMPTS_PER_MINUTE", "3")
    http_body = {"username": "nobody-here", "password": "x", "device": {"id": "01900000-0000-7000-8000-000000000001"}}
    limits._limiter.cache_clear()
    said = [ask("POST", "/session", json=http_body).status_code for _ in range(4)]
    assert said[-1] == 429
    other = http_body | {"device": {"id": "01900000-0000-7000-8000-000000000002"}}
    assert ask("POST", "/session", json=other).status_code == 429, "inventing a device gives no new tries"
    assert ask("POST", "/session", json=other | {"username": "somebody-else"}).status_code == 401


def bomb(kind: str) -> bytes:
    """Bodies that say they are gzip and inflate to much, or to nothing for as long as they please."""
    zeros = zlib.compressobj(9, wbits=31)
    small = gzip.compress(b'{"a": 1}')
    return {
        "much": zeros.compress(b"0" * 30_000_000) + zeros.flush(),
        "a tail": small + b"\0" * 3_000_000,
        "a second one": small + gzip.compress(b"0" * 30_000_000),
        "empty blocks": small[:10] + b"\0\0\0\xff\xff" * 600_000,
    }[kind]


@pytest.mark.parametrize("path", ["/session", "/sync/sealed", "/sync/push"])
@pytest.mark.parametrize("kind", ["much", "a tail", "a second one", "empty blocks"])
def test_a_body_that_swells_or_never_ends_is_read_no_further_than_its_cap(path, kind):
    with transaction() as session:
        makers.divisions(session)
        makers.user(session, Role.VILLAGE, token="one")
    taken = 0
    data = bomb(kind)

    async def drop_by_drop():
        nonlocal taken
        for at in range(0, len(data), 50_000):
            taken = min(len(data), at + 50_000)
            yield data[at : at + 50_000]

    answer = ask("POST", path, "one", content=drop_by_drop(), headers={"Content-Encoding": "gzip"})
    code = answer.json()["error"]["code"]
    assert (answer.status_code, code) in {(413, "batch_too_big"), (422, "bad_gzip")}, answer.text
    assert taken < 1_200_000


def test_who_keeps_us_waiting_counts_as_gone():
    async def silent():
        await asyncio.sleep(3600)

    async def ended() -> list[str]:
        return [(await http.patient(silent, whole, silence)())["type"] for whole, silence in ((9, 0.01), (0.01, 9))]

    assert asyncio.run(ended()) == ["http.disconnect"] * 2


def test_a_body_that_drips_in_holds_nothing(tmp_path, monkeypatch):
    """A real server: the sender is let go, and the server answers others meanwhile."""
    monkeypatch.setenv("RUHUTONG_SILENCE_SECONDS", "1")
    server = ApiServer(tmp_path / "log")
    server.start()
    try:
        head = f"POST /api/session HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Length: 500\r\n\r\n{{"
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
            line.sendall(head.encode())
            began = time.monotonic()
            answer = line.recv(200)
        assert answer == b"" or b" 408 " in answer
        assert time.monotonic() - began < 20
    finally:
        server.kill()
