"""What a row of each ledger says, as facts and marks: pure, so every word of the county is tried here."""

# A row of a sheet stands on one line, as it does there.
# ruff: noqa: E501

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.db import reading
from app.imports import takers
from app.imports.ledgers import Shape, ledgers
from app.imports.takers import At, Mark
from app.imports.weighing_service import KINDS, TAKERS
from models.benefits import Payment
from models.lists import Listed
from tests.imports import files
from tests.imports.conftest import take
from tests.imports.test_ledgers import CARER, ELDER, roster

HERE = At("p", "h", "34992710020100001", "349927100201", sheet="表")


def facts(shape: str, at: At = HERE, **values: Any) -> dict[str, dict[str, Any]]:
    """The facts of a row by their kind."""
    return {fact.kind: dict(fact.values) for fact in TAKERS[shape].facts(values, at)}


def marks(shape: str, at: At = HERE, **values: Any) -> list[Mark]:
    return TAKERS[shape].marks(values, at)


def test_a_fact_names_only_columns_of_its_table():
    texts = {column.field: "x" for shape in TAKERS for column in shape_of(shape).columns}
    days = dict.fromkeys(("died_on", "signed_on", "assessed_on", "agreed_from"), date(2026, 1, 1))
    months = {"start": "2026-01", "stop": "2026-02", "period": "2026-01", "month": "2026-01"}
    for taker in TAKERS.values():
        for kind in ("生活补贴", "孤儿"):
            for fact in taker.facts(texts | days | months | {"kind": kind, "amount": 1, "children_count": 1}, HERE):
                known = KINDS[fact.kind]
                sources = {source for source, _ in known.indexes.values()}
                assert set(fact.values) <= known.columns | sources | {"household_id", "division"}, taker.shape


def shape_of(name: str) -> Shape:
    return next(shape for ledger in ledgers() for shape in ledger.shapes if shape.name == name)


@pytest.mark.parametrize(
    ("words", "quarter", "period"),
    [
        ("2026年8月高龄津贴发放花名册填报日期:2026.10.31", False, "2026-08"),
        ("202608", False, "2026-08"),
        ("2026年10月", False, "2026-10"),
        ("高士镇2026年5月份", False, "2026-05"),
        ("2026.9", False, "2026-09"),
        ("2026-12", False, "2026-12"),
        ("在册名单", False, None),
        ("2026年", False, None),
        ("2026年一季度特困人员", True, "2026Q1"),
        ("2026年第3季度", True, "2026Q3"),
        ("2026Q4", True, "2026Q4"),
        ("2026年四季度", True, "2026Q4"),
        ("2026年4月", True, None),
    ],
)
def test_the_month_or_quarter_of_a_sheet(words, quarter, period):
    assert takers.period_in(words, quarter=quarter) == period


@pytest.mark.parametrize(
    ("words", "town"), [("高士镇", "高士镇"), ("赛口镇临时救助备用金流水账", "赛口镇"), ("备用金", None), ("新桥乡", "新桥乡")]
)
def test_the_township_of_a_sheet(words, town):
    assert takers.town_in(words) == town


@pytest.mark.parametrize(
    ("status", "stop", "state"),
    [("在保", None, "active"), ("渐退", None, "easing"), ("停保", "2026-05", "stopped"), (None, "2026-05", "stopped"),
     (None, None, "active"), ("正常", None, "active")],
)  # fmt: skip
def test_the_state_of_low_income(status, stop, state):
    said = facts("dibao_members", status=status, stop=stop, start="2024-01", counted=True)
    assert said["enrolment"]["state"] == state
    assert [mark.over for mark in marks("dibao_members", status=status, stop=stop, counted=True)] == [state == "stopped"]


def test_a_member_who_is_not_counted_is_enrolled_and_not_marked():
    assert facts("dibao_members", counted=False, certificate="D1")["enrolment"]["counted"] is False
    assert marks("dibao_members", counted=False) == []


def test_who_holds_the_certificate_the_number_says():
    assert facts("dibao_members", id="1", head_id="1")["enrolment"]["is_holder"] is True
    assert facts("dibao_members", id="1", head_id="2", relation="户主")["enrolment"]["is_holder"] is False
    assert facts("dibao_members", id="1", relation="户主")["enrolment"]["is_holder"] is True


def test_the_destitute_who_ended_are_stopped_by_month_or_by_sheet():
    assert facts("tekun_people", stop="2025-10")["enrolment"]["state"] == "stopped"
    ended = At("p", "h", "", "349927100201", sheet="已终止")
    assert facts("tekun_people", ended)["enrolment"]["state"] == "stopped"
    assert facts("tekun_people")["enrolment"]["state"] == "active"


def test_the_tags_of_the_destitute_follow_form_and_time():
    home = marks("tekun_people", form="分散供养", start="2024-03")
    assert home == [Mark("tekun", date(2024, 3, 1)), Mark("tekun_home", date(2024, 3, 1))]
    assert [mark.over for mark in marks("tekun_people", form="集中供养")] == [False, True]
    ended = marks("tekun_people", form="分散供养", start="2024-03", stop="2025-10")
    assert [(mark.to_on, mark.over) for mark in ended] == [(date(2025, 9, 30), True)] * 2


