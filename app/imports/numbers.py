"""One ID number in several rows of a file: nothing is guessed, and whoever looks sees every place.

Two names with one number are two people until somebody has asked: both are taken in as they are written. One name in
two homes is one person, of whom nobody is made twice: who is in the register stays where that has them, a new one
comes into the home that the file names first, and the other row is listed and left out.
Pure: rows and what the register knows in, doubts and rows to leave out out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

Doubt = tuple[str, str, str]
TWO_HOMES = "told_two_homes"
SHARED = "number_shared"


class Row(NamedTuple):
    """A sound row of a roster, as far as rows are weighed against each other."""

    number: str
    position: int
    household: str
    name: str
    relation: str
    head: str = ""


@dataclass
class Settled:
    """Rows that are left out with the row that stands for their person, and what is doubtful about which row."""

    left_out: dict[int, int] = field(default_factory=dict)
    doubts: dict[int, list[Doubt]] = field(default_factory=dict)

    def _doubt(self, row: Row, code: str, how: str, words: Iterable[str]) -> None:
        self.doubts.setdefault(row.position, []).append((code, how, "、".join(words)))


def several(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """The numbers that stand in more than one row, with these rows in the order of the file."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.number].append(row)
    return {number: sorted(group, key=lambda row: row.position) for number, group in found.items() if len(group) > 1}


def settle(
    groups: Mapping[str, Sequence[Row]], known: Mapping[str, set[tuple[str, str]]], places: Mapping[int, str]
) -> Settled:
    """What becomes of rows that share a number.

    Args:
        groups: from `several`; rows that cannot be taken in anyway are not among them.
        known: by number, the names and household codes that the register has.
        places: where each of these rows stands, in words.
    """
    settled = Settled()
    for number, rows in groups.items():
        by_name: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            by_name[row.name].append(row)
        for name, own in by_name.items():
            _one_person(settled, own, {code for other, code in known.get(number, ()) if other == name}, places)
        for row in rows:
            others = [f"{one.name}（{places[one.position]}）" for one in rows if one.name != row.name]
            if others:
                settled._doubt(row, SHARED, "", others)
    return settled


def _one_person(settled: Settled, rows: Sequence[Row], homes: set[str], places: Mapping[int, str]) -> None:
    if len(rows) < 2:
        return
    standing = [row for row in rows if row.household in homes]
    kept = standing or rows[:1]
    for row in rows:
        how = ("both" if len(kept) > 1 else "kept") if row in kept else "left"
        if how == "left":
            settled.left_out[row.position] = kept[0].position
        others = (f"{places[one.position]}（户 {one.household}）" for one in rows if one is not row)
        settled._doubt(row, TWO_HOMES, how, others)
