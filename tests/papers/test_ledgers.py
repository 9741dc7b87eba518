"""Ledgers as Excel: official order, masks, scope, what changed since the last report."""

from datetime import date

import pytest
from sqlalchemy import delete, select, update

from app.benefits import rules as benefits
from app.children import case_service
from app.children.schemas import CaseReport
from app.db import new_id, transaction, utcnow
from app.errors import AppError, NotAllowed, NotFound, TooBig
from app.households import register_service as register
from app.papers import (
    form_service,
    ledger_service,
    report_service,
)
from app.papers.ledgers import BY_HAND, LEDGERS, NOT_KEPT
from app.papers.schemas import ExportWish
from app.settings import service as settings
from models.benefits import Enrolment
from models.casework import PublicNotice
from models.divisions import Division
from models.households import Contact, Household
from models.pairing import PairedHome
from models.visits import Visit
from tests import makers
from tests.papers.stage import GRANDMOTHER, UNCLE, cells, notes, taken


def test_the_elders_in_the_official_order(one):
    rows = taken(one, "elders")
    assert rows[0][:5] == ["序号", "乡镇", "村", "组", "户编号"]
    assert rows[0][1:-1] == [column.title for column in LEDGERS["elders"].columns]
    told = cells(rows)
    assert told["姓名"] == "刘桂英"
    assert told["身份证号"] == "349927********0028"
    assert (told["乡镇"], told["村"], told["组"]) == ("高士镇", "毛安村", "一组")
    assert (told["年龄"], told["慢病"], told["代养孙辈"]) == (84, "高血压", "1")
    assert told["子女姓名及外出地"] == "王国军 浙江宁波"
    assert (told["紧急联系人"], told["村内联系人"]) == ("王国军", "张大妈")
    assert (told["赡养协议签订日期"], told["赡养协议到期日"]) == ("2026-01-05", "长期")
    assert (told["最近走访日期"], told["来源走访"]) == ("2026-11-20", one.visit.id)


def test_every_ledger_has_what_was_put_in(one):
    holds = {
        "children": {"姓名": "王小明", "母亲情况": "失联", "受托人姓名": "刘桂英", "其他不宜担任情形": "是",
                     "确认书止": "2027-02-28"},
        "hardship": {"供养方式": "分散供养", "室内行走": "不能", "自理能力等级": "部分丧失生活自理能力",
                     "照料人姓名": "张大妈"},
        "disability": {"残疾类别": "肢体", "等级": "一级", "残疾证号": "349927********001541", "护理补贴": "在享受"},
        "pairing": {"帮扶责任人": "赵刚", "帮扶单位": "县财政局", "责任人电话": "154****0000", "喝水": "不达标",
                    "走访方式": "上门"},
        "contacts": {"联系人": "王国军", "核实日期": "2026-10-01", "赡养人": "是"},
        "enrolments": {"待遇": "残疾人护理补贴", "每月金额（元）": 90, "起发年月": "2026-01"},
        "payments": {"待遇": "高龄津贴", "月份": "2026-10", "金额（元）": 80.5, "发放状态": "成功"},
        "visits": {"走访人": "李敏", "方式": "上门", "困难数": 1, "编号": one.visit.id},
        "issues": {"内容": "屋顶漏雨", "状态": "在办", "来源走访": one.visit.id},
    }  # fmt: skip
    for name, wanted in holds.items():
        rows = taken(one, name, **({"period": "2026-10"} if name == "payments" else {}))
        assert any(wanted.items() <= cells(rows, at).items() for at in range(1, len(rows))), (name, cells(rows))
    agreements = [cells(taken(one, "agreements", programme="support"))]
    assert "由 王国强 代 刘桂英 签" in agreements[0]["谁签的（写明代签）"]
    assert cells(taken(one, "care_fee", period="2026Q3"))["领款人"] == "张大妈"


def test_a_home_whose_last_visit_is_not_known_says_what_its_list_says(one):
    with transaction() as session:
        session.execute(update(Household).values(last_visit_id=new_id()))
        session.execute(update(PairedHome).values(listed_visit_mode="电话"))
    assert cells(taken(one, "pairing"))["走访方式"] == "电话"


