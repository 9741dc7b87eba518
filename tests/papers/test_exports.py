"""How a ledger is taken out: mappings of the county's own, the log, the job, the file that is fetched and cleared."""

from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import select

from app.db import reading, transaction, utcnow
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.papers import (
    export_service,
    mapping_service,
    workbook,
)
from app.papers.schemas import ExportWish
from models.audit import AuditEntry
from models.papers import LedgerExport
from tests import makers
from tests.papers.stage import GRANDMOTHER, cells, petition, sheet_of, taken

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
