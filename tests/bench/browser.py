"""A cadre's phone for measuring: Chromium on a profile of its own, slowed on demand, with a stopwatch in the page."""

import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.e2e.browser import find_chromium
from tests.e2e.phone import Phone

SLOWER = 4
# A loop must be slowed at least so much before a figure "at 4x" is believed.
BELIEVED = 2.5
LOOPS = 20
TRIES = 4

# `until` tells when a condition first holds on the screen: after the frame that draws it.
STOPWATCH = """
(() => {
  const bench = { longTasks: [], workers: [] };
  window.bench = bench;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) bench.longTasks.push([entry.startTime, entry.duration]);
  }).observe({ type: "longtask", buffered: true });
  bench.painted = () => new Promise((done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done(performance.now());
    channel.port2.postMessage(0);
  }));
  const within = (work, words) => Promise.race([work, new Promise((_, failed) =>
    setTimeout(() => failed(new Error(words)), 60_000))]);
  bench.until = (holds) => within(new Promise((done) => {
    const look = () => {
      if (!holds()) return;
      watcher.disconnect();
      bench.painted().then(done);
    };
    const watcher = new MutationObserver(look);
    watcher.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    look();
  }), `in a minute the screen did not show: ${holds}`);
  bench.at = (type) => within(new Promise((done) =>
    addEventListener(type, (event) => done(event.timeStamp), { once: true, capture: true })), `no ${type} came`);
  const Plain = window.Worker;
  window.Worker = class extends Plain {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", () => bench.workers.push(performance.now() - this.sent));
    }
    postMessage(...given) {
      this.sent = performance.now();
      super.postMessage(...given);
    }
  };
  bench.loop = () => {
    const began = performance.now();
    let sum = 0;
    for (let number = 0; number < 3e6; number++) sum += number % 7;
    return performance.now() - began + (sum ? 0 : 1);
  };
})();
"""


@contextmanager
def phones() -> Iterator[Any]:
    """Makes phones for a server's address; all are closed at the end."""
    executable = find_chromium()
    made: list[Phone] = []
    with sync_playwright() as driver:

        def make(url: str, *flags: str) -> Phone:
            made.append(Phone(driver, executable, url, flags=flags))
            return made[-1]

        try:
            yield make
        finally:
            for one in made:
                one.close()
                shutil.rmtree(one.profile, ignore_errors=True)


def reopen(phone: Phone, path: str = "", *, offline: bool, slower: float = 1) -> Page:
    """Start the browser anew on its profile; then, without signal and slowed where asked, open a page."""
    phone.close()
    page = phone.open("about:blank")
    assert phone.context is not None
    phone.context.add_init_script(STOPWATCH)
    phone.context.set_offline(offline)
    slow_down(phone, page, slower)
    if path:
        page.goto(phone.url + path, wait_until="commit")
    return page


def slow_down(phone: Phone, page: Page, rate: float) -> None:
    """Slow the page's main thread; workers are not slowed by this."""
    assert phone.context is not None
    phone.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": rate})


def _loop(page: Page) -> float:
    return statistics.median(page.evaluate("() => bench.loop()") for _ in range(LOOPS))


def believe(phone: Phone, page: Page, rate: float) -> None:
    """Make sure that the slowing bites; on a busy machine one try may tell nothing.

    Raises:
        RuntimeError: it does not; a figure would be too good.
    """
    seen = []
    for _ in range(TRIES):
        slow = _loop(page)
        slow_down(phone, page, 1)
        plain = _loop(page)
        slow_down(phone, page, rate)
        seen.append(slow / plain)
        if seen[-1] >= BELIEVED:
            return
    raise RuntimeError(f"the slowed page ran only {max(seen):.1f} times slower: its figures would be too good")
