"""The proof of one visit as a file: what a stranger needs to check, offline, that it is as it was taken in.

It holds the visit's own rows in full, so only who may see the visit gets it, with a reason that is written down. Of
other people's records it holds nothing but hashes.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import Session

from app.accounts.queries import in_scope
from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.audit.service import record
from app.errors import BadInput, NotAllowed, NotFound
from app.evidence import rules
from app.evidence.chain_service import read_rows
from app.evidence.tables import WATCHED
from app.keys import receipt_keys, to_text
from models.evidence import EvidenceEntry, EvidenceSignature
from models.reviews import Review, ReviewEvent
from models.sync import Command
from models.visits import Visit, VisitPhoto

_ENTRY = EvidenceEntry.__table__  # type: ignore[attr-defined]
FORMAT = 1


@dataclass(frozen=True)
class Proof:
    """The file."""

    name: str
    data: bytes


def proof(session: Session, actor: Actor, visit_id: str, reason: str, on: date, now: datetime) -> Proof:
    """The proof of a visit; who took it, and why, is written down.

    Raises:
        NotAllowed: the role takes no proofs.
        NotFound: no such visit in the actor's scope.
        BadInput: no reason.
    """
    if not actor.may(Permission.PROOF):
        raise NotAllowed()
    here = in_scope(actor, on, Visit.division, Visit.household_id)
    visit = session.scalars(select(Visit).where(Visit.id == visit_id, here)).first()  # type: ignore[arg-type]
    if visit is None:
        raise NotFound("没有找到这次走访，可能不在你负责的范围。")
    if not reason.strip():
        raise BadInput("取证明要写为什么，会记下来。", code="reason_needed")
    subjects = _subjects(session, visit)
    entries = _entries(session, subjects)
    made = {
        "ruhutong_proof": FORMAT, "made_at": rules.when(now), "visit": visit.id,
        "photos": [name.split(" ")[1] for name in subjects["visit_photo"]],
        "entries": entries, "heads": _heads(session, entries),
    }  # fmt: skip
    record(session, actor, "visit.proof", "visit", visit.id, reason=reason.strip()[:200],
           after={"household_id": visit.household_id, "entries": len(entries)})  # fmt: skip
    data = json.dumps(made, ensure_ascii=False, indent=1).encode()
    return Proof(f"proof-{visit.id}.json", data)


def _subjects(session: Session, visit: Visit) -> dict[str, list[str]]:
    commands = select(Command.author_id, Command.id).where(Command.row_id == visit.id)  # type: ignore[call-overload]
    pictures = list(session.scalars(select(VisitPhoto.sha256).where(VisitPhoto.visit_id == visit.id)))  # type: ignore[call-overload]
    reviews = list(session.scalars(select(Review.id).where(Review.visit_id == visit.id)))  # type: ignore[call-overload]
    steps = select(ReviewEvent.id).where(ReviewEvent.review_id.in_(reviews))  # type: ignore[call-overload, attr-defined]
    return {
        "command": [rules.subject_of(row) for row in session.execute(commands)],
        "visit": [visit.id],
        "visit_photo": [f"{visit.id} {name}" for name in pictures],
        "photo": pictures,
        "photo_upload": [f"{visit.author_id} {name}" for name in pictures],
        "review": reviews,
        "review_event": list(session.scalars(steps)),
    }


def _entries(session: Session, subjects: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """All entries about these rows; the newest about a row that still says what it said has the row itself."""
    wanted = [and_(_ENTRY.c.type == type_, _ENTRY.c.subject.in_(names)) for type_, names in subjects.items() if names]
    rows = list(session.execute(select(_ENTRY).where(or_(*wanted)).order_by(_ENTRY.c.n)))
    contents: dict[bytes, str] = {}
    for type_, names in subjects.items():
        watched = WATCHED[type_]
        for row in read_rows(session, watched, list(names)).values():
            written = watched.content(row)
            contents[rules.digest(written)] = written.decode()
    return [
        {"n": row.n, "kind": row.kind, "type": row.type, "subject": row.subject, "what": bytes(row.what).hex(),
         "at": rules.when(row.at), "content": contents.get(bytes(row.what))}
        for row in rows
    ]  # fmt: skip


def _heads(session: Session, entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """For every entry the signed head of its commit, and the way there: the digests of the lines in between."""
    heads: dict[int, dict[str, Any]] = {}
    for one in entries:
        n = one["n"]
        signed = session.execute(
            select(EvidenceSignature).where(EvidenceSignature.n >= n).order_by(EvidenceSignature.n).limit(1)  # type: ignore[arg-type]
        ).scalar_one()
        made = heads.setdefault(signed.n, {"n": signed.n, "from": n, "signature": to_text(signed.signature)})
        made["key"] = signed.key
        made["public_key"] = to_text(receipt_keys().public(signed.key) or b"")
    for head in heads.values():
        rows = session.execute(
            select(_ENTRY).where(_ENTRY.c.n >= head["from"] - 1, _ENTRY.c.n <= head["n"]).order_by(_ENTRY.c.n)
        ).all()
        before = [row for row in rows if row.n == head["from"] - 1]
        head["before"] = bytes(before[0].hash).hex() if before else rules.FIRST.hex()
        head["lines"] = [
            rules.digest(rules.line(row.n, row.kind, row.type, row.subject, bytes(row.what), rules.when(row.at))).hex()
            for row in rows if row.n >= head["from"]
        ]  # fmt: skip
    return list(heads.values())
