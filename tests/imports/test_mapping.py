"""A header that nobody knows is explained once by an office, and read so from then on; there and nowhere else."""

import pytest
from sqlalchemy import select

from app.db import reading, transaction
from app.errors import BadInput
from app.imports import mapping_service
from app.imports.mapping_service import HeaderView
from models.lists import Listed
from tests.imports import files
from tests.imports.conftest import preview, take
from tests.imports.test_ledgers import ELDER, roster

STRANGE = ["甲栏", "乙栏", "丙栏", "丁栏"]


def book(header: list[str] = STRANGE) -> bytes:
    return files.xlsx({"表": [["某局名单"], header, ["王建国", ELDER, "皖H12345", "小型轿车"]]})


def look(actor, import_id: str, shape: str = "") -> HeaderView:
    with reading() as session:
        return mapping_service.view(session, actor, import_id, shape)


def explain(actor, import_id: str, *fields: str) -> None:
    with transaction() as session:
        said = {str(at): name for at, name in enumerate(fields)}
        mapping_service.remember(session, actor, import_id, "vehicles", said)


def test_an_unknown_header_is_asked_about_and_remembered(clerk):
    take(*reversed(roster()))
    import_id, report = preview(book(), "名单.xlsx", clerk)
    assert report.ledger is None
    asked = look(clerk, import_id)
    assert [cell.text for cell in asked.cells] == STRANGE
    assert asked.shape == ""
    assert "号牌号码" in [one.words for one in look(clerk, import_id, "vehicles").fields]
    explain(clerk, import_id, "name", "id", "plate", "")
    _, report = take(book(["甲栏 ", "乙栏", "丙栏：", "丁栏"]), "另一个.xlsx", clerk)
    assert (report.ledger, report.created, report.unknown_columns) == ("vehicles", 1, [])
    with reading() as session:
        found = session.scalars(select(Listed)).one()
    assert (found.list, found.name, found.details["plate"]) == ("vehicles", "王建国", "皖H12345")
    assert found.person_id


def test_another_office_reads_the_header_as_before(clerk):
    from app.accounts.rules import Role
    from tests import makers

    import_id, _ = preview(book(), "名单.xlsx", clerk)
    explain(clerk, import_id, "name", "id", "plate", "kind")
    with transaction() as session:
        other = makers.user(session, Role.TOWN_CLERK, ("349927101",), token="other")
    assert preview(book(), "名单.xlsx", other)[1].ledger is None
    assert preview(book(), "名单.xlsx", clerk)[1].ledger == "vehicles"


def test_what_a_row_cannot_do_without_must_be_there_and_once(clerk):
    import_id, _ = preview(book(), "名单.xlsx", clerk)
    with pytest.raises(BadInput, match="身份证号"):
        explain(clerk, import_id, "name", "", "plate", "")
    with pytest.raises(BadInput, match="选了两次"):
        explain(clerk, import_id, "name", "id", "plate", "plate")


def test_a_known_ledger_with_one_strange_column_keeps_the_others(clerk):
    header = ["编号", "姓名", "身份证号", "死亡时间", "打卡单位"]
    rows = [["死亡人员名单"], header, [1, "王建国", ELDER, "2026-09-24", "公安注销"]]
    data = files.xlsx({"名单": rows})
    import_id, report = preview(data, "死亡人员名单.xlsx", clerk)
    assert (report.ledger, report.unknown_columns) == ("deaths", ["打卡单位"])
    asked = look(clerk, import_id)
    assert {cell.text: cell.field for cell in asked.cells} == {
        "编号": "serial", "姓名": "name", "身份证号": "id", "死亡时间": "died_on", "打卡单位": "",
    }  # fmt: skip
    with transaction() as session:
        said = dict(enumerate(["serial", "name", "id", "died_on", "source"]))
        mapping_service.remember(session, clerk, import_id, "deaths", {str(at): one for at, one in said.items()})
    _, report = preview(data, "死亡人员名单.xlsx", clerk)
    assert (report.ledger, report.unknown_columns) == ("deaths", [])


def test_a_row_of_people_is_never_taken_for_a_header(clerk):
    data = files.xlsx({"表": [["王建国", ELDER, "毛安村", "15400000001"], ["李娟", ELDER, "毛安村", "15400000002"]]})
    import_id, _ = preview(data, "名单.xlsx", clerk)
    assert look(clerk, import_id) == HeaderView()
