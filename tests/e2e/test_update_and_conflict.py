"""A new version comes while a visit is half written; two people say different things of the same home."""

from playwright.sync_api import expect

from tests.e2e.newversion import front
from tests.e2e.server import Server
from tests.e2e.truth import Ledger


def test_an_update_with_a_half_written_visit_in_two_tabs(new_phone, server: Server, pictures):
    """pwa §8.8: the new version is offered, not forced; taking it costs neither tab a word or a picture."""
    ledger = Ledger(server, server.accounts["village"]["username"])
    with front(server.url) as site:
        phone = new_phone(f"http://localhost:{site.port}")
        phone.open("/")
        phone.sign_in(server.accounts["village"])
        phone.start_visit(24)
        phone.take(*pictures(1))
        second = phone.context.new_page()
        second.goto(phone.url + "/me")
        site.version = 2
        second.evaluate("() => navigator.serviceWorker.getRegistration().then((one) => one.update()).then(() => true)")
        take = second.get_by_role("button", name="现在换上")
        expect(take).to_be_visible(timeout=20_000)
        expect(phone.page.get_by_test_id("save-visit")).to_be_visible()
        with second.expect_event("load", timeout=20_000):
            take.click()
        expect(second.get_by_role("button", name="现在换上")).to_be_hidden(timeout=20_000)

        expect(phone.page.locator(".strip figure")).to_have_count(1)
        phone.page.reload()
        expect(phone.page.locator(".strip figure")).to_have_count(1, timeout=15_000)
        phone.nothing_changed()
        phone.save()
        phone.sync()
        phone.expect_all_received()
    ledger.expect_new(1, photos=1)


def water(phone, choice: str) -> None:
    """Say that the water of this home is 达标 or 不达标."""
    section = phone.page.locator("[data-section=safety]")
    section.get_by_role("button", name="有变化").click()
    question = phone.page.get_by_test_id("question-water")
    answer = question.get_by_text(choice, exact=True)
    if not answer.is_visible():
        question.click()
    answer.click()


def test_two_people_say_different_things_and_both_are_kept(new_phone, server: Server):
    """pwa §8.12: the same field changed by two without signal: both visits stand, a person decides."""
    shared = server.rows(
        "SELECT h.id, h.name FROM household h JOIN pairing p ON p.household_id = h.id "
        "WHERE h.division = '349927100201' ORDER BY h.code LIMIT 1"
    )[0]
    phones = []
    for role in ("village", "paired"):
        phone = new_phone()
        phone.open("/")
        phone.sign_in(server.accounts[role])
        phone.context.set_offline(True)
        phones.append(phone)
    before = server.rows("SELECT count(*) FROM visit WHERE household_id = ?", (shared[0],))[0][0]
    for phone, choice in zip(phones, ("不达标", "不适用"), strict=True):
        phone.page.goto(f"{phone.url}/visit/{shared[0]}")
        expect(phone.page.get_by_test_id("save-visit")).to_be_visible(timeout=15_000)
        water(phone, choice)
        phone.save_anyway()
    for phone in phones:
        phone.context.set_offline(False)
        phone.sync()
        phone.expect_all_received()
    assert server.rows("SELECT count(*) FROM visit WHERE household_id = ?", (shared[0],)) == [(before + 2,)]
    conflicts = server.rows("SELECT field, decided_at FROM field_conflict WHERE household_id = ?", (shared[0],))
    assert ("household.water", None) in conflicts
