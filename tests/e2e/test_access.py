"""Every page can be read and hit: axe finds nothing, controls are 48 px, text 18 px, nothing is cut at 大字, and
no page asks for anything that its content security policy forbids.

The pages come from the composition root, so that a new one is looked at by itself.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, ViewportSize, expect

from app.accounts.rules import Role, permissions_of
from app.app import FIELD_PAGES, OFFICE_PAGES
from app.http import SIGNED_IN
from tests.e2e.access import LISTEN, problems
from tests.e2e.phone import FLAGS, Phone
from tests.e2e.server import Server

LOOKS = {"ordinary": {}, "大字": {"size": "large"}, "特大字": {"size": "huge"}, "dark": {"theme": "dark"}}
OFFICE_SIZES: dict[str, ViewportSize] = {
    "desk": {"width": 1280, "height": 800}, "phone": {"width": 360, "height": 740},
}  # fmt: skip
DESKS = (Role.SUPERVISOR, Role.SECTION, Role.TOWN_CLERK, Role.ADMIN, Role.LEADER, Role.AUDITOR, Role.VILLAGE)
"""Who may see most first; each page is looked at as the first of them who may open it."""


def _home(phone: Phone) -> None:
    phone.tab("农户")
    phone.page.get_by_test_id("household-item").first.click()
    expect(phone.page.get_by_test_id("start-visit")).to_be_visible()


def _visit(phone: Phone) -> None:
    phone.start_visit(0)


def _open_visit(phone: Phone) -> None:
    phone.start_visit(1)
    changed = phone.page.get_by_role("button", name="有变化")
    while changed.count():
        before = changed.count()
        changed.first.click()
        expect(changed).not_to_have_count(before)


def _outbox(phone: Phone) -> None:
    assert phone.context is not None
    phone.context.set_offline(True)
    phone.visit(2)
    phone.tab("待上传")
    expect(phone.page.get_by_text("已存在手机").first).to_be_visible()


def _found(phone: Phone) -> None:
    phone.tab("农户")
    phone.page.get_by_test_id("household-search").fill("w")
    expect(phone.page.get_by_test_id("household-item").first).to_be_visible()


def _not_found(phone: Phone) -> None:
    phone.tab("农户")
    phone.page.get_by_test_id("household-search").fill("qqqq")
    expect(phone.page.get_by_test_id("household-item")).to_have_count(0)


STATES: dict[str, tuple[str, Callable[[Phone], None]]] = {
    "a home": ("/households/[id]", _home),
    "the visit closed": ("/visit/[id]", _visit),
    "the visit open": ("/visit/[id]", _open_visit),
    "a visit waiting": ("/outbox", _outbox),
    "homes found": ("/households", _found),
    "no home found": ("/households", _not_found),
    "a picture that is gone": ("/reviews/[id]", lambda phone: phone.page.goto(f"{phone.url}/reviews/none") and None),
}
"""States of pages that their address alone does not show: which page, and how one comes there."""


@pytest.fixture(scope="module")
def cadre(playwright: Playwright, chromium: str, server: Server) -> Iterator[Phone]:
    """A cadre's phone, signed in, for all screens."""
    one = Phone(playwright, chromium, server.url)
    one.open("about:blank")
    assert one.context is not None
    one.context.add_init_script(LISTEN)
    one.page.goto(server.url + "/")
    one.sign_in(server.accounts["village"])
    one.page.emulate_media(reduced_motion="reduce")
    yield one
    one.close()


@pytest.fixture
def face(cadre: Phone) -> Iterator[Phone]:
    """The phone with signal, on 今日."""
    cadre.page.goto(cadre.url + "/")
    expect(cadre.page.locator("nav")).to_be_visible()
    yield cadre
    assert cadre.context is not None
    cadre.context.set_offline(False)


def _in_all_looks(page: Page, *, field: bool) -> dict[str, list[str]]:
    found = {}
    for look, marks in LOOKS.items():
        page.evaluate("""(marks) => {
          for (const key of ["size", "theme"])
            if (marks[key]) document.documentElement.dataset[key] = marks[key];
            else delete document.documentElement.dataset[key];
        }""", marks)  # fmt: skip
        if wrong := problems(page, field=field, colours="size" not in marks):
            found[look] = wrong
    return found


