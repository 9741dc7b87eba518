"""What comes in when somebody settles a finding."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from app.sync.schemas import Id, Strict

Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)]


class FindingSettle(Strict):
    """The payload of `finding.settle`: 已纠正, 核实无误 or 误报, why, and what shows it (a paper, a visit's id)."""

    finding_id: Id
    how: Literal["corrected", "in_order", "false_alarm"]
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=400)]
    evidence: Words | None = None
