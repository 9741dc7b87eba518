"""Headers that this program does not know: an office explains them once, and they are remembered for it.

What is remembered is how one header, word by word, is to be read in one division; offices below it read it so, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import new_id, utcnow
from app.errors import BadInput, NotFound
from app.imports import queries, reader
from app.imports.ledgers import Shape, header_key, ledgers
from app.imports.reader import Found, Told
from models.imports import ColumnMapping

WITHIN = 30
_MOST = 60


@dataclass(frozen=True)
class Unclear:
    """A header with words that nobody knows: by cell the field it is read as, empty for none."""

    print: str
    sheet: str
    shape: str
    cells: list[list[str]]


@dataclass(frozen=True)
class Cell:
    """One word of a header as the page asks about it."""

    text: str = ""
    field: str = ""


@dataclass(frozen=True)
class Choice:
    """Something to choose: a code and its words."""

    code: str = ""
    words: str = ""


@dataclass(frozen=True)
class HeaderView:
    """A header to be explained, and what its cells can be; `known` where only some columns are strange."""

    print: str = ""
    sheet: str = ""
    shape: str = ""
    cells: list[Cell] = field(default_factory=list)
    fields: list[Choice] = field(default_factory=list)
    shapes: list[Choice] = field(default_factory=list)
    known: bool = False


def told(session: Session, actor: Actor | None) -> dict[str, Told]:
    """The headers explained for the actor's division or one above it; the nearest comes first."""
    query = select(ColumnMapping).order_by(col(ColumnMapping.division))
    own = actor.divisions if actor else ()
    found: dict[str, Told] = {}
    for one in session.scalars(query):
        if not one.division or any(area.startswith(one.division) for area in own):
            found[one.header] = Told(one.shape, one.columns)
    return found


def unclear(found: Found) -> Unclear | None:
    """What is to be explained of a sheet: words of its header that were not read, or a header nobody knows."""
    if found.shape is not None and found.header is not None:
        if found.shape.reference or not found.header.unknown or found.header.rows != 1:
            return None
        texts = found.header.cells
        fields = {texts[at]: column.field for at, column in found.header.columns.items() if at < len(texts)}
        shape = found.shape.name
    else:
        texts = reader.likely_header(list(islice(found.sheet.rows(), WITHIN)))
        fields, shape = {}, ""
    cells = [[text[:64], fields.get(text, "")] for text in dict.fromkeys(texts) if text]
    if not cells or len(cells) > _MOST:
        return None
    return Unclear(reader.fingerprint(texts), found.sheet.name[:64], shape, cells)


def _shapes() -> dict[str, tuple[str, Shape]]:
    return {
        shape.name: (ledger.title, shape) for ledger in ledgers() for shape in ledger.shapes if not shape.reference
    }


def view(session: Session, actor: Actor, import_id: str, shape: str = "") -> HeaderView:
    """The first header of an import that is to be explained; empty where none is.

    Args:
        shape: as which shape of sheet it is to be read, where that is chosen by hand.

    Raises:
        NotFound: there is no such import for this actor.
    """
    batch = queries.batch(session, actor, import_id)
    if batch is None:
        raise NotFound("没有这次导入，或不是你负责的地方的。")
    asked = batch.report.get("headers") or []
    if not asked:
        return HeaderView()
    one, shapes = asked[0], _shapes()
    chosen = shape if shape in shapes else one["shape"]
    choices = [Choice(code, _title(code, title)) for code, (title, _) in shapes.items()]
    if chosen not in shapes:
        return HeaderView(one["print"], one["sheet"], "", [Cell(text) for text, _ in one["cells"]], [], choices)
    known = shapes[chosen][1]
    cells = [Cell(text, told or _guess(known, text)) for text, told in one["cells"]]
    fields = [Choice("", "不读这一列"), *(Choice(c.field, c.names.split()[0]) for c in known.columns)]
    return HeaderView(one["print"], one["sheet"], chosen, cells, fields, choices, bool(one["shape"]))


_PARTS = {"entitled": "在册名单", "paid": "发放名单"}


def _title(code: str, title: str) -> str:
    part = _PARTS.get(code.rpartition("_")[2], "")
    return f"{title}（{part}）" if part and not title.endswith(part) else title


def _guess(shape: Shape, text: str) -> str:
    column = shape.column_for(text)
    return column.field if column else ""


def remember(session: Session, actor: Actor, import_id: str, shape: str, fields: Mapping[str, Any]) -> None:
    """Keep how the first unclear header of an import is to be read, for the actor's division.

    Args:
        fields: by the place of a cell in the header (`0`, `1` …) the field it is.

    Raises:
        NotFound: there is no such import for this actor, or nothing to explain.
        BadInput: what a row cannot do without is missing, or a field is named twice.
    """
    seen = view(session, actor, import_id, shape)
    if not seen.print or not seen.shape:
        raise NotFound("没有要对应的列。")
    known = _shapes()[seen.shape][1]
    said = {cell.text: str(fields.get(str(at)) or "") for at, cell in enumerate(seen.cells)}
    used = [name for name in said.values() if name]
    twice = sorted({name for name in used if used.count(name) > 1})
    missing = sorted(known.needs - set(used))
    if twice or not set(used) <= set(known.by_field):
        names = "、".join(known.by_field[name].names.split()[0] for name in twice if name in known.by_field)
        raise BadInput(f"“{names}”选了两次，一列只能对应一项。", code="field_twice")
    if missing:
        names = "、".join(known.by_field[name].names.split()[0] for name in missing)
        raise BadInput(f"还要说清哪一列是{names}。", code="field_missing")
    division = min(actor.divisions, key=len, default="")
    columns = {header_key(text): name for text, name in said.items()}
    query = select(ColumnMapping).where(
        col(ColumnMapping.division) == division, col(ColumnMapping.header) == seen.print
    )
    row = session.scalars(query).first()
    if row is None:
        row = ColumnMapping(  # type: ignore[call-arg]
            id=new_id(), division=division, header=seen.print, shape=seen.shape, columns=columns, author_id=actor.id,
            updated_at=utcnow(),
        )  # fmt: skip
        session.add(row)
    else:
        row.shape, row.columns, row.author_id = seen.shape, columns, actor.id
        row.updated_at, row.version = utcnow(), row.version + 1
    session.flush()
    record(session, actor, "import.mapping", "column_mapping", row.id, after={"shape": seen.shape, "columns": columns})
