"""Lighthouse on the field face, mobile preset, median of three: performance ≥ 95, accessibility and best practices 100.

The login is measured as a new phone sees it; 今日 and 农户 in a browser where the cadre is signed in.
"""

import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tests import npm
from tests.bench import villages
from tests.bench.browser import phones
from tests.bench.run import Figure
from tests.e2e.browser import find_chromium
from tests.e2e.phone import FLAGS
from tests.e2e.server import free_port

ROUNDS = 3
GOALS = {"performance": 95, "accessibility": 100, "best-practices": 100}
SIGNED_IN = {"今日": "/", "农户": "/households"}
SECONDS = 120


def run() -> list[Figure]:
    """Measure each page three times."""
    program = npm.package(Path(__file__).parent, "lighthouse") / "cli/index.js"
    figures: list[Figure] = []
    with villages.home() as folder, villages.serving(folder) as server, phones() as new_phone:
        flags = " ".join(["--headless=new", *FLAGS])
        figures += _page("登录", program, f"{server.url}/login", f"--chrome-flags={flags}")
        port = free_port()
        phone = new_phone(server.url, f"--remote-debugging-port={port}")
        phone.open("/")
        phone.sign_in(server.accounts["village"])
        for name, path in SIGNED_IN.items():
            figures += _page(name, program, server.url + path, f"--port={port}", "--disable-storage-reset")
    return figures


def _page(name: str, program: Path, url: str, *words: str) -> list[Figure]:
    rounds = [_once(program, url, *words) for _ in range(ROUNDS)]
    figures = []
    for category, goal in GOALS.items():
        score = statistics.median(one["categories"][category]["score"] * 100 for one in rounds)
        figures.append(Figure(f"Lighthouse, {name}: {category}", score, "", f"≥ {goal}", score >= goal))
        if score < goal:
            figures[-1] = Figure(f"{figures[-1].what} ({_missed(rounds, category)})", score, "", f"≥ {goal}", False)
    return figures


def _missed(rounds: list[dict[str, Any]], category: str) -> str:
    """What took points away in the last round."""
    report = rounds[-1]
    parts = [one["id"] for one in report["categories"][category]["auditRefs"] if one["weight"]]
    low = [report["audits"][part] for part in parts if (report["audits"][part]["score"] or 0) < 0.9]
    return "; ".join(f"{one['id']} {one.get('displayValue', '')}".strip() for one in low)


def _once(program: Path, url: str, *words: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            npm.program("node"), str(program), url, "--quiet", "--output=json", f"--output-path={report}",
            "--form-factor=mobile", "--throttling-method=simulate", f"--only-categories={','.join(GOALS)}",
            "--disable-full-page-screenshot", *words,
        ]  # fmt: skip
        environment = {**os.environ, "CHROME_PATH": find_chromium()}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS)
        if done.returncode or not report.is_file():
            raise RuntimeError(f"Lighthouse ended with {done.returncode}: {done.stderr[-500:]}")
        return json.loads(report.read_text("utf-8"))
