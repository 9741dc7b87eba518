"""Ledgers as Excel: official order, masks, scope, what changed since the last report, mappings, the job."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from sqlalchemy import delete, select, update

from app.accounts.schemas import Actor
from app.benefits import rules as benefits
from app.casework import service as casework
from app.casework.schemas import PetitionIn
from app.children import case_service
from app.children.schemas import CaseReport
from app.db import new_id, reading, transaction, utcnow
from app.errors import AppError, BadInput, Conflict, NotAllowed, NotFound, TooBig
from app.feedback import service as feedback
from app.feedback.schemas import FeedbackAdd
from app.households import register_service as register
from app.papers import (
    export_service,
    form_service,
    ledger_service,
    mapping_service,
    report_service,
    workbook,
)
from app.papers.export_state import ledgers_for
from app.papers.ledgers import BY_HAND, LEDGERS, NOT_KEPT
from app.papers.schemas import ExportWish
from app.settings import service as settings
from models.audit import AuditEntry
from models.benefits import Enrolment, Payment
from models.casework import Petition, PublicNotice
from models.divisions import Division
from models.households import Contact, Household
from models.pairing import Official, PairedHome
from models.papers import LedgerExport
from models.visits import Visit
from tests import makers
from tests.papers.stage import GRANDMOTHER, UNCLE, Home, set_up


@pytest.fixture
def one(database) -> Home:
    with transaction() as session:
        found = set_up(session)
        official = Official(id=new_id(), name="赵刚", unit="县财政局", phone="15411110000", created_at=utcnow(),
                            updated_at=utcnow())  # fmt: skip
        session.add(official)
        session.flush()
        session.add(PairedHome(id=new_id(), official_id=official.id, household_id=found.home.id,
                               division=found.home.division, from_on=date(2026, 1, 1), created_at=utcnow(),
                               updated_at=utcnow()))  # fmt: skip
        session.add(Payment(id=new_id(), person_id=found.grandmother.id, household_id=found.home.id,
                            division=found.home.division, programme="old_allowance", period="2026-10", amount_fen=8050,
                            created_at=utcnow()))  # fmt: skip
        return found


def taken(one: Home, ledger: str, actor: Actor | None = None, **more) -> list[list]:
    """The rows of a ledger as its file holds them, heads first."""
    actor, now = actor or one.clerk, utcnow()
    wish = ExportWish(ledger=ledger, reason="抽查", **more)
    path = one.path / f"{ledger}.xlsx"
    with reading() as session:
        on = ledger_service.today(now)
        run = ledger_service.begin(
            session, actor, ledger_service.wished(session, actor, wish, on), on, lambda done, total: None
        )
        rows = ledger_service.write(session, run, path)
    if wish.report:
        with transaction() as session:
            ledger_service.kept(session, run, rows, now)
    return sheet_of(path.read_bytes())


def sheet_of(data: bytes) -> list[list]:
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    rows = [["" if value is None else value for value in row] for row in sheet.iter_rows(values_only=True)]
    return rows[2:] if len(rows) > 2 and str(rows[1][0]).startswith("仅限") else rows


def cells(rows: list[list], at: int = 1) -> dict:
    return dict(zip(rows[0], rows[at], strict=True))


@pytest.fixture(autouse=True)
def _path(request, tmp_path):
    if "one" in request.fixturenames:
        request.getfixturevalue("one").path = tmp_path


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


def notes(one: Home, ledger: str) -> str:
    sheet = openpyxl.load_workbook(one.path / f"{ledger}.xlsx").worksheets[1]
    return "".join(str(row[0]) for row in sheet.iter_rows(values_only=True))


def test_what_is_kept_on_paper_only_has_its_heads_and_says_so(one):
    assert set(BY_HAND) == {"activities"}
    for name in BY_HAND:
        rows = taken(one, name)
        assert rows[0] == [column.title for column in LEDGERS[name].columns]
        assert NOT_KEPT in notes(one, name)


def petition(author: Actor, text: str, **more) -> None:
    usual = {"division": makers.VILLAGE, "category": "申诉求决", "received_on": date(2026, 10, 1), "source": "来电"}
    with transaction() as session:
        row = casework.receive(session, author, PetitionIn(**usual | {"text": text} | more))
        if more.get("assignee"):
            casework.step(session, author, row.id, "told_on", 1)
            casework.step(session, author, row.id, "accepted_on", 2)


def test_petitions_stand_in_the_register_of_calls(one):
    petition(one.clerk, "低保没有批，请打 13800001111，我的号 349927194203010028")
    with transaction() as session:
        approver = makers.user(session, "town_approver", (makers.TOWN,), name="周强")
    petition(one.clerk, "路灯坏了", category="建议意见", assignee=approver.id)
    first, second = (cells(taken(one, "calls"), at) for at in (1, 2))
    assert first == {
        "序号": 1, "来电（收到）时间": "2026-10-01", "乡镇": "高士镇", "村": "毛安村", "类别": "来电：申诉求决",
        "内容": "低保没有批，请打 138****1111，我的号 349927********0028", "交办": "", "回复时限": "2026-10-16",
        "办理、回复": "", "接听（登记）人": "李敏", "已报送": "",
    }  # fmt: skip
    today = casework.today()
    assert second["办理、回复"] == f"{today} 告知了，{today} 受理了"
    assert (second["交办"], second["回复时限"]) == ("周强", (today + timedelta(days=60)).isoformat())
    assert "13800001111" in str(taken(one, "calls", full=True))
    assert len(taken(one, "calls", area=makers.FAR_VILLAGE)) == 1
    assert len(taken(one, "calls", one.stranger)) == 1
    with pytest.raises(BadInput) as caught:
        taken(one, "calls", changed=True)
    assert caught.value.code == "nothing_to_report"
    with transaction() as session:
        settings.set_value(session, None, "export.rows", 1, date(2020, 1, 1))
    with pytest.raises(TooBig):
        taken(one, "calls")


def test_who_rang_is_in_the_register_of_calls_and_no_letter(one):
    for source in ("来信", "来访", "网上", "上级转办"):
        petition(one.clerk, f"{source}说的", source=source)
    assert len(taken(one, "calls")) == 1
    assert "信访件只有来电的" in notes(one, "calls")
    petition(one.clerk, "打来说的")
    petition(one.clerk, "不知怎么来的")
    with transaction() as session:
        session.scalars(select(Petition)).all()[-1].source = ""  # as those from before it was asked
    assert {cells(taken(one, "calls"), at)["类别"] for at in (1, 2)} == {"来电：申诉求决", "来源没记：申诉求决"}
    with reading() as session:
        assert casework.how_many(session, one.clerk, "", 9, ("来电", "")) == 2


def test_all_petitions_stand_in_their_ledger_however_they_came(one):
    for source in ("来信", "来访", "来电", "网上", "上级转办"):
        petition(one.clerk, f"{source}说的，请打 13800001111", source=source)
    petition(one.clerk, "路灯坏了", category="建议意见", assignee=one.clerk.id)
    with transaction() as session:
        row = session.scalars(select(Petition)).first()
        row.source, key = "", row.id  # as those from before it was asked
    rows = taken(one, "petitions")
    assert sorted(cells(rows, at)["来源"] for at in range(1, 7)) == ["上级转办", "来电", "来电", "来访", "没记", "网上"]
    today = casework.today()
    found = {cells(rows, at)["编号"]: cells(rows, at) for at in range(1, 7)}
    assert found[key] | {"序号": 0} == {
        "序号": 0, "收到日期": "2026-10-01", "来源": "没记", "类别": "申诉求决", "乡镇": "高士镇", "村": "毛安村",
        "内容": "来信说的，请打 138****1111", "承办人": "", "告知日期": "", "受理日期": "", "办结日期": "",
        "到期": "2026-10-16", "办到哪了": "刚收到", "登记人": "李敏", "编号": key, "已报送": "",
    }  # fmt: skip
    lamp = next(line for line in found.values() if line["内容"] == "路灯坏了")
    assert [lamp[name] for name in ("承办人", "告知日期", "受理日期", "办结日期", "办到哪了")] == [
        "李敏", today.isoformat(), today.isoformat(), "", "受理了",
    ]  # fmt: skip
    assert lamp["到期"] == (today + timedelta(days=60)).isoformat()
    assert "13800001111" in str(taken(one, "petitions", full=True))
    assert (len(taken(one, "petitions", area=makers.FAR_VILLAGE)), len(taken(one, "petitions", one.stranger))) == (1, 1)
    with pytest.raises(BadInput) as caught:
        taken(one, "petitions", report=True)
    assert caught.value.code == "nothing_to_report"


def test_an_accusation_is_in_nobodys_register_but_of_who_works_on_it(one):
    with transaction() as session:
        accused = makers.user(session, "village", (makers.VILLAGE,), name="贾某")
        section = makers.user(session, "section", (makers.COUNTY,))
        approver = makers.user(session, "town_approver", (makers.TOWN,))
    petition(one.clerk, "截留了钱", category="检举控告", accused=[accused.id], assignee=section.id)
    for ledger in ("calls", "petitions"):
        assert "截留了钱" in str(taken(one, ledger))
        assert "截留了钱" in str(taken(one, ledger, section))
        assert len(taken(one, ledger, approver)) == 1
        assert "检举控告件只有你登记的" in notes(one, ledger)
        with pytest.raises(NotAllowed):
            taken(one, ledger, accused)


def test_what_was_written_into_feedback_is_taken_out_by_who_answers_it_alone(one):
    with transaction() as session:
        admin = makers.user(session, "admin", (makers.COUNTY,))
        said = feedback.add(session, one.clerk, FeedbackAdd(text="打 13800001111 没人接", about="work"), utcnow())
        feedback.add(session, one.clerk, FeedbackAdd(text="某人收礼", about="person", anonymous=True), utcnow())
        feedback.reply(session, admin, said.id, "修好了", utcnow())
    assert len(taken(one, "calls")) == 1
    assert "由县管理员看" in notes(one, "calls")
    rows = taken(one, "calls", admin)
    told = {cells(rows, at)["类别"]: cells(rows, at) for at in (1, 2)}
    assert told["投诉建议：工作安排"]["内容"] == "打 138****1111 没人接"
    assert told["投诉建议：工作安排"]["办理、回复"].endswith("修好了")
    assert told["投诉建议：某个人"]["内容"] == "某人收礼"
    assert "李敏" not in str(rows)
    assert [choice.value for choice in ledgers_for(admin)] == ["calls"]
    for ledger in ("counts", "elders", "visits", "reports", "petitions"):
        with pytest.raises(NotAllowed):
            taken(one, ledger, admin)
    with pytest.raises(NotAllowed):
        taken(one, "calls", admin, full=True)


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


MAPPING = """
code = "county_elders"
ledger = "elders"
title = "上报"
plain = true
[[columns]]
heading = "XM"
field = "name"
[[columns]]
heading = "XB"
field = "sex"
codes = { "男" = "1", "女" = "2" }
[[columns]]
heading = "SJ"
value = "安徽"
"""


def test_a_mapping_of_the_countys_own(one):
    with transaction() as session:
        admin = makers.user(session, "admin", ())
        with pytest.raises(NotAllowed):
            mapping_service.put(session, one.clerk, MAPPING, utcnow())
        mapping_service.put(session, admin, MAPPING, utcnow())
        assert "county_elders" in {row.code for row in mapping_service.listed(session) if row.own}
    assert taken(one, "elders", mapping="county_elders") == [["XM", "XB", "SJ"], ["刘桂英", "2", "安徽"]]
    with pytest.raises(BadInput):
        taken(one, "children", mapping="county_elders")
    with transaction() as session:
        mapping_service.revert(session, admin, "county_elders")
    with pytest.raises(BadInput):
        taken(one, "elders", mapping="county_elders")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (MAPPING.replace('"name"', '"salary"'), "没有 salary 这一项"),
        (MAPPING.replace('ledger = "elders"', 'ledger = "cats"'), "没有这个台账"),
        (MAPPING.replace('value = "安徽"', ""), "只写一个"),
        ("code = [", "不是 TOML"),
        (MAPPING.replace("plain = true", 'plain = "x"'), "plain"),
    ],
)
def test_a_bad_mapping_is_told_where(home, body, words):
    with pytest.raises(BadInput) as caught:
        mapping_service.read(body)
    assert words in caught.value.message


def test_shipped_mappings_can_all_be_used(one):
    for code, (mapping, _) in mapping_service.shipped().items():
        rows = taken(one, mapping.ledger, mapping=code)
        assert len(rows) == 2, code


def test_an_export_is_logged_then_made_then_fetched_then_cleared(one):
    wish = ExportWish(ledger="elders", reason="季度核对", full=True)
    with transaction() as session:
        key = export_service.ask(session, one.clerk, wish, utcnow())
        with pytest.raises(Conflict):
            export_service.ask(session, one.clerk, wish, utcnow())
    with reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "ledger.exported")).one()
        assert (entry.actor_id, entry.reason, entry.after) == (one.clerk.id, "季度核对", {"full": True, "rows": 1})
        with pytest.raises(NotFound):
            export_service.file(session, one.clerk, key)
    export_service.job(key)
    export_service.job(key)
    with reading() as session:
        assert [view.state for view in export_service.recent(session, one.clerk)] == ["done"]
        name, data = export_service.file(session, one.clerk, key)
        assert name.startswith("留守老人台账-")
        assert cells(sheet_of(data))["身份证号"] == GRANDMOTHER
        with pytest.raises(NotFound):
            export_service.file(session, one.stranger, key)
    with transaction() as session:
        export_service.clear(session, utcnow() + timedelta(days=2))
        with pytest.raises(NotFound) as caught:
            export_service.file(session, one.clerk, key)
        assert "清掉" in caught.value.message


def test_an_export_of_somebody_disabled_meanwhile_comes_to_nothing(one):
    from app.accounts.service import set_disabled

    with transaction() as session:
        key = export_service.ask(session, one.clerk, ExportWish(ledger="elders", reason="核对"), utcnow())
        set_disabled(session, None, one.clerk.id, True, utcnow())
    export_service.job(key)
    with reading() as session:
        assert export_service.recent(session, one.clerk)[0].state == "failed"
        assert export_service.waiting(session, utcnow() + timedelta(days=1), 5) == []


def test_what_nobody_works_on_is_found_by_the_sweep(one):
    with transaction() as session:
        key = export_service.ask(session, one.clerk, ExportWish(ledger="elders", reason="核对"), utcnow())
    with reading() as session:
        assert export_service.waiting(session, utcnow() - timedelta(minutes=1), 5) == []
        assert export_service.waiting(session, utcnow() + timedelta(minutes=1), 5) == [key]


def test_text_stays_text_in_a_workbook(tmp_path):
    path = tmp_path / "a.xlsx"
    rows = [["=1+1", "007", 3, ""], ["<b>&", " a\x07b ", 2.5, "349927194203010028"]]
    heads = [workbook.Head(name) for name in "甲乙丙丁"]
    assert workbook.write(path, "试[一]试", heads, rows, mark="仅限民政救助使用", notes=["说明"]) == 2
    book = openpyxl.load_workbook(path)
    assert [[cell.value for cell in row] for row in book.worksheets[0].iter_rows(min_row=4)] == [
        ["=1+1", "007", 3, None], ["<b>&", " ab ", 2.5, "349927194203010028"],
    ]  # fmt: skip
    assert book.worksheets[0]["A4"].data_type == "s"
    assert "仅限民政救助使用" in book.worksheets[0].oddHeader.left.text
    assert "仅限民政救助使用" in book.worksheets[0].oddFooter.left.text


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


def test_how_much_is_taken_out_is_written_down_before_a_row_is_read(one):
    """Also of what stands under no keys of the registers."""
    petition(one.clerk, "路灯坏了", category="建议意见")
    for ledger in ("calls", "petitions", "care_fee", "elders"):
        with transaction() as session:
            export_service.ask(session, one.clerk, ExportWish(ledger=ledger, reason="抽查"), utcnow())
        with transaction() as session:
            made = session.scalars(select(LedgerExport).where(LedgerExport.ledger == ledger)).one()
            told = session.scalars(select(AuditEntry).where(AuditEntry.subject_id == ledger)).one()
            made.state = "done"
            assert made.total_rows == told.after["rows"] == len(taken(one, ledger)) - 1 > 0, ledger
