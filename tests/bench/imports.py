"""Taking ledgers in: a roster of 150,000 rows, then 150,000 payments and 150,000 certificates; issue 5: ≤ 60 s each.

Each file is read, compared and taken in, as `ruhutong import --yes` does it. Runs on SQLite in a home of its own.
"""

import io
import os
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.bench.run import Figure

ROWS, SIZE, VILLAGES = 150_000, 3, 40
GOAL = "≤ 60 s, with progress"
ROSTER = ("序号", "村", "户编号", "户主", "与户主关系", "姓名", "性别", "身份证号", "联系电话", "健康状况")
PAID = ("序号", "村", "姓名", "身份证号", "补贴种类", "发放金额", "打卡日期", "打卡结果")
HELD = ("序号", "村", "姓名", "身份证号", "残疾证号", "残疾类别", "残疾等级", "签发日期", "有效期至", "长期照护")
NAMES = ("王建国", "李秀英", "张子轩", "刘桂芳", "陈国庆", "杨玉兰", "赵志强", "黄春梅")


def _number(at: int) -> str:
    from app.households.rules import check_digit

    first = f"349927{1930 + at % 80}{at // 80 % 12 + 1:02}{at // 960 % 28 + 1:02}{at // 26_880 + 100:03}"
    return first + check_digit(first)


def _people() -> list[tuple[str, str, str]]:
    """Village, household and number of each."""
    found = []
    for at in range(ROWS):
        home = at // SIZE
        village = f"349927{100 + home % VILLAGES // 10}{201 + home % 10}"
        found.append((f"村{home % VILLAGES}", f"{village}{home // VILLAGES:05}", _number(at)))
    random.Random(5).shuffle(found)
    return sorted(found, key=lambda one: one[1])


def book(title: str, tab: str, header: Sequence[str], rows: Iterator[Sequence[Any]]) -> bytes:
    """A workbook of one sheet."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"constant_memory": True}) as made:
        sheet = made.add_worksheet(tab)
        sheet.write(0, 0, title)
        sheet.write_row(1, 0, header)
        for at, row in enumerate(rows):
            sheet.write_row(at + 2, 0, row)
    return stream.getvalue()


def _roster(people: Sequence[tuple[str, str, str]]) -> bytes:
    def rows() -> Iterator[Sequence[Any]]:
        for at, (village, home, number) in enumerate(people):
            head = NAMES[at // SIZE % 8]
            relation, name = ("户主", head) if at % SIZE == 0 else ("子", NAMES[at % 8])
            yield (at, village, home, head, relation, name, "男" if int(number[16]) % 2 else "女", number,
                   f"154{at % 10**8:08}", "健康")  # fmt: skip

    return book("户籍人口花名册", "全县", ROSTER, rows())


def _name(at: int) -> str:
    return NAMES[at // SIZE % 8] if at % SIZE == 0 else NAMES[at % 8]


def _paid(people: Sequence[tuple[str, str, str]]) -> bytes:
    rows = ((at, village, _name(at), number, "生活补贴", 80, "2026-09-21", "成功")
            for at, (village, _, number) in enumerate(people))  # fmt: skip
    return book("2026年9月残疾人两项补贴发放花名册", "2026年9月", PAID, rows)


def _held(people: Sequence[tuple[str, str, str]]) -> bytes:
    rows = ((at, village, _name(at), number, f"{number}42", "肢体", "二级", "2020.3.1", "2030.2.28", "否")
            for at, (village, _, number) in enumerate(people))  # fmt: skip
    return book("持证残疾人基本信息", "持证残疾人", HELD, rows)


def _take(name: str, data: bytes) -> float:
    from app.db import transaction
    from app.imports import service

    begun = time.perf_counter()
    with transaction() as session:
        import_id = service.begin(session, None, name, data)
    report = service.read(import_id, None, name, data)
    with transaction() as session:
        service.mark_running(session, None, import_id)
    service.take(import_id, None)
    assert report.created == ROWS, (report.created, report.unmatched, len(report.rows_unreadable))
    return time.perf_counter() - begun


def run() -> list[Figure]:
    """Measure."""
    from app.db import migrate
    from app.memory import FILES, settle
    from tests.conftest import clear_caches

    before = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("RUHUTONG_")}
    with tempfile.TemporaryDirectory(prefix="ruhutong-bench-") as folder:
        os.environ["RUHUTONG_HOME"] = str(Path(folder))
        clear_caches()
        try:
            migrate()
            people = _people()
            settle(FILES)
            files = (
                ("a roster", "花名册.xlsx", _roster(people)),
                ("payments", "残疾人两项补贴发放册.xlsx", _paid(people)),
                ("certificates", "残疾人持证名单.xlsx", _held(people)),
            )
            return [
                Figure(f"{what} of {ROWS:,} rows read, compared and taken in", took := _take(name, data), "s", GOAL,
                       took <= 60)
                for what, name, data in files
            ]  # fmt: skip
        finally:
            del os.environ["RUHUTONG_HOME"]
            os.environ.update(before)
            clear_caches()
