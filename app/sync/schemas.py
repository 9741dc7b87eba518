"""The shapes of the contract with the phone (design §6): a command, what becomes of it, and what goes down.

A room adds a command type or a pull type as data (`CommandKind`, `PullType`); `app.rooms` collects them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, Protocol

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from sqlmodel import Session

from app.accounts.schemas import Actor
from app.feed.service import Change

UUID_PATTERN = r"^(?i:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$"
Id = Annotated[str, StringConstraints(pattern=UUID_PATTERN, to_lower=True)]


def _in_range(moment: datetime) -> datetime:
    if not 1900 <= moment.year <= 9000:
        raise ValueError("年份不对，请看一下手机的日期。")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_in_range)]
"""A moment with its offset. A year in 2099 is asked about later; one that no calendar can hold is no moment."""
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

STORED, DUPLICATE, HELD, CONFLICT, ORPHANED, REJECTED = (
    "stored", "duplicate", "held", "conflict", "orphaned", "rejected",
)  # fmt: skip
REPAIR = "repair"
"""What a command waits for on which the server itself failed: it is tried again when it comes again."""


class Strict(BaseModel):
    """Base of what comes in: nothing that is not named."""

    model_config = ConfigDict(extra="forbid")


class Envelope(Strict):
    """A command as the phone sends it; `payload` is checked by its type's own schema."""

    id: Id
    type: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    captured_at: Moment
    base_version: Annotated[int, Field(ge=0)] | None = None
    corrects: Id | None = None
    payload: dict[str, Any]
    prev: Sha256 | None = None
    digest: Sha256
    signature: Annotated[str, StringConstraints(max_length=512)] | None = None


class Push(Strict):
    """What stands around the commands of a push."""

    device_id: Id
    sent_at: Moment | None = None


class Trouble(BaseModel):
    """One place in a command: where, what, and a Chinese sentence."""

    path: str = ""
    code: str
    message: str


class Receipt(BaseModel):
    """What became of a command. `n` is its number in the chain of evidence, `head` the chain's hash after it."""

    id: str | None
    status: str
    digest: str | None = None
    seq: int | None = None
    n: int | None = None
    head: str | None = None
    errors: list[Trouble] | None = None
    questions: list[Trouble] | None = None


@dataclass(slots=True)
class Outcome:
    """What applying a command came to. `makes` are the references that others may have waited for."""

    status: str
    errors: list[dict[str, str]] = field(default_factory=list)
    questions: list[dict[str, str]] = field(default_factory=list)
    household_id: str | None = None
    division: str = ""
    row_id: str | None = None
    row_version: int | None = None
    waits_for: str | None = None
    makes: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class Work:
    """A command on its way through. `placed` means that a township has said where it belongs: scope is not asked.

    `aside`: why its author may no longer write; then it is kept for a person to place, whatever it says.
    """

    actor: Actor
    id: str
    type: str
    digest: str
    raw: str
    payload: Any
    body: dict[str, Any]
    device_id: str
    captured_at: datetime
    received_at: datetime
    sent_at: datetime | None = None
    base_version: int | None = None
    corrects: str | None = None
    prev: str | None = None
    signature: str | None = None
    signed: str = "none"
    aside: str = ""
    placed: bool = False
    known: bool = False
    outcome: Outcome | None = None
    seq: int | None = None


@dataclass
class Batch:
    """One unit of work of applying commands: what it made and changed, written down once at its end.

    `made` holds references that came into being in it, `written` the changes of rows that the database cannot tell yet,
    `asked_later` questions to the authors of commands that were answered before, by the row that those made.
    """

    session: Session
    now: datetime
    today: date
    changes: list[Change] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)
    made: set[str] = field(default_factory=set)
    written: list[Work] = field(default_factory=list)
    asked_later: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def refuse(self, work: Work, code: str, message: str, path: str = "") -> None:
        """Let a command be rejected: kept in quarantine, its id unclaimed."""
        work.outcome = Outcome(REJECTED, errors=[{"path": path, "code": code, "message": message}])


class Apply(Protocol):
    """Applies commands of one type, all at once; sets the outcome of each."""

    def __call__(self, batch: Batch, works: Sequence[Work]) -> None: ...


def _nothing(_work: Work) -> Iterable[str]:
    return ()


@dataclass(frozen=True)
class CommandKind:
    """A type of command.

    Args:
        schema: of the payload.
        apply: applies commands whose needs are all there.
        needs: references that must be known first (`household:<id>`); a kind of reference is resolved by `REFERENCES`.
        needs_base: whether `base_version` must be given.
    """

    schema: type[BaseModel]
    apply: Apply
    needs: Callable[[Work], Iterable[str]] = _nothing
    needs_base: bool = False


@dataclass(frozen=True, slots=True)
class Rendered:
    """A row as it goes down. Rows about a home say where it lies, so that nobody is sent what he may not see."""

    version: int
    data: dict[str, Any]
    division: str | None = None
    household_id: str | None = None


PullType = Callable[[Session, Sequence[str]], Mapping[str, Rendered | tuple[int, dict[str, Any]]]]
"""The rows of these ids as they go down; an id that is missing is gone."""

Resolver = Callable[[Session, Sequence[str]], set[str]]
"""Which of these references (without their kind) are known."""


def one_by_one(apply: Callable[[Batch, Work], None]) -> Apply:
    """An `Apply` for a type that comes rarely and needs no bulk."""

    def run(batch: Batch, works: Sequence[Work]) -> None:
        for work in works:
            apply(batch, work)

    return run
