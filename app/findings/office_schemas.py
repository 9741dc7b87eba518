"""What the office's pages of findings show: plain values, names as lists show them, numbers behind their masks."""

from dataclasses import dataclass, field

from app.papers.schemas import FilledForm


@dataclass(frozen=True)
class FindingRow:
    """One finding in the list."""

    id: str
    who: str
    place: str
    rule: str
    facts: str
    severity: str
    tone: str
    due: str
    state: str


@dataclass(frozen=True)
class Count:
    """How many there are of one severity, or of one rule."""

    code: str
    label: str
    number: int


@dataclass(frozen=True)
class FindingPage:
    """One page of the list, and how many there are of each severity."""

    rows: list[FindingRow] = field(default_factory=list)
    total: int = 0
    counts: list[Count] = field(default_factory=list)
    more: bool = False


@dataclass(frozen=True)
class EventView:
    """Something that happened to a finding."""

    id: str
    what: str
    on: str
    who: str
    text: str


@dataclass(frozen=True)
class FindingView:
    """One finding: what was found in words, why it matters, what to do, what happened to it."""

    id: str
    who: str
    place: str
    name: str
    facts: list[str]
    what: str
    why: str
    basis: str
    todo: str
    severity: str
    tone: str
    due: str
    state: str
    open: bool
    closed: str
    found: str
    times: int
    household_id: str
    may_apply: bool
    applied: str
    filled: FilledForm
    events: list[EventView]


@dataclass(frozen=True)
class ValueView:
    """A policy value of a rule: its words, what holds, from when, by which paper."""

    key: str
    label: str
    value: str
    since: str
    source: str


@dataclass(frozen=True)
class RuleView:
    """A rule as the county sees and tunes it."""

    code: str
    name: str
    programme: str
    what: str
    why: str
    basis: str
    todo: str
    severity: str
    tone: str
    on: bool
    open: int
    settled: int
    false_alarms: int
    rate: str
    params: list[ValueView] = field(default_factory=list)


@dataclass(frozen=True)
class CoverageRow:
    """A programme: who holds it, who seems to lack it."""

    code: str
    name: str
    held: int
    lacking: int
    share: str


@dataclass(frozen=True)
class FindingCounts:
    """A place or a programme: how many people and homes somebody has to look at, by severity."""

    code: str
    name: str
    red: int
    orange: int
    yellow: int


@dataclass(frozen=True)
class HomesRate:
    """集中供养 of a place."""

    code: str
    place: str
    weak: int
    in_homes: int
    percent: str
    must_move: int


@dataclass(frozen=True)
class MonthRow:
    """A month: found, settled, still open at its end."""

    month: str
    found: int
    settled: int
    left: int


@dataclass(frozen=True)
class Overview:
    """Citizens at risk, never who did how much."""

    places: list[FindingCounts] = field(default_factory=list)
    programmes: list[FindingCounts] = field(default_factory=list)
    coverage: list[CoverageRow] = field(default_factory=list)
    rates: list[HomesRate] = field(default_factory=list)
    months: list[MonthRow] = field(default_factory=list)
    last: str = ""
    area: str = ""
    where: str = ""


@dataclass(frozen=True)
class ApplicationRow:
    """An application that was begun out of a finding."""

    id: str
    finding_id: str
    who: str
    place: str
    programme: str
    on: str
    by: str
