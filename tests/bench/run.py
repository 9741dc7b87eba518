"""`ruhutong bench`: each measurement of design §10, printed beside its goal. Nothing here asserts against a clock.

A measurement is a module of this folder with `run() -> list[Figure]`. Medians of several rounds, on this machine. One
that breaks says so in a sentence, and the others go on.
"""

import importlib
import json
import os
import platform
import traceback
from dataclasses import asdict, dataclass

import typer

from app.errors import BadInput


@dataclass(frozen=True)
class Figure:
    """One measured number: what, how much, its unit, the goal in words, and whether it holds."""

    what: str
    value: float
    unit: str
    goal: str
    holds: bool


MEASUREMENTS = (
    "start", "weight", "phone", "wire", "first_sync", "sync", "whole_visits", "evidence", "search", "reviews",
    "duplicates", "export", "findings", "lighthouse", "imports", "rolls",
)  # fmt: skip


def machine() -> str:
    """The machine in words, for the table."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {system}"


def measure(name: str) -> list[Figure]:
    """Run one measurement."""
    return importlib.import_module(f"tests.bench.{name}").run()


def measure_all(names: list[str]) -> tuple[list[Figure], dict[str, str]]:
    """The figures of these measurements, and of each that broke, why."""
    figures: list[Figure] = []
    broken: dict[str, str] = {}
    for name in names:
        typer.echo(f"… {name}", err=True)
        try:
            figures += measure(name)
        except Exception as error:
            traceback.print_exc()
            broken[name] = f"{type(error).__name__}: {error}".strip()
    return figures, broken


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def main(name: str | None, *, as_json: bool = False) -> None:
    """Run one measurement or all and print a table, or one JSON document; exit 1 where one broke."""
    if name is not None and name not in MEASUREMENTS:
        raise BadInput(f"没有这项测量。有：{'、'.join(MEASUREMENTS)}。", code="unknown_measurement")
    figures, broken = measure_all([name] if name else list(MEASUREMENTS))
    if as_json:
        found = {"machine": machine(), "figures": [asdict(one) for one in figures], "broken": broken}
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        typer.echo(f"Measured on {machine()}\n\n| what | measured | goal | |\n|---|---|---|---|")
        for one in figures:
            typer.echo(f"| {one.what} | {_number(one.value)} {one.unit} | {one.goal} | {'✓' if one.holds else '✗'} |")
        for one, why in broken.items():
            typer.echo(f"\n{one} could not be measured: {why.splitlines()[0]}")
    if broken:
        raise SystemExit(1)
