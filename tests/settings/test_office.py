"""设置, 五项禁止, 操作日志 and 账号 as the office asks for them, on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select

from app.accounts import office_service as accounts
from app.accounts.rules import Role
from app.audit import office_service as audit
from app.audit.service import record
from app.db import reading, transaction
from app.errors import BadInput, NotAllowed, NotFound
from app.settings import office_service as office
from app.settings import service as settings
from app.settings.prohibitions_service import prohibitions
from models.accounts import Pairing
from models.divisions import Division
from tests import makers
from tests.makers import COUNTY


@pytest.fixture
def admin(database):
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        return makers.user(session, Role.ADMIN, (COUNTY,), name="赵晓东")


@pytest.fixture
def auditor(admin):
    with transaction() as session:
        return makers.user(session, Role.AUDITOR, ())


def test_a_number_holds_from_a_day_with_its_source(admin):
    on = office.today()
    with transaction() as session:
        office.set_number(session, admin, "keep_days", "20", on + timedelta(days=10), "县民政局 9 号文")
        office.set_number(session, admin, "held_days", " 15 ", on, "县民政局 9 号文")
    with reading() as session:
        rows = {row.key: row for row in office.parameters(session, admin)}
    assert (rows["held_days"].value, rows["held_days"].source) == ("15", "县民政局 9 号文")
    assert rows["keep_days"].value == "30"
    assert rows["keep_days"].coming.endswith("20")
    assert "hotline" not in rows
    assert "visit_days.child" not in rows


@pytest.mark.parametrize("text", ["", "0", "-1", "七", "1.5", "9999999", "１"])
def test_what_is_no_number_is_refused(admin, text):
    with pytest.raises(BadInput), transaction() as session:
        office.set_number(session, admin, "held_days", text, office.today(), "文件")


def test_a_number_needs_a_source_and_its_own_form(admin):
    with pytest.raises(BadInput, match="依据"), transaction() as session:
        office.set_number(session, admin, "held_days", "5", office.today(), " ")
    with pytest.raises(BadInput), transaction() as session:
        office.set_number(session, admin, "notice", "5", office.today(), "文件")
    with pytest.raises(BadInput, match="口径"), transaction() as session:
        office.set_number(session, admin, "visit_days.child", "5", office.today(), "文件")


def test_the_hotline_goes_down_to_every_phone(admin):
    with transaction() as session:
        office.set_hotline(session, admin, "hotline", "值班", "0556-7171234")
    with reading() as session:
        assert settings.phone_settings(session, office.today())["hotline"]["value"]["number"] == "05567171234"
        assert office.overview(session, admin).hotline == "05567171234"
    for number in ("", "12", "call me", "1" * 16):
        with pytest.raises(BadInput), transaction() as session:
            office.set_hotline(session, admin, "hotline", "值班", number)


def test_only_the_administrator_sets(auditor):
    for work in (office.overview, office.parameters, prohibitions):
        with reading() as session, pytest.raises(NotAllowed):
            work(session, auditor)


def test_the_five_prohibitions_with_their_figures(admin):
    with reading() as session:
        rows = prohibitions(session, admin)
    assert [row.number for row in rows] == ["一", "二", "三", "四", "五"]
    assert all(row.kept and row.facts for row in rows)
    assert "0 个非拍不可" in " ".join(rows[3].facts)


def test_the_log_is_read_by_the_auditor_page_by_page(auditor, admin):
    with transaction() as session:
        for number in range(60):
            record(
                session, admin, "person.unmasked", "person", f"p{number:02}", after={"field": "phone"}, reason="核对"
            )
        record(session, None, "keys.rotated", "key", "1")
    with reading() as session:
        first = audit.log(session, auditor)
        second = audit.log(session, auditor, before_id=first.next_id)
        assert (len(first.rows), len(second.rows), second.next_id) == (50, 11, 0)
        assert first.rows[0].who == "系统"
        assert [row.subject for row in audit.log(session, auditor, subject="p07").rows] == ["人 p07"]
        assert len(audit.log(session, auditor, who="赵晓东", action="person").rows) == 50
        assert audit.log(session, auditor, who="没有这人").rows == []
        assert audit.log(session, auditor, until=date(2020, 1, 1)).rows == []
        line = audit.log(session, auditor, subject="p07").rows[0]
        assert (line.after, line.reason) == ("field：phone", "核对")
    with reading() as session, pytest.raises(NotAllowed):
        audit.log(session, admin)


def test_accounts_are_listed_and_found(admin):
    with transaction() as session:
        makers.user(session, Role.VILLAGE, name="吴秀梅")
    with reading() as session:
        page = accounts.list_accounts(session, admin, text="吴秀")
        assert [(row.name, row.role_name, row.divisions) for row in page.rows] == [("吴秀梅", "村干部", "高士镇毛安村")]
        assert accounts.list_accounts(session, admin, text="%").rows == []
        assert [row.name for row in accounts.list_accounts(session, admin, role="admin").rows] == ["赵晓东"]
        assert ("349927101", "高士镇") in accounts.county_places(session, admin)
    with transaction() as session:
        session.execute(delete(Division).where(Division.code == COUNTY))
        assert accounts.county_places(session, admin)[0] == (COUNTY, "全县")


def test_an_official_is_paired_by_the_code_of_a_home(admin):
    with transaction() as session:
        official = makers.user(session, Role.PAIRED, (), name="陈志远")
        makers.household(session, name="王国庆", code="34992710110100001")
        accounts.pair_by_code(session, admin, official.id, "34992710110100001", date(2026, 1, 1), None)
        with pytest.raises(NotFound):
            accounts.pair_by_code(session, admin, official.id, "9", date(2026, 1, 1), None)
    with reading() as session:
        detail = accounts.account(session, admin, official.id)
        assert [(one.name, one.place, one.to_on) for one in detail.pairs] == [("王**", "高士镇毛安村", "")]
        assert session.scalars(select(Pairing.from_on)).one() == date(2026, 1, 1)
        with pytest.raises(NotAllowed):
            accounts.account(session, official, official.id)
        with pytest.raises(NotFound):
            accounts.account(session, admin, "none")
