"""Pictures sent over a real line: piece by piece, whole, broken, foreign, and by a foreign tus client."""

import hashlib
import io
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from PIL import Image
from sqlmodel import select

from app import parts
from app.accounts.rules import Role
from app.db import reading, transaction
from app.photos import store, upload_service
from models.photos import Photo, PhotoUpload
from models.reviews import Review
from tests import makers
from tests.api_server import ApiServer
from tests.sync.pushing import push, statuses


def picture(kind: str = "JPEG", size: int = 400) -> bytes:
    """A picture of noise, so that no two are alike."""
    out = io.BytesIO()
    Image.frombytes("RGB", (size, size), os.urandom(size * size * 3)).save(out, kind, quality=80)
    return out.getvalue()


def name_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture(scope="module")
def server(tmp_path_factory, sqlite_template):
    """One server over one home for all tests of this file, and a cadre's and a clerk's line to it."""
    import shutil

    from tests.conftest import clear_caches

    home = tmp_path_factory.mktemp("photo-home")
    shutil.copy(sqlite_template, home / "ruhutong.db")
    before = os.environ.get("RUHUTONG_HOME")
    os.environ["RUHUTONG_HOME"] = str(home)
    clear_caches()
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        actors = {
            "cadre": makers.user(session, token="cadre"),
            "other": makers.user(session, token="other"),
            "far": makers.user(session, areas=(makers.FAR_VILLAGE,), token="far"),
            "clerk": makers.user(session, Role.TOWN_CLERK, (makers.TOWN,), token="clerk"),
        }
        place = makers.household(session)
    running = ApiServer(home / "server.log")
    running.start()
    yield running, actors, place
    running.kill()
    os.environ.pop("RUHUTONG_HOME")
    if before:
        os.environ["RUHUTONG_HOME"] = before
    clear_caches()


@pytest.fixture
def line(server, monkeypatch):
    """A client of the cadre, in the home of the server."""
    running, _, _ = server
    with client(running, "cadre") as made:
        yield made


def client(running: ApiServer, who: str) -> httpx.Client:
    return httpx.Client(
        base_url=running.url, cookies={"ruhutong_session": who}, trust_env=False, timeout=30,
        headers={"Tus-Resumable": "1.0.0"},
    )  # fmt: skip


def patch(line: httpx.Client, name: str, data: bytes, offset: int, length: int | None) -> httpx.Response:
    headers = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
    if length is not None:
        headers["Upload-Length"] = str(length)
    return line.patch(f"/api/photos/{name}", content=data, headers=headers)


def offset_of(line: httpx.Client, name: str) -> tuple[int, int | None]:
    answer = line.head(f"/api/photos/{name}")
    assert answer.status_code == 200
    length = answer.headers.get("upload-length")
    return int(answer.headers["upload-offset"]), int(length) if length else None


def test_piece_by_piece(line):
    data = picture()
    name = name_of(data)
    assert offset_of(line, name) == (0, None)
    at = 0
    while at < len(data):
        answer = patch(line, name, data[at : at + 40_000], at, len(data))
        assert answer.status_code == 204
        at = int(answer.headers["upload-offset"])
    assert offset_of(line, name) == (len(data), len(data))
    assert store.local_path(name).read_bytes() == data
    with reading() as session:
        assert session.get(Photo, name).mime == "image/jpeg"
    assert patch(line, name, b"", len(data), None).status_code == 204
    assert patch(line, name, data[:10], 0, len(data)).headers["upload-offset"] == str(len(data))


def test_what_is_refused_and_why(line):
    data = picture()
    name = name_of(data)
    missing = patch(line, name, data[:10], 0, None)
    assert (missing.status_code, missing.json()["error"]["code"]) == (400, "length_missing")
    assert line.patch(f"/api/photos/{name}", content=b"x").status_code == 400
    assert patch(line, name, data[:10], 0, 15_000_001).status_code == 413
    assert patch(line, name, data[:1000], 0, len(data)).status_code == 204
    wrong = patch(line, name, data[500:600], 500, len(data))
    assert (wrong.status_code, wrong.headers["upload-offset"]) == (409, "1000")
    assert wrong.json()["error"]["message"]
    assert line.head("/api/photos/nothing").status_code == 404
    assert line.patch("/api/photos/ABCD", content=b"").status_code == 404