# Who may open most pages has the longest masthead; at a desk's size it is one line for everybody.
_LINES = """() => new Set([...document.querySelectorAll(".mast a, .mast summary")]
  .filter((one) => one.checkVisibility())
  .map((one) => one.getBoundingClientRect())
  .map(({ top, bottom }) => Math.round((top + bottom) / 2))).size"""


def _told(found: dict[str, list[str]]) -> str:
    return "\n".join(f"[{look}] {one}" for look, wrong in found.items() for one in wrong)


def test_every_field_page_is_looked_at():
    alone = {route for route, _, _ in FIELD_PAGES if "[" not in route}
    reached = {route for route, _ in STATES.values()}
    missing = {route for route, _, _ in FIELD_PAGES} - alone - reached
    assert not missing, f"say in STATES how one comes to {missing}"


@pytest.mark.parametrize("route", [route for route, _, _ in FIELD_PAGES if "[" not in route])
def test_a_field_page(face: Phone, route: str):
    face.page.goto(face.url + route)
    expect(face.page.locator("main")).to_be_visible()
    expect(face.page.locator("main .bone")).to_have_count(0)
    found = _in_all_looks(face.page, field=True)
    assert not found, _told(found)


@pytest.mark.parametrize("state", STATES)
def test_a_field_page_in_a_state_of_its_own(face: Phone, state: str):
    STATES[state][1](face)
    expect(face.page.locator("main .bone")).to_have_count(0)
    found = _in_all_looks(face.page, field=True)
    assert not found, _told(found)


def test_the_login_of_a_new_phone(new_phone: Callable[..., Phone]):
    phone = new_phone()
    page = phone.open("about:blank")
    page.add_init_script(LISTEN)
    page.goto(phone.url + "/")
    page.get_by_test_id("login-submit").click()
    expect(page.get_by_text("用户名还没写")).to_be_visible()
    found = _in_all_looks(page, field=True)
    assert not found, _told(found)


@pytest.fixture(scope="module")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """One browser for all desks."""
    one = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
    yield one
    one.close()


@pytest.fixture(scope="module")
def desk(browser: Browser, server: Server) -> Iterator[Callable[[Role], BrowserContext]]:
    """Signs a role in once and keeps its window."""
    contexts: dict[Role, BrowserContext] = {}

    def sit(role: Role) -> BrowserContext:
        if role not in contexts:
            context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce")
            context.add_init_script(LISTEN)
            device = {"id": f"01900000-0000-7000-8000-0000000001{len(contexts):02}", "name": "desk"}
            answer = context.request.post(
                f"{server.url}/api/session", data={**server.accounts[role.value], "device": device}
            )
            assert answer.ok, answer.text()
            contexts[role] = context
        return contexts[role]

    yield sit
    for context in contexts.values():
        context.close()


OFFICE = {route: on_load.fn.requires for route, _, _, on_load in OFFICE_PAGES}


def _who(route: str) -> Role:
    needed = OFFICE[route]
    return next(role for role in DESKS if needed == SIGNED_IN or needed in permissions_of(role, []))


def _arrive(page: Page) -> None:
    expect(page.locator("main")).to_be_visible(timeout=20_000)
    expect(page.locator("main .bone")).to_have_count(0, timeout=20_000)


def _open(page: Page, url: str, route: str) -> None:
    """A page about one thing is reached as its reader reaches it: by the first link of the list."""
    above = route.rpartition("/")[0]
    page.goto(url + (above if above in OFFICE and above != "/office" else route))
    if route == "/office":
        # The door leads everyone on to their first page; that one is looked at.
        page.wait_for_url(lambda address: not address.endswith("/office"), timeout=20_000)
    _arrive(page)
    if route == "/office" or page.url.removeprefix(url).split("?")[0] == route:
        return
    links = page.locator(f'main a[href^="{route}?"]')
    page.goto(url + ((links.first.get_attribute("href") if links.count() else None) or route))
    _arrive(page)


@pytest.mark.parametrize("route", OFFICE)
def test_an_office_page(desk: Callable[[Role], BrowserContext], server: Server, route: str):
    page = desk(_who(route)).new_page()
    page.set_viewport_size(OFFICE_SIZES["desk"])
    _open(page, server.url, route)
    found = {}
    for look, size in OFFICE_SIZES.items():
        page.set_viewport_size(size)
        found[look] = problems(page, field=False, colours=look == "desk")
        if look == "desk" and page.evaluate(_LINES) > 1:
            found[look].append("the masthead takes more than one line")
    page.close()
    assert not any(found.values()), _told(found)
