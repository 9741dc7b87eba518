"""A backup of the running system, and the way back onto an empty machine: on both databases."""

import gzip
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from app.backup import cli, files
from app.backup.files import BackupFailed
from app.backup.restore_service import restore
from app.backup.rules import MANIFEST, PHOTO_LIST
from app.backup.service import backup
from app.db import UNFINISHED, migrate, reading, transaction
from app.errors import BadInput, BadSetting
from app.photos import store, upload_service
from app.sync import pull_service
from models.accounts import LoginSession
from models.households import Person
from models.visits import Visit
from tests import makers
from tests.conftest import clear_caches
from tests.faults.storm import picture
from tests.sync.pushing import push, statuses


def silent(_what: str, _done: int, _total: int) -> None:
    """Hears nothing."""


def make(folder: Path, keys: Path | None = None, **more):
    return backup(folder, keys, **({"beside": False, "keep": 0, "tell": silent} | more))


def put_back(folder: Path, keys: Path | None, **more):
    return restore(folder, keys, **({"without_keys": False, "tell": silent} | more))


@pytest.fixture
def county(database):
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        home = makers.household(session)
        makers.person(session, home, phone="13800000000", id_number="349927194001010010")
        me = makers.user(session, token="cadre")
    return me, home


def names(page) -> set[tuple[str, str]]:
    return {(one["type"], one["id"]) for one in page["changes"]}


def visit_with_photo(me, home) -> tuple[str, str]:
    """One whole visit; returns its id and its picture's name."""
    data = picture()
    name = hashlib.sha256(data).hexdigest()
    command = makers.command("visit", makers.visit(home.id, photos=[{"sha256": name, "taken_at": makers.at(25)}]))
    assert statuses(push(me, command)) == ["stored"]
    upload_service.put(me, name, data)
    return command["id"], name


def test_there_and_back(county, move, tmp_path):
    me, home = county
    visit, photo = visit_with_photo(me, home)
    before = pull_service.pull(me, "", 1000)
    report = make(tmp_path / "backups", tmp_path / "keys")
    assert (report.photos, report.photos_copied, report.problems) == (1, 1, [])
    late, _ = visit_with_photo(me, home)

    there = move()
    done = put_back(tmp_path / "backups", tmp_path / "keys")
    assert done.problems == []
    with reading() as session:
        assert list(session.exec(select(Visit.id))) == [visit]
        assert session.exec(select(Person.id_number)).one() == "349927194001010010"
        assert [one.ended_at for one in session.exec(select(LoginSession))] == [None]
    assert hashlib.sha256(store.read(photo)).hexdigest() == photo
    assert {path.stat().st_mode & 0o777 for path in (there / "keys").iterdir()} == {0o600}
    after = pull_service.pull(me, before["cursor"], 1000)
    assert after["reset"] is True
    assert names(after) == names(before)
    assert late not in json.dumps(after)
    assert not (there / UNFINISHED).exists()
    another, _ = visit_with_photo(me, home)
    with reading() as session:
        assert set(session.exec(select(Visit.id))) == {visit, another}


def test_phones_are_told_what_it_covers_and_the_log_knows(county, tmp_path):
    me, home = county
    visit_with_photo(me, home)
    report = make(tmp_path / "backups")
    assert pull_service.pull(me, "", 1)["safe_to"] == report.covers
    with reading() as session:
        assert session.execute(text("SELECT count(*) FROM audit_entry WHERE action = 'backup.made'")).scalar() == 1


def test_photos_are_copied_once_and_generations_are_dropped(county, tmp_path):
    me, home = county
    folder, keys = tmp_path / "backups", tmp_path / "keys"
    copied = []
    for _ in range(3):
        visit_with_photo(me, home)
        copied.append(make(folder, keys, keep=2).photos_copied)
    assert copied == [1, 1, 1]
    names = files.generations(folder)
    assert len(names) == 2
    assert sorted(one.name for one in keys.iterdir()) == names
    assert [files.load(folder / name).photos for name in names] == [2, 3]
    assert {path.stat().st_mode & 0o077 for path in folder.rglob("*") if path.name != ".lock"} == {0}


