"""Looking behind a mask and into a child's record: with a reason, written down, and told on the home's page."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session

from app.accounts.rules import ROLE_NAMES, Permission, Role
from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import SHANGHAI, utcnow
from app.errors import BadInput, Detail, NotAllowed, NotFound, TooMany
from app.households import queries, rules
from app.households.schemas import LookView
from app.limits import flood
from app.reviews.rules import OPENING_REASONS
from models.households import Person

WHAT = {"id_number": "身份证号", "phone": "电话", "bank_account": "银行账号"}
"""What stands behind a mask."""
ELSEWHERE = {"benefit_account": "领补贴的账号"}
"""What stands behind a mask in a room of its own; looking at it is written down here all the same."""
OPEN_FOR = timedelta(hours=1)
"""So long a child's record stays open to who gave a reason: one sitting."""
LOOKED_AT = {
    "photo.child_seen": ("孩子", "照片"), "visit.proof": ("走访", "证明（取走了文件）"),
    "household.opened": ("这一户", "资料（紧急查看）"),
}  # fmt: skip
WHY = OPENING_REASONS | {"own": "自己拍的"}


blind: list[Callable[[Session, Actor], set[str]]] = []
"""Who knows at which homes an account must not see yet what was found, because it is sent there to look anew:
the sampling room adds itself in `app/rooms.py`."""


def blind_homes(session: Session, actor: Actor) -> set[str]:
    """The homes of which what was found stays hidden from this account until its own visit is in."""
    return set().union(*(asked(session, actor) for asked in blind))


def is_blind(session: Session, actor: Actor, household_id: str) -> bool:
    """Whether what was found at a home stays hidden from this account until its own visit is in."""
    return household_id in blind_homes(session, actor)


def require_sight(session: Session, actor: Actor, household_id: str) -> None:
    """Stop who is sent to look anew from reading what was found before.

    Raises:
        NotAllowed: `blind`.
    """
    if is_blind(session, actor, household_id):
        raise NotAllowed("这一户抽中了由你去看，交了以后才能看以前写的。", code="blind")


def _today() -> date:
    return utcnow().astimezone(SHANGHAI).date()


def unmask(session: Session, actor: Actor, person_id: str, field: str, reason: str = "") -> str:
    """Show a number behind its mask; who, what, whom, when and why are written down (domain §5.2).

    Args:
        reason: a code of `rules.LOOK_REASONS`, or words of one's own.

    Raises:
        NotAllowed: the role does not include it.
        TooMany: one number after the other.
        BadInput: `reason_needed`, no reason; `unknown_field`.
        NotFound: nobody of the actor's area.
    """
    if field not in WHAT:
        raise BadInput("没有这一项。", code="unknown_field")
    return getattr(_looked(session, actor, person_id, field, reason), field) or ""


def note_look(session: Session, actor: Actor, person_id: str, field: str, reason: str = "") -> None:
    """Write down that somebody looks behind a mask that another room keeps (a code of `ELSEWHERE`).

    Raises:
        NotAllowed, TooMany, BadInput, NotFound: as `unmask`.
    """
    if field not in ELSEWHERE:
        raise BadInput("没有这一项。", code="unknown_field")
    _looked(session, actor, person_id, field, reason)


def _looked(session: Session, actor: Actor, person_id: str, field: str, reason: str) -> Person:
    if not actor.may(Permission.REGISTER_UNMASK):
        raise NotAllowed()
    _not_too_fast(actor)
    row = _person(session, actor, person_id)
    why = _reason(reason)
    record(session, actor, "person.unmasked", "person", person_id, reason=why, after={"field": field})
    return row


def open_child(session: Session, actor: Actor, person_id: str, reason: str = "") -> None:
    """Open a child's record for this sitting; whoever may read the register may, with a reason that is written down.

    Raises:
        NotAllowed, TooMany, BadInput, NotFound: as `unmask`.
    """
    if not actor.may(Permission.REGISTER_READ):
        raise NotAllowed()
    _not_too_fast(actor)
    row = _person(session, actor, person_id)
    why = _reason(reason)
    if row.id not in open_to(session, actor, [row.id], utcnow()):
        record(session, actor, "person.opened", "person", row.id, reason=why)


def open_to(session: Session, actor: Actor, person_ids: Sequence[str], now: datetime) -> set[str]:
    """Those whose record this account has opened in this sitting."""
    return queries.opened_by(session, actor.id, actor.device_id, person_ids, now - OPEN_FOR)


def children_as_shown(
    session: Session, actor: Actor, household_ids: Sequence[str], on: date
) -> dict[str, dict[str, str]]:
    """How lists call the children of these homes, by home and whole name; empty for who knows them by name."""
    if actor.role in rules.NEAR:
        return {}
    rows = queries.young_of(session, household_ids, on - timedelta(days=366 * rules.ADULT_AGE))
    marks = queries.open_tags(session, [one.id for one in rows if one.born_on is None], on)
    found: dict[str, dict[str, str]] = {}
    for one in rows:
        if rules.is_child(one.born_on, marks.get(one.id, ()), on):
            found.setdefault(one.household_id, {})[one.name] = rules.child_name(one.name, actor.role)
    return found


def _not_too_fast(actor: Actor) -> None:
    wait = flood.wait("unmask", actor.id)
    if wait:
        raise TooMany(f"看得太快了，请等 {wait} 秒再看。", retry_after=wait)


def _person(session: Session, actor: Actor, person_id: str) -> Person:
    row = queries.person(session, actor, person_id, _today(), looking=True)
    if row is None:
        raise NotFound("没有找到这个人，可能已迁走。")
    return row


def _reason(said: str) -> str:
    why = rules.look_reason(said)
    if why is None:
        detail = Detail("reason", "missing", "选一个原因；选“其他”要写几个字。")
        raise BadInput("先说为什么要看。", details=[detail], code="reason_needed")
    return why


def looks(session: Session, actor: Actor, household_id: str, on: date, limit: int = 20) -> list[LookView]:
    """Who looked behind a mask in this home, at a child's record or picture, or in an emergency.

    Raises:
        NotFound: the home is not in the actor's scope.
    """
    home = queries.household(session, actor, household_id, on, looking=True)
    if home is None:
        raise NotFound("没有找到这一户，可能已转到别的村。")
    people = {person.id: person.name for person in queries.people_of(session, [home.id])}
    closed = set(people) - open_to(session, actor, list(people), utcnow())
    shown = children_as_shown(session, actor, [home.id], on).get(home.id, {})
    people |= {key: shown.get(people[key], people[key]) for key in closed}
    found = []
    for row, name, role in queries.looks(session, home.id, list(people), limit):
        field = (WHAT | ELSEWHERE).get((row.after or {}).get("field", ""), "资料")
        whom, what = LOOKED_AT.get(row.action, (people.get(row.subject_id, ""), field))
        gone = "（已无此账号）" if row.actor_id else "本机操作"
        who = f"{name}（{ROLE_NAMES[Role(role)]}）" if name and role else gone
        why = WHY.get(row.reason or "", row.reason) or "没有写"
        found.append(LookView(f"{row.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}", who, whom, what, why))
    return found
