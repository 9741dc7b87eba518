"""Signatures drawn on the screen: kept with the version of the agreement that they stand on, shown with it."""

import base64
import hashlib
from datetime import date
from typing import Any

from sqlmodel import Session

from app.accounts.schemas import Actor
from app.agreements import rules, rules_signing, service
from app.agreements.rules_signing import Drawing
from app.agreements.schemas import Sign
from app.audit.service import record
from app.db import new_id, utcnow
from app.errors import BadInput, Conflict, NotFound
from app.households import register_service as register
from models.agreements import Agreement, AgreementSignature


def sign(
    session: Session, actor: Actor, agreement_id: str, data: Sign, drawn: Drawing, base_version: int, on: date
) -> AgreementSignature:
    """Keep what a party, or somebody for it, has drawn; with the last signature the agreement is signed.

    Drawing again takes the place of what was drawn before, which stays among the signatures that were given.

    Args:
        drawn: `data.picture`, read before this unit of work began: it may take its time.
        base_version: the version that was on the screen, for nobody signs what was not shown.
        on: today.

    Raises:
        NotAllowed: the role only reads; `not_opened`, a child's record was not opened with a reason.
        NotFound: there is no such agreement in the actor's scope.
        Conflict: it was changed while it was being signed.
        BadInput: it was dissolved; not said whose hand it was.
    """
    register.may_write(actor)
    row = service.get(session, actor, agreement_id)
    service.opened(session, actor, row)
    if row.version != base_version:
        raise Conflict("这份协议刚才有人改过，给签的人看过再签。", code="old_version")
    if row.ended_on is not None:
        raise BadInput("这份协议已经解除了，要签就登记一份新的。", code="ended")
    party = rules_signing.whose(row.parties, data.party)
    rules_signing.hand(data.by, data.proxy, data.why)
    kept = _kept(row, actor, party, data, drawn, on)
    session.add(kept)
    _stands(row, data.party, kept)
    session.flush()
    told = {"signature": kept.id, "sha256": kept.sha256, "party": data.party + 1, "by": data.by,
            "role": party.get("role")}  # fmt: skip
    record(session, actor, "agreement.signed", "agreement", row.id, after=told, reason=kept.said["why"])
    service.follow(session, row)
    return kept


def _kept(
    row: Agreement, actor: Actor, party: Any, data: Sign, drawn: Drawing, on: date
) -> AgreementSignature:
    hand: dict[str, str | None] = {"proxy": None, "relation": None, "why": None}
    if data.by == "proxy":
        hand = {"proxy": data.proxy, "relation": data.relation, "why": data.why}
    whose = {name: party.get(name) for name in ("role", "name")}
    return AgreementSignature(
        id=new_id(), agreement_id=row.id, said={**whose, "by": data.by, **hand},
        picture=base64.b64encode(drawn.data).decode(), sha256=hashlib.sha256(drawn.data).hexdigest(),
        width=drawn.width, height=drawn.height, of=rules.agreed(row), on=on, author_id=actor.id, at=utcnow(),
    )  # fmt: skip


def _stands(row: Agreement, at: int, kept: AgreementSignature) -> None:
    """The signature stands for the party; the last one makes the day of signing, where nobody wrote one from paper."""
    hand = {name: kept.said[name] for name in ("by", "proxy", "relation", "why")}
    if rules.unsigned(row) and rules.by_screen(row):
        row.signed_on = None  # what was signed that day is agreed no more
    drawn = {"id": kept.id, **hand, "on": kept.on.isoformat(), "of": kept.of}
    row.parties = [{**one, "drawn": drawn} if place == at else one for place, one in enumerate(row.parties)]
    if row.signed_on is None and not rules.unsigned(row):
        row.signed_on = kept.on
    row.version, row.updated_at = row.version + 1, utcnow()


def picture(session: Session, actor: Actor, signature_id: str) -> bytes:
    """A drawn signature as PNG.

    Raises:
        NotFound: there is none on an agreement of the actor's scope.
        NotAllowed: `not_opened`, it is about a child whose record was not opened with a reason.
    """
    kept = session.get(AgreementSignature, signature_id)
    if kept is None:
        raise NotFound("没有这个签名，或不在你负责的范围。")
    row = service.get(session, actor, kept.agreement_id, looking=True)
    service.opened(session, actor, row)
    return base64.b64decode(kept.picture)
