"""`/api/session`: sign in, who am I, leave, change the password."""

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar
from starlette.responses import JSONResponse, Response

from app.accounts import factor_service, service
from app.accounts.schemas import Actor, PasswordChange, SignInInput
from app.config import settings
from app.db import reading, transaction, utcnow
from app.errors import AppError, TooMany
from app.http import COOKIE, HOST_COOKIE, PUBLIC, SIGNED_IN, Call, endpoint
from app.keys import public_county_key
from app.limits import allowed

PASSWORDS_AT_ONCE = 4
FACTOR_PAGE = "/office/factor"
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
        "must_set_factor": actor.must_set_factor,
    }
    return {"user": user, "device": {"id": actor.device_id}, "county_key": public_county_key()}


def _secure(call: Call) -> bool:
    return call.request.url.scheme == "https" or (settings().public_url or "").startswith("https://")


def _turns() -> anyio.CapacityLimiter:
    try:
        return _checking.get()
    except LookupError:
        _checking.set(made := anyio.CapacityLimiter(PASSWORDS_AT_ONCE))
        return made


@endpoint("POST", "/session", requires=PUBLIC, body_limit=10_000, body=SignInInput)
async def sign_in(call: Call) -> Response:
    """Begin a session: sets the HttpOnly cookie."""
    # Anybody may ask for this, and each check takes 64 MB for a while: a flood of them queues here, away from the
    # threads in which phones are answered.
    return await anyio.to_thread.run_sync(_sign_in, call, limiter=_turns())


def _sign_in(call: Call) -> Response:
    data = call.parsed(SignInInput)
    # By name and device, not by address: a village shares one. A name's own count keeps out who invents devices.
    most = settings().login_attempts_per_minute
    wait = allowed(f"login:{data.username}:{data.device.id}", most)
    if not wait and not service.knows_device(data):
        wait = allowed(f"login:{data.username}", most)
    if wait:
        raise TooMany(f"试得太快了，请等 {wait} 秒再试。", retry_after=wait)
    proof = service.prove(data)
    with transaction() as session:
        result = service.sign_in(session, data, utcnow(), proof)
    if isinstance(result, AppError):
        raise result
    response = JSONResponse(_who(result.actor), headers={"Cache-Control": "no-store"})
    secure = _secure(call)
    response.set_cookie(
        HOST_COOKIE if secure else COOKIE,
        result.token,
        httponly=True,
        samesite="lax",
        secure=secure,
        path="/",
        max_age=settings().field_session_days * 86400 if result.actor.in_field else None,
    )
    if secure and COOKIE in call.request.cookies:
        _take_away(response, COOKIE, secure=True)
    return response


def _take_away(response: Response, name: str, *, secure: bool) -> None:
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")


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
    secure = _secure(call)
    for name in {HOST_COOKIE if secure else COOKIE, COOKIE if COOKIE in call.request.cookies else ""} - {""}:
        _take_away(response, name, secure=secure)
    if not call.who.in_field:
        # Pictures looked at in the office stay in the browser for an hour; the next at this desk finds none of them.
        response.headers["Clear-Site-Data"] = '"cache"'
    return response


@endpoint(
    "POST", "/session/password", requires=SIGNED_IN, body_limit=10_000, before_password_change=True, body=PasswordChange
)
def change_password(call: Call) -> dict[str, object]:
    """Change one's own password; `next` is where to go then, when something else is still to be set."""
    data = call.parsed(PasswordChange)
    reused = service.used_before(call.who, data.new)
    with transaction() as session:
        service.change_password(session, call.who, data.old, data.new, utcnow(), reused=reused)
    return {"ok": True, "next": FACTOR_PAGE if call.who.must_set_factor else ""}


@endpoint("GET", "/session/factor/picture", requires=SIGNED_IN, before_password_change=True)
def factor_picture(call: Call) -> Response:
    """The QR code of the caller's own authenticator, until its first code has come."""
    with reading() as session:
        data = factor_service.picture(session, call.who)
    return Response(data, media_type="image/svg+xml", headers={"Cache-Control": "no-store"})


ROUTES = [sign_in, who_am_i, sign_out, change_password, factor_picture]
