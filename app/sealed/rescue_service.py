"""A rescue file: all unsent work of a phone in one sealed file, taken in as if it had been carried, however often."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import transaction, utcnow
from app.errors import BadInput
from app.sealed import rules, service
from app.sealed.rules import Container

AT_ONCE = 100
LARGEST = 100_000_000
WORDS = {
    "stored": "收到", "duplicate": "早就有了", "held": "收到，在等另一条", "orphaned": "收到，等镇里安置",
    "conflict": "收到，有一处要定", "rejected": "没收下，先留着", "refused": "县里不认识那部手机，没收",
}  # fmt: skip


@dataclass(frozen=True)
class Rescued:
    """What came of a file: how many of each, and a receipt for each."""

    counts: dict[str, int] = field(default_factory=dict)
    receipts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def words(self) -> str:
        """In one sentence."""
        parts = [f"{WORDS.get(status, status)} {count}" for status, count in self.counts.items()]
        return f"文件里有 {len(self.receipts)} 件：{'，'.join(parts)}。"


def rescue(data: bytes, actor: Actor | None = None, now: datetime | None = None) -> Rescued:
    """Take in a rescue file.

    Args:
        data: the file.
        actor: who brings it; None is the operator at the machine.
        now: the moment.

    Raises:
        BadInput: it is no rescue file.
    """
    found = list(rules.containers(data))
    if not any(isinstance(one, Container) for one in found):
        raise BadInput("这不是从手机存出来的文件。", code="bad_sealed")
    receipts: list[dict[str, Any]] = []
    for at in range(0, len(found), AT_ONCE):
        receipts += service.take_all(found[at : at + AT_ONCE], now or utcnow(), strict=False)
    counts = dict(Counter(receipt["status"] for receipt in receipts))
    with transaction() as session:
        record(session, actor, "sealed.rescued", "command", "file", after=counts)
    return Rescued(counts, receipts)