def test_a_home_that_was_seen_in_a_way_of_which_there_is_no_word_says_it_as_it_is_written(one):
    with transaction() as session:
        session.execute(update(Visit).values(mode="drone"))
    assert cells(taken(one, "pairing"))["走访方式"] == "drone"


def test_a_stop_in_a_month_to_come_is_not_told_as_done(one):
    def ahead(months: int) -> str:
        return benefits.shifted(benefits.month_of(register.today()), months)

    with transaction() as session:
        row = session.scalars(select(Enrolment).where(Enrolment.person_id == one.uncle.id)).one()
        row.to_month, row.state = ahead(1), "stopped"
        for from_month, to_month in (("2019-01", "2020-01"), (ahead(-2), ahead(1))):
            for person, programme in ((one.uncle, "disability_living"), (one.grandmother, "tekun")):
                session.add(Enrolment(
                    id=new_id(), person_id=person.id, household_id=one.home.id, division=one.home.division,
                    programme=programme, from_month=from_month, to_month=to_month, state="stopped",
                    created_at=utcnow(), updated_at=utcnow(),
                ))  # fmt: skip
    told = cells(taken(one, "disability"))
    assert (told["护理补贴"], told["生活补贴"]) == ("在享受", "在享受")
    told = [cells([rows[0], row]) for rows in [taken(one, "enrolments")] for row in rows[1:]]
    assert sorted((each["待遇"], each["状态"]) for each in told) == [
        ("残疾人护理补贴", "在享受"), ("残疾人生活补贴", "在享受"), ("残疾人生活补贴", "已停"),
        ("特困供养", "在享受"), ("特困供养", "已停"), ("高龄津贴", "在享受"),
    ]  # fmt: skip
    told = cells(taken(one, "hardship"))
    assert (told["起始年月"], told["停止年月"]) == (ahead(-2), ahead(1))


def test_reports_of_children_in_danger_without_their_names(one):
    with transaction() as session:
        for situation in ("untended", "violence"):
            seen = CaseReport(situations=[situation], person_id=one.boy.id, seen="家里没人", called=["110"],
                              police_unit="高士派出所", police_number="A17")  # fmt: skip
            case_service.report(session, one.clerk, seen, utcnow(), division=makers.VILLAGE)
    rows = taken(one, "reports")
    assert len(rows) == 2, "what three people only may see is in no file"
    told = cells(rows)
    heads = ("情形", "接警单位", "接警编号", "到哪一步")
    assert [told[head] for head in heads] == ["没人管", "高士派出所", "A17", "强制报告"]
    assert "王小明" not in str(rows)
    with transaction() as session:
        stranger = makers.user(session, "supervisor", (makers.COUNTY,))
    with pytest.raises(NotAllowed):
        taken(one, "reports", stranger)


def test_what_hung_in_the_village(one):
    with transaction() as session:
        session.add(PublicNotice(
            id=new_id(), programme="dibao", division=makers.VILLAGE, from_on=date(2026, 10, 1), to_on=date(2026, 10, 7),
            text="拟纳入低保：刘军", author_id=one.clerk.id, created_at=utcnow(),
        ))  # fmt: skip
    told = cells(taken(one, "notices"))
    assert [told[head] for head in ("村", "待遇", "公示内容", "公示起", "公示止", "经办人")] == [
        "毛安村", "低保", "拟纳入低保：刘军", "2026-10-01", "2026-10-07", one.clerk.name,
    ]  # fmt: skip
    assert not told["处理"]
    with transaction() as session:
        row = session.scalars(select(PublicNotice)).one()
        row.down_on, row.down_why = date(2026, 10, 3), "人数错了"
    assert cells(taken(one, "notices"))["处理"] == "2026-10-03 撤下：人数错了"


def test_what_is_kept_on_paper_only_has_its_heads_and_says_so(one):
    assert set(BY_HAND) == {"activities"}
    for name in BY_HAND:
        rows = taken(one, name)
        assert rows[0] == [column.title for column in LEDGERS[name].columns]
        assert NOT_KEPT in notes(one, name)


