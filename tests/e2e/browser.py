"""Finds a Chromium for the browser tests, or installs one, or says in a sentence why there is none.

Plain functions; tests/conftest.py makes fixtures of them. Nothing here skips a test.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Playwright

VARIABLE = "RUHUTONG_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
INSTALL_SECONDS = 600


class NoBrowser(RuntimeError):
    """There is no Chromium here and none could be installed; the message says what to do."""


def runs(program: str | Path) -> bool:
    """Whether this is a browser that starts."""
    try:
        done = subprocess.run([str(program), "--version"], capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def candidates() -> Iterator[str]:
    """Places of a Chromium that may be there already, the best first."""
    yield from filter(None, (shutil.which(name) for name in NAMES))
    yield from filter(None, [playwrights_own()])


def playwrights_own() -> str:
    """Where Playwright keeps its own Chromium, whether it is there or not; asked in a process of its own, because a
    test session may have a driver running."""
    code = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    return done.stdout.strip()


def find_chromium() -> str:
    """The path of a Chromium that runs, installed now where there is none.

    Raises:
        NoBrowser: none is there and none could be installed.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen:
        if runs(chosen):
            return chosen
        raise NoBrowser(f"{VARIABLE}={chosen} does not start; give the path of a Chromium, or leave it empty.")
    for install in (_nothing, _by_playwright, _by_apt):
        install()
        for path in candidates():
            if runs(path):
                return path
    raise NoBrowser(
        "The browser tests need a Chromium, and it could not be installed here. "
        f"Install one (on Debian as root: apt-get install chromium) or set {VARIABLE} to its path."
    )


def _nothing() -> None:
    return


def _by_playwright() -> None:
    extra = ["--with-deps"] if os.geteuid() == 0 else []
    _quietly([sys.executable, "-m", "playwright", "install", *extra, "chromium"])


def _by_apt() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _quietly(["apt-get", "update", "-q"])
        _quietly(["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"])


def _quietly(command: list[str]) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(command, env=environment, capture_output=True, timeout=INSTALL_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"{command[0]}: {error}", file=sys.stderr)  # noqa: T201


def launch(playwright: Playwright) -> Browser:
    """A headless browser with the flags that keep it on this machine."""
    return playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
