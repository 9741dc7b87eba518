"""Whatever the order in which ledgers come in: the same is found; twice adds nothing; undo takes its findings back."""

# A row of a sheet stands on one line, as it does there.
# ruff: noqa: E501

import shutil
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app import rooms  # noqa: F401  (imports tell the findings room)
from app.db import reading
from app.findings import service
from models.findings import Finding
from models.households import Person
from tests.conftest import clear_caches
from tests.imports import files
from tests.imports.conftest import take, undo
from tests.imports.files import person

DAY = date(2026, 10, 31)
OLD, GONE, CARD = (files.number(born, order) for born, order in (("19400105", 101), ("19350104", 103), ("19800506", 105)))


def _roster() -> bytes:
    return files.roster(
        person(1, name="赵荷菊", head="赵荷菊", 身份证号=OLD, 联系电话=""),
        person(2, home=2, name="钱正义", head="钱正义", 身份证号=GONE, 联系电话=""),
        person(3, home=3, name="孙山", head="孙山", 身份证号=CARD, 联系电话="12345", 户属性="建档立卡-未脱贫"),
    )


def _old_age() -> bytes:
    return files.xlsx({
        "在册名单": [["高龄津贴在册名单"], ["序号", "村", "姓名", "身份证号", "津贴档次", "金额", "起发年月", "停发年月"],
                 [1, "毛安村", "钱正义", GONE, "90-99", 120, "2015-01", ""]],
        "2026年9月": [["高龄津贴2026年9月发放册"], ["序号", "村", "姓名", "身份证号", "金额", "打卡日期", "发放状态"],
                    [1, "毛安村", "钱正义", GONE, 120, "2026-09-21", "成功"]],
    })  # fmt: skip


def _deaths() -> bytes:
    return files.xlsx({"公安注销": [["死亡人员名单"], ["序号", "姓名", "性别", "身份证号", "死亡日期", "信息来源"],
                               [1, "钱正义", "男", GONE, "2026-07-10", "公安注销"]]})  # fmt: skip


def _cards() -> bytes:
    header = ["序号", "乡镇", "村", "姓名", "性别", "身份证号", "残疾证号", "残疾类别", "残疾等级", "发证日期", "有效期至",
              "需长期照护六个月以上", "领取工伤生活护理费"]  # fmt: skip
    return files.xlsx({"持证": [["残疾人持证名单"], header,
                             [1, "高士镇", "毛安村", "孙山", "男", CARD, f"{CARD}41", "肢体", "一级", "2021-01-01", "2031-01-01", "是", "否"]]})  # fmt: skip


FILES = {"花名册.xlsx": _roster, "高龄津贴.xlsx": _old_age, "死亡人员名单.xlsx": _deaths, "残疾人持证名单.xlsx": _cards}
FOUND = {("R01", "钱正义"), ("R09", "赵荷菊"), ("R11", "孙山"), ("R12", "孙山"), ("R15", ""), ("R46", ""), ("R50", "孙山")}


def _open() -> set[tuple[str, str]]:
    with reading() as session:
        rows = session.execute(
            select(Finding.rule, Person.name).join(Person, Person.id == Finding.person_id, isouter=True)
            .where(Finding.state == "open")
        ).all()  # fmt: skip
    assert len(rows) == len(set(rows))
    return {(rule, name or "") for rule, name in rows}


def _number() -> int:
    with reading() as session:
        return len(session.scalars(select(Finding.id)).all())


@pytest.fixture
def fresh(empty_home, sqlite_template, monkeypatch, tmp_path_factory):
    """A new home for each example."""

    def make() -> None:
        folder = tmp_path_factory.mktemp("home")
        shutil.copy(sqlite_template, folder / "ruhutong.db")
        monkeypatch.setenv("RUHUTONG_HOME", str(folder))
        clear_caches()

    yield make
    clear_caches()


_QUIET = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def _bring(names: list[str], compare_between: bool) -> list[str]:
    made = []
    for name in names:
        made.append(take(FILES[name](), name)[0])
        if compare_between:
            service.compare(DAY)
    service.compare(DAY)
    return made


@_QUIET
@given(order=st.permutations(sorted(FILES)), between=st.booleans())
def test_the_order_of_imports_changes_nothing(fresh, order: list[Any], between: bool):
    fresh()
    _bring(order, between)
    assert _open() == FOUND


@_QUIET
@given(again=st.lists(st.sampled_from(sorted(FILES)), min_size=1, max_size=3))
def test_importing_twice_adds_nothing(fresh, again: list[str]):
    fresh()
    _bring(sorted(FILES, reverse=True), False)
    before = _number()
    _bring(again, True)
    assert (_open(), _number()) == (FOUND, before)


@_QUIET
@given(undone=st.sampled_from(["高龄津贴.xlsx", "死亡人员名单.xlsx", "残疾人持证名单.xlsx"]))
def test_undoing_an_import_undoes_its_findings(fresh, undone: str):
    fresh()
    _bring([name for name in sorted(FILES, reverse=True) if name != undone], False)
    before = _open()
    (import_id,) = _bring([undone], False)
    assert _open() == FOUND
    assert before != FOUND
    undo(import_id)
    service.compare(DAY)
    assert _open() == before
