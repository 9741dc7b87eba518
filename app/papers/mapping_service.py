"""Mappings for the national systems: which columns, in which order, under which heads, in which codes.

Those that ship are TOML files of this room; the county writes its own in the office face, or changes a shipped one.
"""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from sqlalchemy import select
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import SHANGHAI
from app.errors import BadInput, Detail, NotAllowed, NotFound
from app.papers.ledgers import BY_HAND, LEDGERS, Ledger
from models.papers import LedgerMapping

FOLDER = Path(__file__).parent / "mappings"
BESIDE = {"number": "序号", "reported": "已报送", "how": "变化"}
"""Columns that every ledger has: the line's number, when it was reported, what changed since."""
LONGEST = 40_000
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]


class MappedColumn(BaseModel):
    """One column: a field of the ledger, or always the same value; `codes` turns words into codes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    heading: Text
    field: Annotated[str, StringConstraints(max_length=32)] = ""
    value: Annotated[str, StringConstraints(max_length=80)] = ""
    codes: dict[str, str] = {}
    width: Annotated[int, Field(ge=2, le=80)] = 14


class Mapping(BaseModel):
    """An order of columns of a ledger."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,31}$")]
    ledger: str
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    plain: bool = False
    columns: Annotated[tuple[MappedColumn, ...], Field(min_length=1, max_length=120)]


@dataclass(frozen=True)
class MappingView:
    """One mapping in the office's list."""

    code: str
    title: str
    ledger: str
    columns: int
    own: bool
    at: str


def ledger(name: str) -> Ledger:
    """A ledger by its name.

    Raises:
        BadInput: there is none, with those there are.
    """
    found = LEDGERS.get(name)
    if found is None:
        raise BadInput(f"没有这个台账。有：{'、'.join(LEDGERS)}。", code="unknown_ledger")
    return found


def own_order(of: Ledger) -> Mapping:
    """The ledger's own columns in the official order; by hand where nothing is kept."""
    columns = [MappedColumn(heading=one.title, field=one.code, width=one.width) for one in of.columns]
    if of.name not in BY_HAND:
        columns = [MappedColumn(heading="序号", field="number", width=6), *columns,
                   MappedColumn(heading="已报送", field="reported", width=14)]  # fmt: skip
    return Mapping(code="official", ledger=of.name, title=of.title, columns=tuple(columns))


def read(body: str) -> Mapping:
    """A mapping as TOML.

    Raises:
        BadInput: `bad_mapping`, with a sentence for each place that is wrong.
    """
    if len(body) > LONGEST:
        raise BadInput("写得太长了。", code="bad_mapping")
    try:
        found = Mapping.model_validate(tomllib.loads(body))
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"不是 TOML 的写法：{str(error)[:80]}。", code="bad_mapping") from error
    except ValidationError as error:
        places = [".".join(map(str, one["loc"])) for one in error.errors(include_url=False, include_input=False)]
        raise BadInput(f"这几处写得不对：{'、'.join(places[:5])}。", code="bad_mapping") from error
    known = ledger(found.ledger).codes | set(BESIDE)
    wrong = [one for one in found.columns if one.field and one.field not in known]
    empty = [one for one in found.columns if bool(one.field) == bool(one.value)]
    details = [Detail(one.heading, "unknown_field", f"“{one.heading}”：没有 {one.field} 这一项。") for one in wrong]
    details += [Detail(one.heading, "bad_column", f"“{one.heading}”要写 field 或 value，只写一个。") for one in empty]
    if details:
        words = "".join(one.message for one in details[:5])
        words = f"这份格式还不能用。{words}可以用的：{'、'.join(sorted(known))}。"
        raise BadInput(words, details=details, code="bad_mapping")
    return found


@lru_cache(maxsize=1)
def shipped() -> dict[str, tuple[Mapping, str]]:
    """Those that ship: code → mapping and its text."""
    texts = [path.read_text("utf-8") for path in sorted(FOLDER.glob("*.toml"))]
    return {one.code: (one, text) for one, text in ((read(text), text) for text in texts)}


def of(session: Session, code: str, name: str) -> Mapping:
    """A mapping of a ledger by its code; empty for the official order.

    Raises:
        BadInput: there is none for this ledger.
    """
    if code in ("", "official"):
        return own_order(ledger(name))
    row = session.get(LedgerMapping, code)
    found = read(row.body) if row else shipped().get(code, (None, ""))[0]
    if found is None or found.ledger != name:
        raise BadInput("这个台账没有这份报送格式。", code="unknown_mapping")
    return found


def text(session: Session, code: str) -> str:
    """A mapping as written, to be changed.

    Raises:
        NotFound: there is none.
    """
    row = session.get(LedgerMapping, code)
    if row is not None:
        return row.body
    if code not in shipped():
        raise NotFound("没有这份报送格式。")
    return shipped()[code][1]


def listed(session: Session) -> list[MappingView]:
    """All there are, the county's own before the shipped ones they stand for."""
    rows = {row.code: row for row in session.scalars(select(LedgerMapping).order_by(LedgerMapping.code))}
    found = []
    for code, row in rows.items():
        one = read(row.body)
        at = f"{row.updated_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        found.append(MappingView(code, one.title, LEDGERS[one.ledger].title, len(one.columns), True, at))
    for code, (one, _) in shipped().items():
        if code not in rows:
            found.append(MappingView(code, one.title, LEDGERS[one.ledger].title, len(one.columns), False, ""))
    return sorted(found, key=lambda one: one.code)


def put(session: Session, actor: Actor, body: str, now: datetime) -> Mapping:
    """Take in a mapping of the county's own, or a changed one.

    Raises:
        NotAllowed: the account does not look after forms.
        BadInput: as `read`.
    """
    _allowed(actor)
    found = read(body)
    row = session.get(LedgerMapping, found.code)
    if row is None:
        row = LedgerMapping(code=found.code, ledger="", title="", body="", updated_at=now, version=0)
        session.add(row)
    row.ledger, row.title, row.body, row.updated_at = found.ledger, found.title, body, now
    row.updated_by, row.version = actor.id, row.version + 1
    record(session, actor, "ledger.mapping_set", "ledger", found.ledger, after=_told(found))
    return found


def _told(one: Mapping) -> dict[str, Any]:
    return {"mapping": one.code, "columns": [column.heading for column in one.columns]}


def revert(session: Session, actor: Actor, code: str) -> None:
    """Take a mapping of the county's own away; the shipped one stands again.

    Raises:
        NotAllowed, NotFound: as they say.
    """
    _allowed(actor)
    row = session.get(LedgerMapping, code)
    if row is None:
        raise NotFound("这份格式就是原来的。")
    session.delete(row)
    record(session, actor, "ledger.mapping_reverted", "ledger", row.ledger, before={"mapping": code})


def _allowed(actor: Actor) -> None:
    if not actor.may(Permission.FORMS):
        raise NotAllowed()
