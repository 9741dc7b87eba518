"""Work is never lost with a phone's lock, a sign-out or a revocation: sealed, it arrives by whoever opens the app."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.desk import device_of, revoke
from tests.e2e.phone import Phone, picture
from tests.e2e.server import Server
from tests.e2e.truth import Ledger


@pytest.fixture
def saved(phone: Phone, server: Server, tmp_path: Path) -> tuple[Phone, Ledger]:
    """A visit with a picture, saved without signal."""
    ledger = Ledger(server, server.accounts["village"]["username"])
    phone.page.wait_for_load_state("networkidle")
    phone.context.set_offline(True)
    phone.visit(1, picture(tmp_path, "roof.jpg", seed=71))
    phone.expect_waiting(1)
    return phone, ledger


def test_who_has_signed_out_without_signal_loses_nothing(saved: tuple[Phone, Ledger], server: Server) -> None:
    phone, ledger = saved
    phone.tab("我的")
    phone.page.get_by_role("button", name="退出登录").click()
    expect(phone.page.get_by_test_id("login-submit")).to_be_visible(timeout=20_000)
    phone.context.set_offline(False)
    phone.page.goto(phone.url + "/")
    ledger.expect_new(1, photos=1, seconds=90)


def test_a_revoked_phone_is_emptied_and_its_work_waits_for_the_township(
    saved: tuple[Phone, Ledger], server: Server, browser: Browser
) -> None:
    phone, ledger = saved
    device = device_of(phone.page)
    revoke(browser, server, device)
    phone.context.set_offline(False)
    phone.page.goto(phone.url + "/")
    phone.unlock()
    expect(phone.page.get_by_text("县里停用了这部手机")).to_be_visible(timeout=60_000)
    waiting = "SELECT count(*) FROM command WHERE device_id = ? AND status = 'orphaned'"
    server.eventually(waiting, (device,), [(1,)], 90)
    ledger.expect_new(0)