def test_an_assessment_needs_its_day_and_all_six():
    six = dict.fromkeys(("eats", "dresses", "bed", "toilet", "walks", "bathes"), True)
    assert "assessment" in facts("tekun_people", assessed_on=date(2026, 1, 1), **six)
    assert "assessment" not in facts("tekun_people", **six)
    assert "assessment" not in facts("tekun_people", assessed_on=date(2026, 1, 1), **six | {"eats": None})


@pytest.mark.parametrize(
    ("written", "kind", "programme"),
    [("农村留守儿童", "child_left_behind", None), ("孤儿", "child_orphan", "orphan"),
     ("事实无人抚养儿童", "child_unsupported", "unsupported"), ("父母监护缺失", "child_hardship", None),
     ("重残", "child_hardship", None)],
)  # fmt: skip
def test_the_kinds_of_children_and_their_allowance(written, kind, programme):
    said = facts("children", kind=written, start="2025-01", support="全额")
    assert said["child"]["kinds"] == [kind]
    assert said.get("enrolment", {}).get("programme") == programme
    assert [mark.tag for mark in marks("children", kind=written)] == [kind]


def test_declarations_that_nobody_made_stay_unsaid():
    said = facts("children", carer="李娟", declared_1=True, declared_2=False)["agreement"]
    assert (said["bar_1"], said["bar_2"], "bar_3" in said) == (True, False, False)
    assert "agreement" not in facts("children", declared_1=True)


def test_a_long_term_has_no_last_day():
    said = facts("elders", agreed_to="长期", signed_on=date(2025, 1, 1))["agreement"]
    assert (said["open_ended"], "to_on" in said) == (True, False)
    assert facts("disability_certificates", valid_to="长期")["disability"]["open_ended"] is True


@pytest.mark.parametrize(("grade", "number", "severe"), [("一级", 1, True), ("2级", 2, True), ("三级", 3, False), ("4", 4, False)])
def test_the_grade_of_a_disability(grade, number, severe):
    assert facts("disability_certificates", grade=grade)["disability"]["grade"] == number
    assert marks("disability_certificates", grade=grade)[1].over is not severe


@pytest.mark.parametrize(
    ("paid", "ok"), [("成功", True), ("失败", False), ("退票", False), ("未到账", False), (None, True), ("已发放", True)]
)
def test_whether_money_arrived(paid, ok):
    assert facts("old_age_paid", amount=100, period="2026-01", paid=paid)["payment"]["ok"] is ok


def test_money_without_its_month_or_amount_is_none():
    assert facts("old_age_paid", amount=100) == {}
    assert facts("old_age_paid", period="2026-01") == {}


def test_a_death_without_its_day_says_nothing():
    assert facts("deaths", name="周海", id=ELDER) == {}


@pytest.mark.usefixtures("database")
def test_twice_in_a_month_is_two_payments_and_again_is_none():
    take(*reversed(roster()))
    header = ["序号", "姓名", "身份证号", "发放金额", "打卡日期", "打卡结果"]
    rows = [[1, "王建国", ELDER, 60, "2026-08-21", "失败"], [2, "王建国", ELDER, 60, "2026-08-25", "成功"]]
    data = files.xlsx({"202608": [["2026年8月高龄津贴发放花名册"], header, *rows]})
    _, report = take(data, "高龄津贴.xlsx")
    assert report.created == 2
    _, report = take(data, "高龄津贴.xlsx")
    assert (report.created, report.changed, report.unchanged) == (0, 0, 2)
    with reading() as session:
        found = session.scalars(select(Payment).order_by(Payment.number)).all()
    assert [(one.period, one.number, one.ok) for one in found] == [("2026-08", 0, False), ("2026-08", 1, True)]


@pytest.mark.usefixtures("database")
def test_the_lists_of_other_offices():
    take(*reversed(roster()))
    books = {
        "机动车": (["姓名", "身份证号", "号牌号码", "车辆类型", "初次登记日期", "购置价格"], ["王建国", ELDER, "皖H12345", "小型轿车", "2024-05-01", "86000"]),
        "经营主体": (["法定代表人", "身份证号", "统一社会信用代码", "企业名称", "登记状态"], ["李娟", CARER, "91349927MA0000000X", "某小卖部", "存续"]),
        "学籍": (["姓名", "身份证号", "学校名称", "年级", "学籍状态"], ["李娟", CARER, "某小学", "三年级", "在读"]),
        "医保参保": (["姓名", "身份证号", "参保年度", "参保状态", "资助类别"], ["外人", files.number("19800101", 77), "2026", "正常参保", "低保对象"]),
    }  # fmt: skip
    for name, (header, row) in books.items():
        data = files.xlsx({"名单": [[f"{name}名单"], header, row]})
        _, report = take(data, f"{name}名单.xlsx")
        assert (report.created, report.unknown_columns) == (1, []), name
        _, report = take(data, f"{name}名单.xlsx")
        assert (report.created, report.unchanged) == (0, 1)
    with reading() as session:
        found = {one.list: one for one in session.scalars(select(Listed))}
    assert set(found) == {"vehicles", "businesses", "schools", "insurance"}
    assert (found["vehicles"].on, found["vehicles"].details["price"]) == (date(2024, 5, 1), 8_600_000)
    assert [found[name].person_id is not None for name in ("vehicles", "businesses", "schools", "insurance")] == [
        True, True, True, False,
    ]  # fmt: skip
