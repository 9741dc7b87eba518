"""What everybody must be able to read and to hit: axe's rules, and ours of size; and what a page may not ask for."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests import npm

TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
SMALLEST_CONTROL, SMALLEST_TEXT = 48, 18

_RUN = """async (tags) => {
  const runOnly = { type: "tag", values: tags };
  const { violations } = await axe.run(document, { runOnly, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, any, all }) =>
    `${id}: ${html.slice(0, 160)} ${[...any, ...all].map((check) => check.message).join("; ").slice(0, 160)}`));
}"""

_SETTLED = """async () => {
  await document.fonts.ready;
  await Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})));
}"""

_SEEN = """
const told = (element) => element.outerHTML.slice(0, 120);
/* Words for those who listen lie in a box of one pixel. */
const unseen = (element) => element.clientWidth <= 1 && element.clientHeight <= 1
  && getComputedStyle(element).overflowX === "hidden";
const within = (element, holds) => {
  for (let one = element; one; one = one.parentElement) if (holds(one)) return true;
  return false;
};
const seen = (element) => {
  if (!element.checkVisibility({ checkOpacity: false, checkVisibilityCSS: true })) return false;
  const { width, height } = element.getBoundingClientRect();
  return width > 1 && height > 1 && !within(element, unseen);
};
"""

# The label of a box or of a file is what the thumb hits. A link in running text is as high as its line.
_SMALL_CONTROLS = f"""(least) => {{ {_SEEN}
  const inText = (link) => getComputedStyle(link).display === "inline"
    && [...link.parentElement.childNodes].some((node) => node !== link && node.textContent.trim());
  const controls = "a[href], button, input, select, textarea, summary, [role=button]";
  const found = [];
  for (const control of document.querySelectorAll(controls)) {{
    const place = control.matches("input, select, textarea") ? control.closest("label") ?? control : control;
    if (!seen(place) || control.matches("a") && inText(control)) continue;
    const {{ width, height }} = place.getBoundingClientRect();
    if (width < least - 0.5 || height < least - 0.5)
      found.push(`${{Math.round(width)}}×${{Math.round(height)}}: ${{told(control)}}`);
  }}
  return found;
}}"""

_SMALL_TEXT = f"""(least) => {{ {_SEEN}
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = new Set();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {{
    const element = node.parentElement;
    if (!node.textContent.trim() || element.closest("script, style, noscript, option") || !seen(element)) continue;
    const size = parseFloat(getComputedStyle(element).fontSize);
    if (size < least) found.add(`${{size}} px: ${{told(element)}}`);
  }}
  return [...found];
}}"""

# What reaches beyond the screen, and what a box cuts off. On the office face a strip may be moved under the thumb in
# its own box; on the field face nothing moves sideways.
_CUT = f"""(field) => {{ {_SEEN}
  const moves = (element) => !field && ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
  const wide = document.documentElement.clientWidth;
  const found = [];
  if (document.documentElement.scrollWidth > wide) found.push("the page scrolls sideways");
  for (const element of document.body.querySelectorAll("*")) {{
    if (!seen(element) || element.closest("svg") || within(element, moves)) continue;
    const style = getComputedStyle(element);
    const cuts = style.overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1;
    if (cuts && !element.matches("input, textarea, select")) found.push(`cut off: ${{told(element)}}`);
    const box = element.getBoundingClientRect();
    if (box.right > wide + 1 || box.left < -1) found.push(`beyond the edge: ${{told(element)}}`);
  }}
  return found.slice(0, 5);
}}"""


LISTEN = """
  window.broken = [];
  document.addEventListener("securitypolicyviolation", (one) =>
    window.broken.push(`the policy stopped ${one.violatedDirective} ${one.blockedURI} ${one.sample}`));
"""
"""For `add_init_script`: what the content security policy stops on a page is told by `problems`."""


@cache
def _axe() -> str:
    return (npm.package(Path(__file__).parent, "axe-core") / "axe.min.js").read_text("utf-8")


def settle(page: Page) -> None:
    """Wait until nothing moves: axe measures contrast on what stands there now."""
    page.evaluate(_SETTLED)


def violations(page: Page) -> list[str]:
    """What axe finds, one line each."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(f"() => {{ {_axe()} }}")
    return page.evaluate(_RUN, TAGS)


def problems(page: Page, *, field: bool, colours: bool = True) -> list[str]:
    """All that is wrong on what the page shows now; text below 18 px counts on the field face.

    Args:
        colours: False where axe has seen the same page in the same colours: size and place are measured here.
    """
    settle(page)
    found: list[Any] = violations(page) if colours else []
    found += [f"small control {one}" for one in page.evaluate(_SMALL_CONTROLS, SMALLEST_CONTROL)]
    if field:
        found += [f"small text {one}" for one in page.evaluate(_SMALL_TEXT, SMALLEST_TEXT)]
    return found + page.evaluate(_CUT, field) + page.evaluate("() => window.broken")
