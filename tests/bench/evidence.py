"""What the chain of evidence costs: pushes with and without it, and the check of a chain of a million entries."""

import contextlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy import insert

from app.evidence import chain_service
from app.feed.service import next_numbers
from models.audit import AuditEntry
from models.sync import Command
from models.visits import Visit
from tests import makers
from tests.bench.run import Figure

BATCH, BATCHES, ROUNDS = 50, 12, 5
ENTRIES = 1_000_000


@contextlib.contextmanager
def home_of_its_own() -> Iterator[None]:
    """A home in a temporary folder, migrated and empty."""
    from app.db import migrate
    from tests.conftest import clear_caches

    with tempfile.TemporaryDirectory() as folder, mock.patch.dict("os.environ", {"RUHUTONG_HOME": f"{folder}/home"}):
        clear_caches()
        migrate()
        yield
        clear_caches()


@contextlib.contextmanager
def no_chain() -> Iterator[None]:
    """Write as if there were no chain: the log's lines go in as they are."""

    def seal(session, _now) -> None:
        lines = chain_service._pending(session).audit
        if lines:
            first = next_numbers(session, "audit", len(lines))
            lines = [line | {"id": number} for number, line in enumerate(lines, first)]
            session.execute(insert(AuditEntry.__table__), lines)

    with (
        mock.patch.object(chain_service, "seal", seal),
        mock.patch.object(chain_service, "_note_insert", return_value=None),
    ):
        yield


def run() -> list[Figure]:
    """Both figures."""
    return [_pushes(), *_verify(ENTRIES)]


def _verify(entries: int) -> list[Figure]:
    """A county of so many entries, each with its row and its line in the log, checked by the command itself."""
    with home_of_its_own():
        _fill(entries)
        begun = time.perf_counter()
        ran = subprocess.run(
            ["/usr/bin/env", str(Path(sys.executable).parent / "ruhutong"), "verify", "--json"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        seconds = time.perf_counter() - begun
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    found = json.loads(ran.stdout)
    if not found["ok"] or found["entries"] < entries:
        raise RuntimeError(f"{found['entries']} entries, {found['problems'][:3]}")
    words = f"verify at {found['entries']:,} entries, {found['rows']:,} rows, {found['log_lines']:,} lines of the log"
    return [
        Figure(words, seconds, "s", "≤ 60", seconds <= 60),
        Figure("its memory at most", most, "MB", "steady", True),
    ]


def _fill(entries: int) -> None:
    from app.audit.service import entry, record_many
    from app.db import transaction, utcnow

    with transaction() as session:
        makers.divisions(session)
        me = makers.user(session)
        homes = [makers.household(session, code=f"B{number}").id for number in range(200)]
    at, per = utcnow(), 2000
    for start in range(0, entries // 2, per):
        visits, commands, lines = [], [], []
        for number in range(start, min(start + per, entries // 2)):
            home = homes[number % len(homes)]
            answers = {"house": {"water": "够"}, "n": {"a": number}}
            command = makers.command("visit", makers.visit(home, answers=answers))
            commands.append({
                "author_id": me.id, "id": command["id"], "device_id": me.device_id, "type": "visit", "status": "stored",
                "digest": command["digest"], "prev": None, "seq": number, "raw": json.dumps(command), "waits_for": None,
                "household_id": home, "division": makers.VILLAGE, "row_id": command["id"], "row_version": None,
                "corrects": None, "errors": [], "questions": [], "captured_at": at, "sent_at": at, "received_at": at,
                "settled_at": at,
            })  # fmt: skip
            visits.append({
                "id": command["id"], "household_id": home, "division": makers.VILLAGE, "author_id": me.id,
                "device_id": me.device_id, "form_code": "home", "form_version": 1, "mode": "home", "met": [],
                "started_at": at, "finished_at": at, "on": at.date(), "lat": None, "lon": None, "accuracy_m": None,
                "answers": command["payload"]["answers"], "unchanged": [], "questions": [], "next_on": None,
                "state": "stored", "corrects": None, "corrected_by": None, "seq": number, "received_at": at,
                "version": 1,
            })  # fmt: skip
            lines.append(entry(me, "visit.stored", "visit", command["id"], after={"household_id": home}))
        with transaction() as session:
            session.execute(insert(Command.__table__), [_whole(Command, row) for row in commands])
            session.execute(insert(Visit.__table__), [_whole(Visit, row) for row in visits])
            record_many(session, lines)


def _whole(table: type, row: dict[str, Any]) -> dict[str, Any]:
    """With what other rooms have added to the table since, left empty or at its default."""
    missing = [one for one in table.__table__.columns if one.name not in row]
    return row | {one.name: one.default.arg if one.default is not None else None for one in missing}


def _pushes() -> Figure:
    """The CPU time of the same pushes, in turns with and without the chain, in one process."""
    import app.rooms  # noqa: F401
    from app.db import transaction
    from app.sync import service

    spent: dict[bool, list[float]] = {True: [], False: []}
    with home_of_its_own():
        with transaction() as session:
            makers.divisions(session)
            me = makers.user(session)
            homes = [makers.household(session, code=f"B{number}").id for number in range(200)]
            makers.form(session)
        for number in range(2 * ROUNDS + 2):
            chained = number % 2 == 0
            bodies = [_body(me, homes, number * BATCHES + at) for at in range(BATCHES)]
            with contextlib.nullcontext() if chained else no_chain():
                begun = time.process_time()
                for body in bodies:
                    service.push(me, body)
                spent[chained].append(time.process_time() - begun)
    share = sorted(spent[False])[1] / sorted(spent[True])[1] * 100
    return Figure("pushes with the chain, of the rate without (CPU time)", share, "%", "≥ 80", share >= 80)


def _body(me, homes: list[str], number: int) -> bytes:
    commands = [
        makers.command(
            "visit", makers.visit(homes[(number * BATCH + at) % len(homes)], answers={"house": {"water": "够"}})
        )
        for at in range(BATCH)
    ]
    return json.dumps({"device_id": me.device_id, "commands": commands}, ensure_ascii=False).encode()
