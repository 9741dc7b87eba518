"""The disk is full: a sentence, nothing half, and everything goes on by itself when there is room."""

import contextlib
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.backup.files import BackupFailed
from app.backup.service import backup
from app.db import engine
from tests.api_server import ApiServer
from tests.conftest import clear_caches
from tests.faults import stage

ROUNDS = 5
SMALL = 24 << 20
LEFT = 64 << 10


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A file system of a few megabytes in a folder; False where this machine lets nobody make one."""
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL},mode=700", "tmpfs", str(folder)]
    made = os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0
    try:
        yield made
    finally:
        if made:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Callable[[], None]:
    """Use up what is free but a little; returns what makes room again."""
    ballast = folder / "ballast"
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    with ballast.open("wb") as file, contextlib.suppress(OSError):
        for _ in range(0, free - LEFT, LEFT):
            file.write(b"\0" * LEFT)
            file.flush()
    return ballast.unlink


def no_longer_files(server: ApiServer, home: Path) -> Callable[[], None]:
    """Where no file system can be made: no file of the server's grows beyond what it is; returns what lifts that."""
    import psutil

    assert server.process is not None
    family = [server.process.pid, *(one.pid for one in psutil.Process(server.process.pid).children(recursive=True))]
    for pid in family:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    whole = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    return lambda: [resource.prlimit(pid, resource.RLIMIT_FSIZE, whole) for pid in family] and None


@pytest.fixture(params=["a full file system", "a limit on files"])
def full(request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A home whose disk can be filled: both ways where both are possible, the second everywhere."""
    import shutil

    home = tmp_path / "disk"
    with small_disk(home) if request.param.startswith("a full") else contextlib.nullcontext(False) as mounted:
        home.mkdir(exist_ok=True)
        shutil.copy(sqlite_template, home / "ruhutong.db")
        monkeypatch.setenv("RUHUTONG_HOME", str(home))
        clear_caches()
        yield home, mounted
        clear_caches()


def test_a_full_disk(full, tmp_path):
    home, mounted = full
    place = stage.county()
    server = ApiServer(tmp_path / "server.log")
    server.start()
    try:
        with stage.storm(place, [server.url], tmp_path, ROUNDS) as storm:
            storm.wait_for(5)
            make_room = fill(home) if mounted else no_longer_files(server, home)
            refused = "disk_full" if mounted else ""
            stage.until("a refusal", lambda: any(one[1] == refused or not refused for one in storm.told().refusals))
            make_room()
            told = storm.finish()
    finally:
        server.kill()
    assert {one[0] for one in told.refusals} == {"503"}
    assert {one[1] for one in told.refusals} <= {"disk_full", "unavailable", "photos_away"}
    assert all(int(wait) > 0 and "手机" in sentence for _, _, wait, sentence in told.refusals)
    stage.check(told)


def test_a_backup_onto_a_full_disk_is_none_and_the_one_before_stays(home, tmp_path):
    stage.county()
    with small_disk(tmp_path / "disk") as mounted:
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)
        first = backup(tmp_path / "disk" / "backups", None, beside=False, keep=1, tell=lambda *_: None)
        make_room = fill(tmp_path / "disk") if mounted else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        if not mounted:
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limit[1]))
        try:
            with pytest.raises(BackupFailed) as error:
                backup(tmp_path / "disk" / "backups", None, beside=False, keep=1, tell=lambda *_: None)
        finally:
            make_room()
        assert error.value.code in {"disk_full"} if mounted else {"disk_full", "disk_error"}
        assert Path(first.generation).is_dir()
        assert not list((tmp_path / "disk" / "backups").glob("*.unfinished"))
        engine().dispose()