def test_another_length_later_on_is_refused_and_loses_nothing(line):
    data = picture()
    name = name_of(data)
    assert patch(line, name, data[:1000], 0, len(data)).status_code == 204
    wrong = patch(line, name, data[1000:1100], 1000, len(data) + 5)
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (409, "wrong_length")
    assert (wrong.headers["upload-offset"], wrong.headers["upload-length"]) == ("1000", str(len(data)))
    assert offset_of(line, name) == (1000, len(data))
    assert patch(line, name, data[1000:], 1000, None).status_code == 204
    assert offset_of(line, name) == (len(data), len(data))


def test_who_begins_from_nothing_may_say_another_length(line):
    data = picture()
    name = name_of(data)
    assert patch(line, name, data[:1000], 0, len(data) + 5).status_code == 204
    assert patch(line, name, data, 0, len(data)).status_code == 204
    assert offset_of(line, name) == (len(data), len(data))


def test_a_broken_request_keeps_what_arrived(server, line):
    running, _, _ = server
    data = picture()
    name = name_of(data)
    request = (
        f"PATCH /api/photos/{name} HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\nCookie: ruhutong_session=cadre\r\n"
        f"Upload-Offset: 0\r\nUpload-Length: {len(data)}\r\nContent-Length: {len(data)}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", running.port)) as wire:
        wire.sendall(request + data[:30_000])
    arrived = wait_for(lambda: offset_of(line, name)[0])
    assert 0 < arrived <= 30_000
    assert patch(line, name, data[arrived:], arrived, len(data)).status_code == 204
    assert store.local_path(name).read_bytes() == data


def wait_for(look):
    """What `look` says once it says something (the server learns of a closed line in its own time)."""
    import time

    deadline = time.monotonic() + 20
    while not (found := look()) and time.monotonic() < deadline:
        pass
    return found


def test_whole_is_only_said_of_what_is_kept(server, line):
    """`kill -9` between the last byte and its answer: the phone asks, and must not forget a picture nobody has."""
    _, actors, _ = server
    data = picture()
    name = name_of(data)
    assert patch(line, name, data[:-10], 0, len(data)).status_code == 204
    with parts.find(actors["cadre"].id, name).path.open("ab") as part:
        part.write(data[-10:])
    assert offset_of(line, name) == (len(data), len(data))
    with reading() as session:
        assert session.get(PhotoUpload, (actors["cadre"].id, name)) is not None
    assert store.local_path(name).read_bytes() == data


def test_a_whole_part_of_other_bytes_is_nothing(server, line):
    _, actors, _ = server
    name = "c" * 64
    assert patch(line, name, b"x" * 5, 0, 10).status_code == 204
    with parts.find(actors["cadre"].id, name).path.open("ab") as part:
        part.write(b"y" * 5)
    assert offset_of(line, name) == (0, None)


def test_many_senders_of_one_picture_at_once(line):
    data = picture(size=700)
    name = name_of(data)
    seen: list[int] = []

    def send() -> None:
        at = 0
        while at < len(data):
            answer = patch(line, name, data[at : at + 20_000], at, len(data))
            seen.append(answer.status_code)
            at = int(answer.headers["upload-offset"])

    with ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(send) for _ in range(4)]:
            one.result()
    assert set(seen) <= {204, 409}
    assert store.local_path(name).read_bytes() == data


def test_a_part_that_was_begun_anew_meanwhile_is_not_taken_for_a_whole(server):
    _, actors, _ = server
    data = picture()
    name, cadre = name_of(data), actors["cadre"]
    part = parts.begin(cadre.id, name, len(data))
    parts.append(part, 0, data)
    again = parts.begin(cadre.id, name, len(data))
    parts.append(again, 0, data[:10])
    with pytest.raises(upload_service.WrongOffset) as said:
        upload_service._finish(cadre, name, part)
    assert said.value.offset == 10
    assert parts.find(cadre.id, name).offset == 10


def test_wrong_bytes_begin_again(line):
    data = picture()
    name = name_of(data)
    damaged = data[:5000] + b"?" + data[5001:]
    answer = patch(line, name, damaged, 0, len(data))
    assert (answer.status_code, answer.json()["error"]["code"]) == (460, "checksum_mismatch")
    assert offset_of(line, name) == (0, None)
    assert patch(line, name, data, 0, len(data)).status_code == 204
    assert line.put(f"/api/photos/{'0' * 64}", content=data).status_code == 460


@pytest.mark.parametrize(
    "data",
    [b"", b"<html><body>login</body></html>", picture()[:-4000], picture("PNG", 80)[:-20], b"\xff\xd8\xff\xd9",
     b"GIF89a" + b"0" * 100],
    ids=["nothing", "html", "cut jpeg", "cut png", "empty jpeg", "gif"],
)  # fmt: skip
def test_what_is_no_whole_picture(line, data):
    name = name_of(data)
    answer = patch(line, name, data, 0, len(data))
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "not_a_picture")
    assert line.put(f"/api/photos/{name}", content=data).status_code == 415
    assert offset_of(line, name) == (0, None)


