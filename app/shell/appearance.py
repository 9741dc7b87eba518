"""Head of every page: day or night and 大字 before the first paint, the home-screen icons, the manifest."""

import reflex as rx

# The same keys as assets/offline/appearance.js, which changes them in 我的. It stands in the page itself, so that no
# second request comes before the first paint.
_BEFORE_FIRST_PAINT = """
try {
  for (const key of ["theme", "size"]) {
    const value = localStorage.getItem(`ruhutong.${key}`);
    if (value) document.documentElement.dataset[key] = value;
  }
} catch {}
"""


def head() -> list[rx.Component]:
    """Components for the head of both faces."""
    return [
        rx.el.script(_BEFORE_FIRST_PAINT),
        rx.el.meta(name="viewport", content="width=device-width, initial-scale=1, viewport-fit=cover"),
        rx.el.meta(name="theme-color", content="#F2F5F2"),
        rx.el.meta(name="description", content="入户走访一次写好，有没有信号都行。"),
        rx.el.meta(name="robots", content="noindex"),
        rx.el.meta(name="mobile-web-app-capable", content="yes"),
        rx.el.meta(name="apple-mobile-web-app-title", content="入户通"),
        rx.el.meta(name="format-detection", content="telephone=no"),
        rx.el.link(rel="manifest", href="/manifest.webmanifest"),
        rx.el.link(rel="icon", href="/favicon.ico", sizes="32x32"),
        rx.el.link(rel="apple-touch-icon", href="/icons/icon-192.png"),
    ]
