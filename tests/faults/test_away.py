"""Database or photo store gone for a while: a sentence with when to try again, and everything arrives in the end."""

import shutil
import sqlite3

import httpx
import pytest

from app.config import settings
from app.db import migrate
from app.photos import store
from tests import makers
from tests.api_server import ApiServer
from tests.e2e.faultproxy import Weather
from tests.faults import stage

ROUNDS = 5


@pytest.fixture
def server(tmp_path):
    one = ApiServer(tmp_path / "server.log")
    yield one
    one.kill()


def sentence_of(told, code):
    """What phones were told meanwhile: one sentence, and when to come again."""
    found = {one for one in told.refusals if one[1] == code}
    assert {one[0] for one in told.refusals} == {"503"}
    ((_, _, wait, sentence),) = found
    assert int(wait) > 0
    return sentence


def test_postgresql_is_stopped_and_started_again(on_own_postgres, server, tmp_path):
    place = stage.county()
    server.start()
    with stage.storm(place, [server.url], tmp_path, ROUNDS) as storm:
        storm.wait_for(5)
        on_own_postgres.stop()
        storm.wait_for_refusal("unavailable")
        assert httpx.get(f"{server.url}/api/health", trust_env=False, timeout=60).status_code == 503
        on_own_postgres.start()
        told = storm.finish()
    assert "手机里的内容都在" in sentence_of(told, "unavailable")
    stage.check(told)


def test_another_process_holds_the_sqlite_file(home, server, tmp_path, monkeypatch):
    place = stage.county()
    server.start()
    with stage.storm(place, [server.url], tmp_path, ROUNDS) as storm:
        storm.wait_for(5)
        holder = sqlite3.connect(home / "ruhutong.db", isolation_level=None, timeout=30)
        holder.execute("BEGIN EXCLUSIVE")
        try:
            storm.wait_for_refusal("unavailable")
            cookie = {"ruhutong_session": "phone0"}
            answer = httpx.get(f"{server.url}/api/sync/pull", cookies=cookie, trust_env=False, timeout=60)
            assert answer.status_code == 503, "the first pull of a scope writes it down"
            assert answer.json()["error"]["code"] == "unavailable"
            assert httpx.get(f"{server.url}/api/health", trust_env=False, timeout=60).status_code == 200
        finally:
            holder.execute("ROLLBACK")
            holder.close()
        told = storm.finish()
    assert "手机里的内容都在" in sentence_of(told, "unavailable")
    stage.check(told)


def test_the_photo_folder_is_not_mounted(home, server, tmp_path):
    """Nothing is written into the bare mount point, where it would be hidden later; texts go on being stored."""
    place = stage.county()
    server.start()
    photos, aside = home / "photos", home / "unmounted"
    with stage.storm(place, [server.url], tmp_path, ROUNDS) as storm:
        storm.wait_for(5)
        photos.rename(aside)
        photos.mkdir(mode=0o700)
        storm.wait_for_refusal("photos_away")
        with httpx.Client(
            base_url=server.url, cookies={"ruhutong_session": "phone0"}, trust_env=False, timeout=60
        ) as line:
            command = makers.command("visit", makers.visit(place.home_id))
            body = {"device_id": place.devices[0], "commands": [command]}
            assert line.post("/api/sync/push", json=body).json()["receipts"][0]["status"] == "stored"
            piece = {"upload-offset": "0", "upload-length": "10"}
            answer = line.patch(f"/api/photos/{'0' * 64}", content=b"12345", headers=piece)
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "photos_away")
        assert not [path for path in photos.rglob("*") if path.is_file()], "written beside the photos"
        photos.rmdir() if not any(photos.iterdir()) else shutil.rmtree(photos)
        aside.rename(photos)
        told = storm.finish()
    assert "照片留在手机里" in sentence_of(told, "photos_away")
    told.visits.add(command["id"])
    settings.cache_clear()
    for name in told.photos:
        assert store.holds(name)


def test_a_home_starts_again_while_its_photos_are_away(home):
    """The mark is made once, when the folder is first seen, and never again for the same folder."""
    settings().make_folders()
    assert settings().photos_there
    (home / "photos").rename(home / "aside")
    settings().make_folders()
    migrate()
    assert not settings().photos_there
    shutil.rmtree(home / "photos")
    (home / "aside").rename(home / "photos")
    assert settings().photos_there


def test_s3_is_away(home, s3, server, tmp_path):
    place = stage.county()
    server.start()
    with stage.storm(place, [server.url], tmp_path, ROUNDS) as storm:
        storm.wait_for(5)
        s3.set(Weather.REFUSE)
        storm.wait_for_refusal("photos_away")
        s3.set(Weather.PASS)
        told = storm.finish()
    assert "照片留在手机里" in sentence_of(told, "photos_away")
    stage.check(told)
