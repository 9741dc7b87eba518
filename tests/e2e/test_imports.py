"""A ledger goes through the office's page: refused, looked through, taken in, undone."""

from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.phone import Phone
from tests.e2e.server import Server
from tests.imports.files import person, roster

FAR = {"所在村": "红旗村"}


def far(order: int, **more):
    """A row of a home that no journey looks at."""
    return person(order, home=901, 户编号="34992710120100901", 户主="试导入", **FAR, **more)


def test_a_roster_is_looked_through_taken_in_and_undone(new_phone, server: Server, tmp_path: Path):
    desk: Phone = new_phone()
    desk.open("/")
    page, account = desk.page, server.accounts["section"]
    page.get_by_test_id("login-username").fill(account["username"])
    page.get_by_test_id("login-password").fill(account["password"])
    page.get_by_test_id("login-submit").click()
    page.wait_for_url("**/office**")
    page.goto(server.url + "/office/imports")

    paper = tmp_path / "花名册.xlsx"
    paper.write_bytes(b"%PDF-1.7 no table")
    page.get_by_test_id("import-file").set_input_files(paper)
    expect(page.get_by_test_id("import-problem")).to_contain_text("不是表格")

    rows = [far(1, name="试 导入"), far(2, name="试二", relation="配偶"), far(3, name="试三", 身份证号="3.49927E+17")]
    paper.write_bytes(roster(*rows))
    page.get_by_test_id("import-file").set_input_files(paper)
    page.wait_for_url("**/office/imports?id=*")
    expect(page.get_by_test_id("import-tab-new")).to_contain_text("2", timeout=30_000)
    expect(page.get_by_text("名字里多了空格")).to_be_visible()
    page.get_by_test_id("import-tab-unreadable").click()
    expect(page.get_by_text("身份证号成了科学计数")).to_be_visible()
    expect(page.get_by_text("毛安村 第 5 行")).to_be_visible()
    counted = "SELECT count(*) FROM person JOIN household h ON h.id = household_id WHERE h.code = ?"
    assert server.rows(counted, ["34992710120100901"]) == [(0,)]

    page.get_by_test_id("import-take").click()
    expect(page.get_by_test_id("import-undo")).to_be_visible(timeout=30_000)
    assert server.rows(counted, ["34992710120100901"]) == [(2,)]

    page.get_by_test_id("import-undo").click()
    page.get_by_test_id("import-undo-sure").click()
    expect(page.get_by_test_id("done")).to_contain_text("撤销好了")
    assert server.rows(counted, ["34992710120100901"]) == [(0,)]
