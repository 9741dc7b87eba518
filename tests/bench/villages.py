"""A made-up county of any size in a home of its own, and servers over it.

The filling runs in a process of its own (`python -m tests.bench.villages`), so that the measuring process keeps its own
settings and never opens the database.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.server import Server

PROJECT = Path(__file__).resolve().parent.parent.parent
A_TOWNSHIP = 20
BATCH = 50


@contextmanager
def home() -> Iterator[Path]:
    """An empty home, thrown away afterwards."""
    with tempfile.TemporaryDirectory(prefix="ruhutong-bench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "home"


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """`ruhutong up --demo` over a home; one that is filled already gets no demo county."""
    server = Server(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def run_in(folder: Path, *words: str) -> str:
    """What a Python module prints, run in a process over that home; its complaints become ours.

    Raises:
        RuntimeError: it failed; with its last words.
    """
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=PROJECT, env={**os.environ, "RUHUTONG_HOME": str(folder)},
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{words[0]} failed: {done.stderr[-800:]}")
    return done.stdout


def fill(folder: Path, *, villages: int, homes: int, with_visits: bool = True) -> list[dict[str, str]]:
    """Fill a home with villages of so many homes, three people in each; returns a cadre's account for each village."""
    words = ["tests.bench.villages", str(villages), str(homes), *(["--visits"] if with_visits else [])]
    return json.loads(run_in(folder, *words))


def codes(villages: int) -> list[str]:
    """The division codes of so many villages, twenty to a township."""
    return [f"349927{100 + number // A_TOWNSHIP}{201 + number % A_TOWNSHIP}" for number in range(villages)]


def _divisions(villages: list[str]) -> None:
    from app.db import transaction
    from app.divisions import service as divisions
    from app.divisions.schemas import DivisionIn

    named = {"349927": "望安县", **{code[:9]: f"第{code[6:9]}镇" for code in villages}}
    named |= {code: f"第{code[6:]}村" for code in villages}
    with transaction() as session:
        divisions.upsert(session, None, [DivisionIn(code=code, name=name) for code, name in named.items()])


def _cadres(villages: list[str]) -> list[dict[str, str]]:
    from app.accounts import service as accounts
    from app.accounts.rules import Role
    from app.accounts.schemas import AccountInput
    from app.db import transaction, utcnow

    found = []
    with transaction() as session:
        for number, code in enumerate(villages):
            data = AccountInput(username=f"cadre{number}", name="吴秀梅", role=Role.VILLAGE, divisions=[code])
            _, password = accounts.create_account(session, None, data, utcnow(), is_demo=True)
            found.append({"username": f"cadre{number}", "password": password})
    return found


def _visits(number: int, village: str) -> None:
    from app.accounts import queries
    from app.accounts import service as accounts
    from app.db import new_id, reading
    from app.demo.queries import unvisited
    from app.demo.service import earlier_visits
    from app.rooms import fill_registry
    from app.sync import service as sync

    fill_registry()

    with reading() as session:
        user = queries.user_by_name(session, f"cadre{number}")
        assert user is not None
        author = accounts.make_actor(session, user, device_id=new_id())
        commands = earlier_visits(session, unvisited(session, village))
    for start in range(0, len(commands), BATCH):
        body = {"device_id": author.device_id, "commands": commands[start : start + BATCH]}
        answer = sync.push(author, json.dumps(body, ensure_ascii=False).encode())
        refused = [one for one in answer["receipts"] if one["status"] != "stored"]
        if refused:
            raise RuntimeError(f"a visit was refused: {refused[0]}")


def _fill(villages: int, homes: int, with_visits: bool) -> list[dict[str, Any]]:
    from app.config import settings
    from app.db import SHANGHAI, migrate, transaction, utcnow
    from app.demo import rules
    from app.demo.service import register_homes
    from app.forms.service import load_catalog_at_start

    settings().make_folders()
    migrate()
    load_catalog_at_start()
    named = codes(villages)
    _divisions(named)
    made = list(rules.households(utcnow().astimezone(SHANGHAI).date(), villages=named, homes=homes))
    for start in range(0, len(made), 2000):
        with transaction() as session:
            register_homes(session, made[start : start + 2000])
    found = _cadres(named)
    if with_visits:
        for number, village in enumerate(named):
            _visits(number, village)
    return found


def main() -> None:
    """Fill the present home and print the accounts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("villages", type=int)
    parser.add_argument("homes", type=int)
    parser.add_argument("--visits", action="store_true")
    asked = parser.parse_args()
    print(json.dumps(_fill(asked.villages, asked.homes, asked.visits)))  # noqa: T201


if __name__ == "__main__":
    main()
