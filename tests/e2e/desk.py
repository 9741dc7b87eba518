"""The administrator's desk, in journeys where a phone is stopped from there."""

from playwright.sync_api import Browser, Page, expect

from tests.e2e.server import Server


def desk(browser: Browser, server: Server) -> Page:
    """The administrator's page of phones."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
    device = {"id": "01900000-0000-7000-8000-000000000199", "name": "desk"}
    assert context.request.post(f"{server.url}/api/session", data={**server.accounts["admin"], "device": device}).ok
    page = context.new_page()
    page.goto(server.url + "/office/devices")
    expect(page.get_by_test_id("device-revoke").first).to_be_attached(timeout=30_000)
    return page


def revoke(browser: Browser, server: Server, device: str) -> None:
    """Stop serving a phone."""
    page = desk(browser, server)
    form = page.locator(f'form:has(input[name="id"][value="{device}"])')
    form.locator("xpath=ancestor::details").locator("summary").click()
    form.locator('input[name="reason"]').fill("手机丢了")
    form.get_by_test_id("device-revoke").click()
    expect(page.get_by_test_id("done")).to_contain_text("停用了", timeout=20_000)
    page.context.close()


def device_of(page: Page) -> str:
    """The id by which the county knows the phone whose page this is."""
    return page.evaluate(
        "() => new Promise((done) => { const ask = indexedDB.open('ruhutong_phone'); ask.onsuccess = () => {"
        " const all = ask.result.transaction('users').objectStore('users').getAll();"
        " all.onsuccess = () => done(all.result[0].device_id); }; })"
    )
