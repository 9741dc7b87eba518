"""What the office pages of all registers show alike."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FoundView:
    """What a visit found: the field in words, the value, when and by which visit; `listed`: what a ledger says."""

    name: str
    value: str
    on: str
    visit_id: str
    listed: str = ""


@dataclass(frozen=True)
class FoundPerson:
    """Somebody to take into a register."""

    id: str
    name: str
    line: str