def test_keys_and_data_do_not_lie_together_unless_asked(county, tmp_path):
    folder = tmp_path / "backups"
    for keys in (folder, folder / "keys", tmp_path):
        with pytest.raises(BadInput) as error:
            make(folder, keys)
        assert error.value.code == "keys_beside_data"
    assert make(folder, folder / "keys", beside=True).keys == 2
    assert not list(folder.glob("2*/*.key"))


def test_a_broken_off_backup_is_never_taken_for_one(county, tmp_path, monkeypatch):
    me, home = county
    visit_with_photo(me, home)
    folder = tmp_path / "backups"

    def fall(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("app.backup.service._copy_photos", fall)
        patch.setattr("app.backup.service.shutil.rmtree", lambda *_args, **_more: None)  # as `kill -9` leaves it
        with pytest.raises(KeyboardInterrupt):
            make(folder)
    assert [one.name for one in folder.glob("*.unfinished")]
    assert files.generations(folder) == []
    with pytest.raises(BadInput) as error:
        put_back(folder, None)
    assert error.value.code == "no_backup"
    assert pull_service.pull(me, "", 1)["safe_to"] is None
    make(folder)
    assert not list(folder.glob("*.unfinished"))


def test_a_picture_that_is_gone_is_named_and_phones_keep_theirs(county, move, tmp_path):
    me, home = county
    _, photo = visit_with_photo(me, home)
    _, other = visit_with_photo(me, home)
    store.local_path(photo).unlink()
    store.local_path(other).write_bytes(b"another picture")
    report = make(tmp_path / "backups", tmp_path / "keys")
    assert sorted(report.problems) == sorted([f"照片 {photo} 不在照片库里", f"照片 {other} 的内容变了，没有备份"])
    assert pull_service.pull(me, "", 1)["safe_to"] is None
    move()
    done = put_back(tmp_path / "backups", tmp_path / "keys")
    assert sorted(one["id"] for one in done.problems) == sorted([photo, other])
    # The phone is asked for what is known and yet not there.
    assert upload_service.state(me, photo).offset == 0


def test_nothing_is_written_over(county, move, tmp_path):
    me, home = county
    visit_with_photo(me, home)
    make(tmp_path / "backups", tmp_path / "keys")
    with pytest.raises(BadInput) as error:
        put_back(tmp_path / "backups", tmp_path / "keys")
    assert error.value.code == "home_not_empty"
    with reading() as session:
        assert len(session.exec(select(Visit.id)).all()) == 1


def test_a_database_that_holds_something_is_not_written_over(county, database, monkeypatch, tmp_path):
    make(tmp_path / "backups", tmp_path / "keys")
    monkeypatch.setenv("RUHUTONG_HOME", str(tmp_path / "elsewhere"))
    clear_caches()
    if database == "sqlite":  # it lies in the home itself, and this home is empty
        assert put_back(tmp_path / "backups", tmp_path / "keys").problems == []
        return
    with pytest.raises(BadInput) as error:
        put_back(tmp_path / "backups", tmp_path / "keys")
    assert error.value.code == "database_not_empty"


def break_manifest(generation: Path) -> None:
    path = generation / MANIFEST
    path.write_text(path.read_text("utf-8").replace('"feed": ', '"feed": 1'), "utf-8")


def break_list(generation: Path) -> None:
    (generation / PHOTO_LIST).write_text(f"{'0' * 64} 1\n")


def break_database(generation: Path) -> None:
    path = next(one for one in generation.rglob("*") if one.suffix in {".db", ".gz"} and one.stat().st_size)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize(
    ("damage", "code"),
    [(break_manifest, "manifest_broken"), (break_list, "piece_broken"), (break_database, "piece_broken")],
)
def test_one_changed_byte_and_it_is_not_put_back(county, move, tmp_path, damage, code):
    report = make(tmp_path / "backups", tmp_path / "keys")
    damage(Path(report.generation))
    home = move()
    with pytest.raises(BackupFailed) as error:
        put_back(tmp_path / "backups", tmp_path / "keys")
    assert error.value.code == code
    assert not home.exists() or not any(one.is_file() for one in home.rglob("*"))


def test_the_keys_that_belong_to_it_are_needed(county, move, tmp_path):
    make(tmp_path / "backups", tmp_path / "keys")
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "index.key").write_bytes(b"x" * 32)
    move()
    for keys in (None, foreign):
        with pytest.raises(BadInput) as error:
            put_back(tmp_path / "backups", keys)
        assert error.value.code == "keys_missing"
    assert put_back(tmp_path / "backups", None, without_keys=True).keys == 0


