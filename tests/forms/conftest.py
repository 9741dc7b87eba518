"""The phone's rules in one long-lived Node process, and the forms that ship."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.forms.rules import Program, compile_form
from app.forms.service import catalog

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "tests" / "offline" / "package.json"
NODE = Path(sys.executable).parent / "node"


class Phone:
    """`assets/offline/rules.js` under Node, asked line by line."""

    def __init__(self) -> None:
        _install()
        command = [str(NODE), str(Path(__file__).with_name("phone.mjs")), str(PACKAGES)]
        command.append(str(ROOT / "assets" / "offline" / "rules.js"))
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def ask(self, op: str, **what: Any) -> Any:
        """One question to the phone's rules.

        Raises:
            AssertionError: the phone's side threw; with its words.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"op": op, **what}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["ok"]

    def close(self) -> None:
        """End the process by closing its input."""
        self._process.communicate()


def _install() -> None:
    """Packages as the lock of tests/offline names them, unless they are there."""
    if (PACKAGES.parent / "node_modules" / "@marcbachmann" / "cel-js" / "package.json").exists():
        return
    npm = Path(sys.executable).parent / "npm"
    subprocess.run([str(npm), "ci"], cwd=PACKAGES.parent, check=True, capture_output=True)


@pytest.fixture(scope="session")
def phone() -> Iterator[Phone]:
    """The phone's side, started once."""
    started = Phone()
    yield started
    started.close()


@pytest.fixture(scope="session")
def programs() -> dict[str, Program]:
    """The forms that ship, compiled: the newest by its code, every version by `code@version`."""
    made = [compile_form(form) for form in catalog()]
    every = {f"{one.form.code}@{one.form.version}": one for one in made}
    return every | {one.form.code: one for one in made}
