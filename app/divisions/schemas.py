"""What goes in and out of the divisions room."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

LEVELS = {6: "county", 9: "township", 12: "village"}


class DivisionIn(BaseModel):
    """A division as a ledger or the county's list names it; its level and parent follow from the code."""

    model_config = ConfigDict(extra="forbid")
    code: Annotated[str, StringConstraints(pattern=r"^\d{6}(\d{3}(\d{3})?)?$")]
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]

    @property
    def level(self) -> str:
        """county, township or village."""
        return LEVELS[len(self.code)]

    @property
    def parent(self) -> str | None:
        """The code of the division above; a county has none."""
        return self.code[:-3] if len(self.code) > 6 else None


@dataclass(frozen=True)
class DivisionView:
    """A division in a list to choose from; `place` is its name with the township before it."""

    code: str
    name: str
    level: str
    place: str
