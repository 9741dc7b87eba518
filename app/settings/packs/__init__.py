"""The policy packs that ship: every amount, age, frequency and deadline of a programme, dated, with its source."""

import tomllib
from datetime import date
from importlib.resources import files
from typing import Any

PACKS = ("2020", "current")


def entries() -> list[dict[str, Any]]:
    """The values of all packs in the order of their days: `{key, label, value, from, source, to?}`."""
    found = []
    for name in PACKS:
        document = tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))
        found += [one | {"pack": name} for one in document["values"]]
    assert all(isinstance(one["from"], date) for one in found)
    return sorted(found, key=lambda one: (one["key"], one["from"]))