def test_other_kinds_of_pictures_and_no_trust_in_names(line):
    for kind in ("PNG", "WEBP", "HEIF"):
        if kind == "HEIF":
            from pillow_heif import register_heif_opener

            register_heif_opener()
        data = picture(kind, 120)
        assert line.put(f"/api/photos/{name_of(data)}", content=data).status_code == 204
        with reading() as session:
            assert session.get(Photo, name_of(data)).mime.startswith("image/")


def test_put_in_one_go_and_again(line):
    data = picture()
    for _ in range(2):
        assert line.put(f"/api/photos/{name_of(data)}", content=data).status_code == 204
    assert offset_of(line, name_of(data)) == (len(data), len(data))
    huge = line.put(f"/api/photos/{'a' * 64}", content=b"\xff\xd8\xff" + bytes(60_000_000))
    assert (huge.status_code, huge.json()["error"]["code"]) == (413, "photo_too_big")


def test_a_part_belongs_to_its_sender_and_complete_to_who_may_see_it(server, line):
    running, actors, place = server
    data = picture()
    name = name_of(data)
    with client(running, "other") as other, client(running, "far") as far, client(running, "clerk") as clerk:
        assert patch(line, name, data[:100], 0, len(data)).status_code == 204
        assert offset_of(other, name) == (0, None)
        assert line.put(f"/api/photos/{name}", content=data).status_code == 204
        assert [offset_of(one, name)[0] for one in (other, far, clerk)] == [0, 0, 0]
        visit = makers.command("visit", makers.visit(place.id, photos=[{"sha256": name, "taken_at": makers.at()}]))
        assert statuses(push(actors["cadre"], visit)) == ["stored"]
        assert [offset_of(one, name)[0] for one in (other, far, clerk)] == [len(data), 0, len(data)]
        assert far.put(f"/api/photos/{name}", content=data).status_code == 204
    with reading() as session:
        assert session.exec(select(Review).where(Review.sha256 == name)).one().visit_id == visit["id"]
        assert len(session.exec(select(PhotoUpload).where(PhotoUpload.sha256 == name)).all()) == 2


def test_naming_a_strangers_picture_gives_no_sight_of_it(server, line):
    running, actors, place = server
    data = picture()
    name = name_of(data)
    with client(running, "far") as far:
        assert far.put(f"/api/photos/{name}", content=data).status_code == 204
    visit = makers.command("visit", makers.visit(place.id, photos=[{"sha256": name, "taken_at": makers.at()}]))
    push(actors["cadre"], visit)
    assert line.get(f"/api/photos/{name}").status_code == 404
    assert offset_of(line, name) == (0, None)
    assert line.put(f"/api/photos/{name}", content=data).status_code == 204
    assert line.get(f"/api/photos/{name}").content == data


def test_a_refused_picture_is_told_with_its_visit(server, line):
    from app.sync import pull_service

    _, actors, place = server
    data = picture()[:-4000]
    name = name_of(data)
    visit = makers.command("visit", makers.visit(place.id, photos=[{"sha256": name, "taken_at": makers.at()}]))
    push(actors["cadre"], visit)
    assert line.put(f"/api/photos/{name}", content=data).status_code == 415
    changes = pull_service.pull(actors["cadre"], "", 1000)["changes"]
    told = next(one["data"]["photos"] for one in changes if one["id"] == visit["id"])
    assert [one["state"] for one in told] == ["refused"]


def test_a_foreign_tus_client(server, tmp_path: Path):
    from tusclient.client import TusClient

    running, _, _ = server
    data = picture(size=900)
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    headers = {"Cookie": "ruhutong_session=cadre", "Upload-Length": str(len(data))}
    with path.open("rb") as file:
        uploader = TusClient(f"{running.url}/api/photos/", headers=headers).uploader(
            file_stream=file, chunk_size=64_000, url=f"{running.url}/api/photos/{name_of(data)}"
        )
        uploader.upload_chunk()
        assert uploader.offset == 64_000
        uploader.upload()
    assert store.local_path(name_of(data)).read_bytes() == data


def test_who_may_not_send(server):
    running, _, _ = server
    with client(running, "nobody") as nobody:
        assert nobody.put(f"/api/photos/{'0' * 64}", content=b"x").status_code == 401
        assert nobody.head(f"/api/photos/{'0' * 64}").status_code == 401