def test_masks_by_default_and_whole_numbers_by_right(one):
    for name in LEDGERS:
        text = str(taken(one, name, **({"period": "2026-10"} if name == "payments" else {})))
        for number in (GRANDMOTHER, UNCLE, "15400000001", "15412345678", "349927196602280010"):
            assert number not in text, (name, number)
    assert cells(taken(one, "elders", full=True))["身份证号"] == GRANDMOTHER
    with transaction() as session:
        supervisor = makers.user(session, "supervisor", (makers.COUNTY,))
    assert cells(taken(one, "elders", supervisor))["姓名"] == "刘桂英"
    with pytest.raises(NotAllowed) as caught:
        taken(one, "elders", supervisor, full=True)
    assert caught.value.code == "no_whole_numbers"


def test_the_leader_gets_figures_only(one):
    with transaction() as session:
        leader = makers.user(session, "leader", (makers.COUNTY,))
    with pytest.raises(NotAllowed) as caught:
        taken(one, "elders", leader)
    assert caught.value.code == "figures_only"
    rows = taken(one, "counts", leader)
    assert cells(rows)["地方"] == "高士镇"
    assert cells(rows)["留守老人台账"] == 1
    assert "刘桂英" not in str(rows)


def test_nobody_takes_out_more_than_the_own_area(one):
    assert len(taken(one, "elders", one.stranger)) == 1
    assert len(taken(one, "pairing", one.stranger)) == 1
    assert len(taken(one, "elders", area=makers.FAR_VILLAGE)) == 1
    with transaction() as session:
        paired = makers.user(session, "paired", ())
        with pytest.raises(NotAllowed):
            ledger_service.wished(session, paired, ExportWish(ledger="elders", reason="抽查"), date(2026, 11, 29))


def test_more_rows_than_the_county_allows_are_refused_with_what_to_do(one):
    with transaction() as session:
        settings.set_value(session, None, "export.rows", 1, date(2020, 1, 1))
    with pytest.raises(TooBig) as caught:
        taken(one, "contacts")
    assert "请选一个乡镇或村" in caught.value.message


def test_only_what_changed_since_the_last_report(one):
    first = taken(one, "contacts", report=True)
    assert len(first) == 3
    reported = {cells(taken(one, "contacts"), at)["已报送"] for at in (1, 2)}
    assert reported == {ledger_service.today(utcnow()).isoformat()}
    assert len(taken(one, "contacts", changed=True)) == 1
    with transaction() as session:
        makers.contact(session, one.grandmother, kind="carer", name="新来的")
        known = session.scalars(select(Contact).where(Contact.person_id == one.grandmother.id))
        rows = {row.name: row for row in known}
        rows["王国军"].place = "宁波"
        session.delete(rows["张大妈"])
    told = taken(one, "contacts", changed=True)
    assert {(row["变化"], row["联系人"]) for row in (cells(told, at) for at in range(1, len(told)))} == {
        ("新增", "新来的"), ("改动", "王国军"), ("停止", "张大妈"),
    }  # fmt: skip
    assert "后来有改动" in str(taken(one, "contacts"))
    taken(one, "contacts", changed=True, report=True)
    assert len(taken(one, "contacts", changed=True)) == 1
    with transaction() as session:
        latest = report_service.listed(session, one.clerk)[0]
        assert latest.counts == "2 行，新增 1，改动 1，停止 1"
        with pytest.raises(NotFound):
            report_service.withdraw(session, one.stranger, latest.id, utcnow())
        report_service.withdraw(session, one.clerk, latest.id, utcnow())
    assert len(taken(one, "contacts", changed=True)) == 4


def test_a_report_of_another_place_ends_nothing_here(one):
    taken(one, "contacts", report=True)
    assert len(taken(one, "contacts", one.stranger, changed=True)) == 1


def test_the_operator_sees_the_county_also_where_a_roster_brought_no_row_for_it(one):
    with transaction() as session:
        session.execute(delete(Division).where(Division.code == makers.COUNTY))
        assert form_service.operator(session).divisions == (makers.COUNTY,)


def test_unknown_ledgers_and_months_are_told(one):
    for wrong in (
        {"ledger": "cats"}, {"ledger": "payments", "period": "2026Q3"}, {"ledger": "care_fee", "period": "2026-10"},
        {"ledger": "elders", "mapping": "nothing"}, {"ledger": "care_fee", "report": True},
    ):  # fmt: skip
        with pytest.raises(AppError):
            taken(one, wrong.pop("ledger"), **wrong)
