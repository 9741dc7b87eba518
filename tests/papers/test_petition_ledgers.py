"""Petitions, calls and what was written into feedback as ledgers: what stands in which, and who may take it out."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.casework import service as casework
from app.db import reading, transaction, utcnow
from app.errors import BadInput, NotAllowed, TooBig
from app.feedback import service as feedback
from app.feedback.schemas import FeedbackAdd
from app.papers.export_state import ledgers_for
from app.settings import service as settings
from models.casework import Petition
from tests import makers
from tests.papers.stage import cells, notes, petition, taken


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
