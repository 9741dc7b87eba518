"""The second factor: a code of six digits from an authenticator (TOTP, RFC 6238), or one of the codes kept for a loss.

Asked at sign-in of the roles that the parameter `second_factor` names; demo accounts are left out, so that a county can
be tried without a second phone. The secret lies sealed, leaves the server once, and never stands in a State.
"""

import hmac
import io
import secrets
from datetime import datetime

import pyotp
import segno
from sqlalchemy import update
from sqlmodel import Session

from app import limits
from app.accounts import recent
from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import SHANGHAI
from app.errors import BadInput, NotFound, TooMany
from app.settings import service as parameters
from models.accounts import LoginSession, SecondFactor, User

STEP = 30
DRIFT = 1
"""Steps by which the two clocks may differ."""
RECOVERY_CODES = 8
TRIES_PER_MINUTE = 5
ISSUER = "入户通"


def asked_of(session: Session, user: User, now: datetime) -> bool:
    """Whether this account signs in with two factors."""
    if user.is_demo:
        return False
    return user.role in parameters.value(session, "second_factor", now.astimezone(SHANGHAI).date())["roles"]


def confirmed(session: Session, user_id: str) -> SecondFactor | None:
    """The second factor that counts, where there is one."""
    row = session.get(SecondFactor, user_id)
    return row if row is not None and row.confirmed_at is not None else None


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step to which a code of the authenticator belongs, within the drift allowed."""
    totp, present = pyotp.TOTP(secret), int(now.timestamp()) // STEP
    for step in range(present - DRIFT, present + DRIFT + 1):
        if hmac.compare_digest(totp.generate_otp(step), code):
            return step
    return None


def take(session: Session, row: SecondFactor, code: str, now: datetime) -> bool:
    """Whether a code is right; it is used up by that, the authenticator's as well as a recovery code."""
    digits = "".join(char for char in code if char in "0123456789")
    step = _step_of(row.sealed["secret"], digits, now)
    if step is not None:
        if step <= row.last_step:
            return False
        row.last_step = step
        return True
    left = [one for one in row.sealed["recovery"] if not hmac.compare_digest(one, digits)]
    if len(left) == len(row.sealed["recovery"]):
        return False
    row.sealed = {**row.sealed, "recovery": left}
    record(session, None, "account.recovery_used", "account", row.user_id, after={"left": len(left)})
    return True


def is_set(session: Session, actor: Actor) -> bool:
    """Whether the actor has a second factor."""
    return confirmed(session, actor.id) is not None


def begin(session: Session, actor: Actor, now: datetime) -> str:
    """Make a secret for the actor's authenticator; shown until it is confirmed, and replaced by each new beginning.

    Raises:
        BadInput: `factor_set`, there is one already: another administrator takes it away first;
            `factor_not_asked`, this account signs in without.
    """
    user = session.get(User, actor.id)
    if user is None or not asked_of(session, user, now):
        raise BadInput("你的账号登录时不用验证码。", code="factor_not_asked")
    row = session.get(SecondFactor, actor.id)
    if row is not None and row.confirmed_at is not None:
        raise BadInput("验证器已经设好了。要换，请另一位管理员先清掉旧的。", code="factor_set")
    sealed = {"secret": pyotp.random_base32(), "recovery": []}
    if row is None:
        session.add(SecondFactor(user_id=actor.id, sealed=sealed, created_at=now))
    else:
        row.sealed, row.created_at = sealed, now
    return sealed["secret"]


def picture(session: Session, actor: Actor) -> bytes:
    """The secret that waits for its first code, as a QR code (SVG) for the authenticator.

    Raises:
        NotFound: none waits.
    """
    row = session.get(SecondFactor, actor.id)
    if row is None or row.confirmed_at is not None:
        raise NotFound("没有在设的验证器。", code="no_factor")
    address = pyotp.TOTP(row.sealed["secret"]).provisioning_uri(name=actor.username, issuer_name=ISSUER)
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", scale=5, border=4, light="#fff")
    return out.getvalue()


def confirm(session: Session, actor: Actor, code: str, now: datetime) -> list[str]:
    """The first code of a new authenticator makes it count; returns the recovery codes, which are shown once.

    Raises:
        TooMany: tried too often.
        NotFound: no secret was made.
        BadInput: `wrong_code`, the code does not belong to it.
    """
    wait = limits.allowed(f"factor:{actor.id}", TRIES_PER_MINUTE)
    if wait:
        raise TooMany(f"试得太快了，请等 {wait} 秒再试。", retry_after=wait)
    row = session.get(SecondFactor, actor.id)
    if row is None or row.confirmed_at is not None:
        raise NotFound("先扫一下二维码。", code="no_factor")
    if not take(session, row, code, now):
        raise BadInput("这 6 位数字不对，等验证器换下一组再写。", code="wrong_code")
    codes = [f"{secrets.randbelow(10**10):010}" for _ in range(RECOVERY_CODES)]
    row.sealed, row.confirmed_at = {**row.sealed, "recovery": codes}, now
    recent.forget_at_commit(session)
    session.execute(
        update(LoginSession).where(LoginSession.user_id == actor.id).values(awaits_factor=False)  # type: ignore[arg-type]
    )
    record(session, actor, "account.factor_set", "account", actor.id)
    return [f"{one[:5]}-{one[5:]}" for one in codes]


def clear(session: Session, actor: Actor | None, user_id: str) -> None:
    """Take an account's second factor away, after a loss; it sets up a new one at the next sign-in.

    Raises:
        BadInput: `own_factor`, nobody clears their own.
        NotFound: there is none.
    """
    if actor is not None and actor.id == user_id:
        raise BadInput("自己的要请另一位管理员来清。", code="own_factor")
    row = session.get(SecondFactor, user_id)
    if row is None:
        raise NotFound("这个账号没有设验证器。", code="no_factor")
    session.delete(row)
    record(session, actor, "account.factor_cleared", "account", user_id)
