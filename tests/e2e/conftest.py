"""One server and one browser program for all journeys; each journey has a phone of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count, islice
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.e2e.browser import find_chromium
from tests.e2e.faultproxy import FaultProxy, fault_proxy
from tests.e2e.phone import Phone, picture
from tests.e2e.server import Server

_seeds = count(1)
# What is waited for is said; how long it may take is a matter of the machine, not of the journey.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the demo county as the first start has loaded it; whoever needs one to themselves copies it."""
    one = Server(tmp_path_factory.mktemp("county") / "home")
    one.start()
    one.stop()
    return one.home


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, county: Path) -> Iterator[Server]:
    """The production server with the demo county."""
    one = Server(tmp_path_factory.mktemp("e2e") / "home", county)
    one.start()
    yield one
    one.stop()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser program."""
    return str(find_chromium())


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver; it holds an event loop in this thread, so it may not outlive the journeys that need it."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture
def new_phone(playwright: Playwright, chromium: str, server: Server) -> Iterator[Callable[..., Phone]]:
    """Makes phones; each is closed at the end."""
    with ExitStack() as stack:

        def make(url: str | None = None) -> Phone:
            one = Phone(playwright, chromium, url or server.url)
            stack.callback(one.close)
            return one

        yield make


@pytest.fixture
def phone(new_phone: Callable[..., Phone], server: Server) -> Phone:
    """A phone on which the village cadre is signed in, with the households on it."""
    one = new_phone()
    one.open("/")
    one.sign_in(server.accounts["village"])
    return one


@pytest.fixture
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """For the desk."""
    one = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    yield one
    one.close()


@pytest.fixture
def weather(server: Server) -> Iterator[FaultProxy]:
    """The network between a phone and the server."""
    with fault_proxy(server.port) as proxy:
        yield proxy


@pytest.fixture
def pictures(tmp_path: Path) -> Callable[[int], list[Path]]:
    """Makes pictures that differ from each other."""

    def make(count: int) -> list[Path]:
        return [picture(tmp_path, f"{number}.jpg", seed=number) for number in islice(_seeds, count)]

    return make
