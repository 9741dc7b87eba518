"""Exports: 50,000 elders as Excel with all they need beside them, and what memory that takes; a form as Word.

Design §10 and issue 4: 50,000 rows in ≤ 10 s with flat memory. Memory is what the process grows by over the same export
of 5,000 rows, measured in processes of their own. Runs on SQLite in a home of its own; set RUHUTONG_DATABASE_URL to
measure another database that is empty.
"""

import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from tests.bench.run import Figure
from tests.bench.search import GIVEN, SURNAMES, village_name

ROWS, FEW, VILLAGES = 50_000, 5_000, 200
PROJECT = Path(__file__).resolve().parent.parent.parent


def fill(session: Any) -> None:
    """A county of elders, each with a home, a contact, an agreement: plain bulk inserts, deterministic."""
    from app.crypto import ready
    from app.db import new_id, utcnow
    from models.agreements import Agreement
    from models.divisions import Division
    from models.elders import Elder
    from models.households import Contact, Household, Person

    ready()
    dice, now = random.Random(349927), utcnow()
    villages = [f"349927{100 + number // 10}{201 + number % 10}" for number in range(VILLAGES)]
    session.execute(insert(Division), [
        {"code": "349927", "name": "演示县", "level": "county", "parent": None},
        *({"code": code, "name": f"{code[6:]}镇", "level": "township", "parent": "349927"}
          for code in sorted({village[:9] for village in villages})),
        *({"code": code, "name": village_name(number), "level": "village", "parent": code[:9]}
          for number, code in enumerate(villages)),
    ])  # fmt: skip
    base = {"created_at": now, "updated_at": now, "version": 1}
    for start in range(0, ROWS, 5_000):
        homes, people, elders, contacts, papers = [], [], [], [], []
        for number in range(start, start + 5_000):
            home, person, village = new_id(), new_id(), villages[number % VILLAGES]
            name = dice.choice(SURNAMES) + dice.choice(GIVEN)
            place = {"household_id": home, "division": village}
            homes.append(base | {
                "id": home, "code": f"{village}{number:05}", "name": name, "division": village, "group": "一组",
                "extra": {}, "ledger": {}, "last_visit_on": date(2026, 11, 1), "last_visit_id": new_id(),
            })  # fmt: skip
            people.append(base | place | {
                "id": person, "name": name, "given": name[1:], "pinyin": "", "initials": "", "sex": 2,
                "is_head": True, "born_on": date(1940, 1, 1 + number % 28), "extra": {},
                "id_number": f"349927194001{1 + number % 28:02}{number % 1000:03}X", "phone": f"154{number:08}",
                "ledger": {"person.living": {"value": "alone"}, "elder.illness": {"value": "高血压"}},
            })  # fmt: skip
            elders.append(base | place | {
                "id": new_id(), "person_id": person, "children_count": 1, "details": {},
                "children": [{"name": "王国军", "place": "浙江宁波"}],
            })  # fmt: skip
            contacts.append({
                "id": new_id(), "person_id": person, "kind": "emergency", "name": "王国军", "relation": "儿子",
                "phone": "15412345678", "rank": 1, "updated_at": now, "version": 1,
            })  # fmt: skip
            papers.append(base | place | {
                "id": new_id(), "person_id": person, "kind": "support", "signed_on": date(2026, 1, 1),
                "open_ended": True, "parties": [], "terms": {},
            })  # fmt: skip
        for table, rows in ((Household, homes), (Person, people), (Elder, elders), (Contact, contacts),
                            (Agreement, papers)):  # fmt: skip
            session.execute(insert(table), rows)


def measured(most: int, out: str) -> dict[str, float]:
    """One export in this process: seconds, rows, and what memory it reached."""
    from app.db import reading, utcnow
    from app.memory import settle
    from app.papers import form_service, ledger_service
    from app.papers.schemas import ExportWish

    settle()
    begun = time.perf_counter()
    with reading() as session:
        actor, on = form_service.operator(session), ledger_service.today(utcnow())
        wish = ledger_service.wished(session, actor, ExportWish(ledger="elders", reason="测量"), on)
        run = ledger_service.begin(session, actor, wish, on, lambda done, total: None, ROWS)
        run.keys = run.keys[:most]
        rows = ledger_service.write(session, run, Path(out))
    return {"seconds": time.perf_counter() - begun, "rows": rows,
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}  # fmt: skip


def _apart(most: int, out: Path) -> dict[str, float]:
    words = [sys.executable, "-m", "tests.bench.export", str(most), str(out)]
    done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-800:])
    return json.loads(done.stdout)


def _forms() -> float:
    from app.db import transaction, utcnow
    from app.papers import form_service
    from app.papers.schemas import FormWish

    took = []
    for number in range(20):
        begun = time.perf_counter()
        with transaction() as session:
            code = f"349927100201{number * VILLAGES:05}"
            wish = FormWish(name="elder", household=code)
            sheet = form_service.prepare(session, form_service.operator(session), wish, utcnow())
        sheet.drawn()
        took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took)


def run() -> list[Figure]:
    """Measure in a home of its own."""
    with tempfile.TemporaryDirectory(prefix="ruhutong-bench-") as folder:
        os.environ["RUHUTONG_HOME"] = str(Path(folder) / "home")
        from app import config, crypto, db

        for cached in (config.settings, crypto.ready, db.engine):
            cached.cache_clear()
        db.migrate()
        with db.transaction() as session:
            fill(session)
        few, many = _apart(FEW, Path(folder) / "few.xlsx"), _apart(ROWS, Path(folder) / "many.xlsx")
        assert many["rows"] == ROWS
        size = (Path(folder) / "many.xlsx").stat().st_size / 1e6
        form = _forms()
        db.engine().dispose()
    grown = many["memory"] - few["memory"]
    return [
        Figure("export of 50,000 elders, 32 columns, from SQLite to xlsx", many["seconds"], "s", "≤ 10 s",
               many["seconds"] <= 10),
        Figure("memory over an export of 5,000 rows", grown, "MB", "flat: ≤ 40 MB", grown <= 40),
        Figure("size of that file", size, "MB", "—", True),
        Figure("a form as Word, p50", form, "ms", "≤ 1,000 ms", form <= 1000),
    ]  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(measured(int(sys.argv[1]), sys.argv[2])))  # noqa: T201
