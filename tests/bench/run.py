"""`ruhutong bench`: each measurement of design §10, printed beside its goal. Nothing here asserts against a clock.

A measurement is a module of this folder with `run() -> list[Figure]`. Medians of several rounds, on this machine.
"""

import importlib
import json
import os
import platform
import sys
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """One measured number: what, how much, its unit, the goal in words, and whether it holds."""

    what: str
    value: float
    unit: str
    goal: str
    holds: bool


MEASUREMENTS = (
    "start", "weight", "phone", "wire", "first_sync", "sync", "whole_visits", "search", "reviews", "duplicates",
    "lighthouse",
)  # fmt: skip


def machine() -> str:
    """The machine in words, for the table."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def measure(name: str) -> list[Figure]:
    """Run one measurement."""
    return importlib.import_module(f"tests.bench.{name}").run()


def main(name: str | None, *, as_json: bool = False) -> None:
    """Run one measurement or all and print a table, or one JSON document."""
    chosen = [name] if name else list(MEASUREMENTS)
    figures: list[Figure] = []
    for one in chosen:
        print(f"… {one}", file=sys.stderr, flush=True)
        figures += measure(one)
    if as_json:
        print(json.dumps({"machine": machine(), "figures": [asdict(one) for one in figures]}, ensure_ascii=False))
        return
    print(f"Measured on {machine()}\n\n| what | measured | goal | |\n|---|---|---|---|")
    for one in figures:
        print(f"| {one.what} | {one.value:,.4g} {one.unit} | {one.goal} | {'✓' if one.holds else '✗'} |")
