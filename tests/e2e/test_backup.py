"""The server burns down: a backup is put back, and the phone brings the difference back by itself."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.phone import Phone
from tests.e2e.server import Server
from tests.e2e.truth import Ledger, held_photos


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, county: Path) -> Iterator[Server]:
    """A county of its own, for it is destroyed."""
    one = Server(tmp_path_factory.mktemp("backup") / "home", county)
    one.start()
    yield one
    one.stop()


def ruhutong(server: Server, *words: object) -> dict:
    """Run a command on the server's home."""
    program = Path(sys.executable).parent / "ruhutong"
    environment = {**os.environ, "RUHUTONG_HOME": str(server.home)}
    done = subprocess.run([str(program), *map(str, words), "--json"], env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_what_came_after_the_backup_comes_back_from_the_phone(phone: Phone, server: Server, pictures, tmp_path: Path):
    account = server.accounts["village"]
    ledger = Ledger(server, account["username"])
    phone.visit(0, *pictures(1))
    phone.sync()
    phone.expect_all_received()
    (first,) = ledger.expect_new(1, photos=1)
    made = ruhutong(server, "backup", tmp_path / "backups", "--keys", tmp_path / "keys")
    assert made["photos_copied"] >= 1

    phone.visit(1, *pictures(1))
    phone.sync()
    phone.expect_all_received()
    second = ledger.expect_new(2, photos=2)[0]
    pictures_before = photos_of(server, [first, second])
    told = server.rows("SELECT id, digest FROM command WHERE id IN (?, ?) ORDER BY id", (first, second))
    phone.close()

    server.kill()
    shutil.rmtree(server.home)
    ruhutong(server, "restore", tmp_path / "backups", "--keys", tmp_path / "keys")
    assert server.rows("SELECT id FROM visit WHERE id IN (?, ?)", (first, second)) == [(first,)]
    server.start()

    phone.open("/")
    phone.sign_in_again(account)
    phone.sync()
    whole = (
        "SELECT v.id FROM visit v JOIN visit_photo p ON p.visit_id = v.id JOIN photo_upload u "
        "ON u.sha256 = p.sha256 AND u.user_id = v.author_id WHERE v.id IN (?, ?) ORDER BY v.seq"
    )
    server.eventually(whole, (first, second), [(first,), (second,)], 60)
    phone.expect_all_received()
    assert set(ledger.expect_new(2, photos=2)) == {first, second}
    assert photos_of(server, [first, second]) == pictures_before
    assert server.rows("SELECT id, digest FROM command WHERE id IN (?, ?) ORDER BY id", (first, second)) == told
    assert held_photos(server, [first, second]) == 2


def photos_of(server: Server, visits: list[str]) -> list[tuple[str, str, int]]:
    """Visit, picture and the size of the bytes that lie in the photo store under its name."""
    marks = ",".join("?" * len(visits))
    rows = server.rows(
        f"SELECT visit_id, sha256 FROM visit_photo WHERE visit_id IN ({marks}) ORDER BY visit_id, sha256", visits
    )
    return [(visit, name, (server.home / "photos" / name[:2] / name).stat().st_size) for visit, name in rows]
