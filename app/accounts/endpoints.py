"""`/api/session`: sign in, who am I, leave, change the password."""

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar
from starlette.responses import JSONResponse, Response

from app.accounts import service
from app.accounts.schemas import Actor, PasswordChange, SignInInput
from app.config import settings
from app.db import reading, transaction, utcnow
from app.errors import AppError, TooMany
from app.http import COOKIE, PUBLIC, SIGNED_IN, Call, endpoint
from app.limits import allowed

PASSWORDS_AT_ONCE = 4
_checking: RunVar[anyio.CapacityLimiter] = RunVar("passwords being checked")


def _who(actor: Actor) -> dict[str, object]:
    with reading() as session:
        areas = service.areas(session, actor, utcnow())
    user = {
        "id": actor.id,
        "name": actor.name,
        "username": actor.username,
        "role": actor.role.value,
        "areas": areas,
        "must_change_password": actor.must_change_password,
    }
    return {"user": user, "device": {"id": actor.device_id}}


def _secure(call: Call) -> bool:
    return call.request.url.scheme == "https" or (settings().public_url or "").startswith("https://")


def _turns() -> anyio.CapacityLimiter:
    try:
        return _checking.get()
    except LookupError:
        _checking.set(made := anyio.CapacityLimiter(PASSWORDS_AT_ONCE))
        return made


@endpoint("POST", "/session", requires=PUBLIC, body_limit=10_000)
async def sign_in(call: Call) -> Response:
    """Begin a session: sets the HttpOnly cookie."""
    # Anybody may ask for this, and each check takes 64 MB for a while: a flood of them queues here, away from the
    # threads in which phones are answered.
    return await anyio.to_thread.run_sync(_sign_in, call, limiter=_turns())


def _sign_in(call: Call) -> Response:
    data = call.parsed(SignInInput)
    address = call.request.client.host if call.request.client else "-"
    wait = allowed(f"login:{address}:{data.username}", settings().login_attempts_per_minute)
    if wait:
        raise TooMany(f"试得太快了，请等 {wait} 秒再试。", retry_after=wait)
    proof = service.prove(data)
    with transaction() as session:
        result = service.sign_in(session, data, utcnow(), proof)
    if isinstance(result, AppError):
        raise result
    response = JSONResponse(_who(result.actor), headers={"Cache-Control": "no-store"})
    response.set_cookie(
        COOKIE,
        result.token,
        httponly=True,
        samesite="lax",
        secure=_secure(call),
        path="/",
        max_age=settings().field_session_days * 86400 if result.actor.in_field else None,
    )
    return response


@endpoint("GET", "/session", requires=SIGNED_IN, before_password_change=True)
def who_am_i(call: Call) -> dict[str, object]:
    """The signed-in account and its areas."""
    return _who(call.who)


@endpoint("DELETE", "/session", requires=SIGNED_IN, before_password_change=True)
def sign_out(call: Call) -> Response:
    """End the session and take the cookie away."""
    with transaction() as session:
        service.sign_out(session, call.who, utcnow())
    response = JSONResponse({"ok": True}, headers={"Cache-Control": "no-store"})
    response.delete_cookie(COOKIE, path="/")
    return response


@endpoint("POST", "/session/password", requires=SIGNED_IN, body_limit=10_000, before_password_change=True)
def change_password(call: Call) -> dict[str, bool]:
    """Change one's own password."""
    data = call.parsed(PasswordChange)
    with transaction() as session:
        service.change_password(session, call.who, data.old, data.new, utcnow())
    return {"ok": True}


ROUTES = [sign_in, who_am_i, sign_out, change_password]
