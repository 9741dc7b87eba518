"""`/api/people/{id}/unmask`: a whole number for who may see it; who looked is written down (domain §5.2)."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from app.accounts.rules import Permission
from app.db import transaction
from app.households import service
from app.http import Call, endpoint


class Unmask(BaseModel):
    """Which number, and why: `identity`, `benefit`, `contact`, or words of one's own."""

    model_config = ConfigDict(extra="forbid")
    field: Annotated[str, StringConstraints(max_length=32)]
    reason: Annotated[str, StringConstraints(max_length=200)] = ""


@endpoint("POST", "/people/{id}/unmask", requires=Permission.REGISTER_UNMASK, body_limit=10_000, body=Unmask)
def unmask(call: Call) -> dict[str, str]:
    """The number behind the mask."""
    data = call.parsed(Unmask)
    with transaction() as session:
        value = service.unmask(session, call.who, call.params["id"], data.field, data.reason)
    return {"value": value}


ROUTES = [unmask]
