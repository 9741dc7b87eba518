"""A build is named by its sources, made once, and kept beside its predecessors."""

import os
import sys
import threading
from pathlib import Path

import pytest

from app.shell import build


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with every kind of source."""
    for name in ("app", "components", "models", "assets", "reflex.lock"):
        (tmp_path / name).mkdir()
    (tmp_path / "rxconfig.py").write_text("config = 1")
    (tmp_path / "app/page.py").write_text("a = 1")
    (tmp_path / "reflex.lock/package.json").write_text("{}")
    (tmp_path / "reflex.lock/package-lock.json").write_text("{}")
    return tmp_path


@pytest.mark.parametrize("name", ["app/page.py", "assets/x.js", "rxconfig.py", "reflex.lock/package-lock.json"])
def test_any_source_changes_the_name(project: Path, name: str):
    before = build.source_hash(project)
    (project / name).write_text("changed")
    assert build.source_hash(project) != before


def test_what_is_no_source_does_not_change_the_name(project: Path):
    before = build.source_hash(project)
    (project / "app/__pycache__").mkdir()
    (project / "app/__pycache__/page.pyc").write_bytes(b"1")
    (project / "reflex.lock/package.json").write_text('{"a": 1}')
    (project / ".ruhutong").mkdir()
    (project / ".ruhutong/ruhutong.db").write_bytes(b"1")
    assert build.source_hash(project) == before


def test_a_moved_file_changes_the_name(project: Path):
    before = build.source_hash(project)
    (project / "app/page.py").rename(project / "app/pages.py")
    assert build.source_hash(project) != before


def _fake(counter: list[Path]):
    def make(folder: Path, project: Path) -> None:
        counter.append(folder)
        (folder / "client").mkdir(parents=True)
        (folder / build.META).write_text("{}")

    return make


def test_nothing_is_built_twice(project: Path, monkeypatch: pytest.MonkeyPatch):
    made: list[Path] = []
    monkeypatch.setattr(build, "_build", _fake(made))
    first = build.ensure_built(project=project)
    assert build.ensure_built(project=project) == first
    assert made == [first]
    (project / "app/page.py").write_text("a = 2")
    assert build.ensure_built(project=project) != first
    assert build.is_whole(first), "a server may still run on it"


def test_two_starts_at_once_build_once(project: Path, monkeypatch: pytest.MonkeyPatch):
    made: list[Path] = []
    inside = threading.Event()
    go_on = threading.Event()
    real = _fake(made)

    def slow(folder: Path, where: Path) -> None:
        inside.set()
        assert go_on.wait(10)
        real(folder, where)

    monkeypatch.setattr(build, "_build", slow)
    starts = [threading.Thread(target=build.ensure_built, kwargs={"project": project}) for _ in range(2)]
    for start in starts:
        start.start()
    assert inside.wait(10)
    go_on.set()
    for start in starts:
        start.join(10)
    assert len(made) == 1


def test_only_the_youngest_builds_stay(project: Path, monkeypatch: pytest.MonkeyPatch):
    made: list[Path] = []
    monkeypatch.setattr(build, "_build", _fake(made))
    for number in range(build.KEPT + 2):
        (project / "app/page.py").write_text(f"a = {number + 10}")
        folder = build.ensure_built(project=project)
        os.utime(folder / build.META, (number, number))
    assert sorted(path.name for path in (project / build.PUBLISHED).iterdir()) == sorted(
        path.name for path in made[-build.KEPT :]
    )


def test_a_failed_build_tells_why_and_leaves_nothing(project: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHONPATH", "")
    (project / "app/page.py").write_text("syntax error here")
    with pytest.raises(build.BuildFailed, match="building the front end failed"):
        build.ensure_built(project=project)
    published = project / build.PUBLISHED
    assert not published.exists() or not any(build.is_whole(path) for path in published.iterdir())


def test_our_own_node_comes_first():
    environment = build.node_environment()
    assert environment["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)
    assert environment["REFLEX_USE_NPM"] == "1"
    assert environment["REFLEX_TELEMETRY_ENABLED"] == "false"


def test_the_lock_holds_no_registry_address_and_exact_versions():
    lock = build.PROJECT / "reflex.lock"
    text = (lock / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in text
    assert "registry." not in text
    assert "http://" not in text
    assert '"^' not in (lock / "package.json").read_text("utf-8")
    assert '"~' not in (lock / "package.json").read_text("utf-8")
