"""`/api/recovery`: a phone leaves its sealed key, asks for it, and gets it once two people have agreed."""

import base64

from app.db import reading, transaction, utcnow
from app.http import SIGNED_IN, Call, endpoint
from app.recovery import service
from app.recovery.schemas import WrapInput


@endpoint("POST", "/recovery/wrap", requires=SIGNED_IN, body_limit=2_000, before_password_change=True)
def keep_wrap(call: Call) -> dict[str, bool]:
    """Keep the phone's key, sealed to the county."""
    data = call.parsed(WrapInput)
    with transaction() as session:
        service.keep_wrap(session, call.who, data, utcnow())
    return {"ok": True}


@endpoint("POST", "/recovery/request", requires=SIGNED_IN, body_limit=1_000, before_password_change=True)
def ask(call: Call) -> dict[str, str]:
    """Ask for the key of this phone."""
    with transaction() as session:
        return {"state": service.ask(session, call.who, utcnow())}


@endpoint("GET", "/recovery", requires=SIGNED_IN, before_password_change=True)
def show(call: Call) -> dict[str, str]:
    """How far the request of this phone is."""
    with reading() as session:
        return {"state": service.state(session, call.who, utcnow())}


@endpoint("POST", "/recovery/take", requires=SIGNED_IN, body_limit=1_000, before_password_change=True)
def take(call: Call) -> dict[str, str]:
    """The key, once."""
    with transaction() as session:
        key = service.take(session, call.who, utcnow())
    return {"key": base64.b64encode(key).decode()}


ROUTES = [keep_wrap, ask, show, take]
