"""What the low-income population looks like on the office face."""

from dataclasses import dataclass, field

from app.households.schemas import PersonView


@dataclass(frozen=True)
class HomeRow:
    """A home in the list by tier."""

    id: str
    name: str
    place: str
    people: int
    tier: str
    reasons: list[str]
    watched: list[str]
    last_visit: str


@dataclass(frozen=True)
class HomesPage:
    """A page of the list; `tiers` are the numbers of homes by tier in the area that is shown."""

    rows: list[HomeRow] = field(default_factory=list)
    total: int = 0
    more: bool = False


@dataclass(frozen=True)
class UnseenRow:
    """A home that nobody has seen for too long: who lives there, since when, who can step in."""

    id: str
    name: str
    place: str
    since: str
    why: list[str]
    helpers: list[str]


@dataclass(frozen=True)
class UnseenPage:
    """A page of that list."""

    rows: list[UnseenRow] = field(default_factory=list)
    total: int = 0
    more: bool = False
    days: int = 0


@dataclass(frozen=True)
class TownCount:
    """One township in numbers of homes; nothing about anybody."""

    code: str
    name: str
    support: int
    edge: int
    spending: int
    watched: int
    near: int
    unseen: int


@dataclass(frozen=True)
class BenefitLine:
    """A programme that somebody of the home holds."""

    name: str
    programme: str
    since: str
    amount: str
    state: str
    last_paid: str


@dataclass(frozen=True)
class Line:
    """A line with its title, a quiet word, and where it leads, if it leads anywhere."""

    title: str
    text: str = ""
    aside: str = ""
    href: str = ""
    alarm: bool = False


@dataclass(frozen=True)
class WholeHome:
    """Everything that is known of one home, on one page."""

    id: str
    name: str
    place: str
    code: str
    tier: str
    reasons: list[str]
    watched: list[Line]
    people: list[PersonView]
    benefits: list[BenefitLine]
    issues: list[Line]
    findings: list[Line]
    due: list[Line]
    visits: list[Line]
    registers: list[Line]
    officials: list[Line]
    last_visit: str
    helpers: list[str]
    unseen: str = ""
    hidden: bool = False
