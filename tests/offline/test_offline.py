"""The phone engine under Node: each file of tests beside this one, and its types."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.offline.packages import ENVIRONMENT, FOLDER, NODE, install

FILES = sorted(path.name for path in FOLDER.glob("*.test.mjs"))
ENGINE = FOLDER.parents[1] / "assets" / "offline"
MOST_LINES = 500
OWN_TIME_MS = 120_000


@pytest.fixture(scope="session", autouse=True)
def packages() -> None:
    """Dexie, canonicalize and an IndexedDB for Node."""
    install()


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(NODE), *command], cwd=FOLDER, env=ENVIRONMENT, capture_output=True, text=True, encoding="utf-8"
    )


@pytest.mark.parametrize("name", FILES)
def test_engine(name: str) -> None:
    """Every test of the file passes, and none is skipped."""
    done = _run("--import", "./hooks.mjs", "--test", "--test-reporter=tap", f"--test-timeout={OWN_TIME_MS}", name)
    counts = dict(re.findall(r"^# (tests|pass) (\d+)$", done.stdout, re.M))
    assert done.returncode == 0, done.stdout + done.stderr
    assert counts["pass"] == counts["tests"] != "0", done.stdout


def test_types() -> None:
    """What the JSDoc of the engine says is true (TypeScript checks it)."""
    done = _run("node_modules/typescript/bin/tsc", "-p", "tsconfig.json")
    own = _engine_files()
    wrong = [line for line in done.stdout.splitlines() if line.partition("(")[0].rpartition("/")[2] in own]
    assert wrong == []


def test_small_files() -> None:
    """No file of the engine is longer than one sitting."""
    long = {path.name for path in ENGINE.glob("*.js") if len(path.read_text("utf-8").splitlines()) > MOST_LINES}
    assert long == set()


def test_worker_stands_alone() -> None:
    """The photo worker is loaded as it lies in the folder, unbundled: it must import nothing."""
    source = (ENGINE / "photo-worker.js").read_text("utf-8")
    assert not re.search(r"^\s*import\b|\bimport\(", source, re.M)


def test_packages_are_those_of_the_build() -> None:
    """The engine is tested with the versions that the front end is built with."""
    pinned = dict(re.findall(r'"(@?[\w/.-]+)@([\d.]+)"', (FOLDER.parents[1] / "rxconfig.py").read_text("utf-8")))
    wanted = json.loads((FOLDER / "package.json").read_text("utf-8"))["dependencies"]
    shared = pinned.keys() & wanted.keys()
    assert shared
    assert {name: wanted[name] for name in shared} == {name: pinned[name] for name in shared}


def _engine_files() -> set[str]:
    """The modules that sync.js and rows.js stand on; rules.js, which they share with the forms, has its own tests."""
    found: set[str] = set()
    waiting = ["sync.js", "rows.js"]
    while waiting:
        name = waiting.pop()
        if name in found or name == "rules.js":
            continue
        found.add(name)
        waiting += re.findall(r'from "\./([\w-]+\.js)"', Path(ENGINE / name).read_text("utf-8"))
    return found