def test_a_restore_broken_off_is_done_again_and_nothing_starts_before(county, move, tmp_path, monkeypatch):
    me, home = county
    visit, _ = visit_with_photo(me, home)
    make(tmp_path / "backups", tmp_path / "keys")
    there = move()

    def fall(*_args):
        raise KeyboardInterrupt

    for place in ("_put_database", "_begin_anew"):
        with monkeypatch.context() as patch:
            patch.setattr(f"app.backup.restore_service.{place}", fall)
            with pytest.raises(KeyboardInterrupt):
                put_back(tmp_path / "backups", tmp_path / "keys")
        assert (there / UNFINISHED).exists()
        with pytest.raises(BadSetting) as error:
            migrate()
        assert error.value.code == "restore_unfinished"
    put_back(tmp_path / "backups", tmp_path / "keys")
    migrate()
    with reading() as session:
        assert list(session.exec(select(Visit.id))) == [visit]


def test_sessions_of_the_office_end_with_the_old_life(county, move, tmp_path):
    """Sessions of phones go on, those of the office end: who was signed out after the backup would be in again."""
    with transaction() as session:
        clerk = makers.user(session, "town_clerk", (makers.TOWN,), token="clerk")
        session.get(LoginSession, clerk.token_hash).field = False
    make(tmp_path / "backups", tmp_path / "keys")
    move()
    put_back(tmp_path / "backups", tmp_path / "keys")
    with reading() as session:
        rows = session.exec(select(LoginSession)).all()
    assert {one.field: one.ended_at is None for one in rows} == {True: True, False: False}


def ruhutong(*words: object) -> subprocess.CompletedProcess[bytes]:
    program = [sys.executable, "-c", "from app.cli import main; main()"]
    return subprocess.run([*program, *map(str, words)], capture_output=True)


def test_on_the_command_line(home, tmp_path, monkeypatch, capsys):
    with transaction() as session:
        makers.divisions(session)
    folder, keys = tmp_path / "backups", tmp_path / "keys"
    made = ruhutong("backup", folder, "--keys", keys, "--json")
    assert made.returncode == 0, made.stderr.decode()
    told = json.loads(made.stdout)
    assert (told["ok"], told["keys"]) == (True, 2)
    assert files.load(Path(told["generation"])).rows["division"] == 6
    cli.make(folder, None, beside=False, keep=0, as_json=False)
    words = capsys.readouterr()
    assert "没有备份密钥" in words.err
    assert "备份做好了" in words.out
    monkeypatch.setenv("RUHUTONG_HOME", str(tmp_path / "elsewhere"))
    clear_caches()
    refused = ruhutong("restore", folder, "--keys", keys)
    assert refused.returncode == 2, "the newest backup came without keys"
    assert "没有这次备份的密钥" in refused.stderr.decode()
    cli.put_back(Path(told["generation"]), keys, without_keys=False, as_json=True)
    assert json.loads(capsys.readouterr().out)["ok"] is True


def test_a_table_of_postgresql_is_plain_text(county, database, tmp_path):
    """Whoever has the files needs no program of ours to read them."""
    report = make(tmp_path / "backups")
    if database == "sqlite":
        assert (Path(report.generation) / "ruhutong.db").read_bytes()[:15] == b"SQLite format 3"
        return
    assert "演示县" in gzip.decompress((Path(report.generation) / "tables/division.copy.gz").read_bytes()).decode()
