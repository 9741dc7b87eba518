"""What became of a home and its people: before and after, who, when and by what, read from the log.

The log holds masks where the register holds numbers, so nothing behind a mask shows here. What is known of a child
shows once the child's record has been opened.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from app.accounts.rules import ROLE_NAMES, Permission, Role
from app.accounts.schemas import Actor
from app.db import SHANGHAI, utcnow
from app.divisions import service as divisions
from app.errors import NotAllowed, NotFound
from app.forms import service as forms
from app.forms.schemas import Question
from app.households import looking_service, queries, rules, tags
from app.limits import PAGE
from models.accounts import User
from models.audit import AuditEntry
from models.households import Household, Person
from models.imports import ImportBatch, ImportChange
from models.visits import Visit

HOME_VERBS = ("added", "changed", "moved", "removed", "ledger")
PERSON_VERBS = ("added", "changed", "removed", "ledger", "tagged", "untagged")
MORE = ("contact.set", "relation.added", "relation.removed", "conflict.decided")
TITLES = {
    "household.added": "登记了这一户", "household.changed": "改了资料", "household.moved": "换了村",
    "household.removed": "从名册移出", "household.ledger": "走访更新了情况", "person.added": "登记了这个人",
    "person.changed": "改了资料", "person.removed": "从名册移出", "person.ledger": "走访更新了情况",
    "person.tagged": "加了标签", "person.untagged": "去了标签", "contact.set": "改了联系人",
    "relation.added": "加了亲属关系", "relation.removed": "去了亲属关系",
    "conflict.decided": "两边说的不一样，定了一个",
}  # fmt: skip
NAMES = {
    "name": "姓名", "division": "村", "group": "组", "door": "门牌", "address": "地址", "attribute": "户属性",
    "checked_on": "排查日期", "checked_result": "排查结果", "lat": "纬度", "lon": "经度", "id_number": "身份证号",
    "id_last4": "身份证后四位", "sex": "性别", "born_on": "出生", "relation": "和户主的关系", "is_head": "是户主",
    "phone": "电话", "bank_account": "银行账号", "registered_here": "户口在本地", "health": "身体", "living": "和谁住",
    "works_away": "外出", "removed_at": "移出", "extra": "表里别的栏", "tag": "标签", "from": "从哪天", "to": "到哪天",
    "place": "住处", "confirmed_on": "核实", "tags": "标签", "fields": "改回",
}  # fmt: skip
"""The fields of the register in words; those of the ledger have the words of the question that fills them."""
_QUIET = frozenset(
    {"kind", "visit", "keep", "field", "other", "given", "pinyin", "initials", "id_index", "phone_index",
     "id_warning", "code"}
)  # fmt: skip
_CONTACT = "contact."


@dataclass(frozen=True)
class FieldChange:
    """One field, before and after."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class HistoryLine:
    """One change: of whom, what, by whom and by what."""

    id: int
    at: str
    whom: str
    title: str
    who: str
    source: str
    visit: str = ""
    changes: list[FieldChange] = field(default_factory=list)


@dataclass(frozen=True)
class HistoryPage:
    """A page of changes, the latest first; `next_id` is where the next one begins, 0 on the last."""

    rows: list[HistoryLine] = field(default_factory=list)
    next_id: int = 0


def history(
    session: Session, actor: Actor, household_id: str, on: date, *, person_id: str = "", before_id: int = 0
) -> HistoryPage:
    """What became of a home and of those in it, or of one person.

    Args:
        person_id: only of this person of the home; the home's own id: only of the home itself.
        before_id: where the page begins.

    Raises:
        NotAllowed: the role does not read the register.
        NotFound: no such home in the actor's scope.
    """
    if not actor.may(Permission.REGISTER_READ):
        raise NotAllowed()
    home = queries.household(session, actor, household_id, on, looking=True)
    if home is None:
        raise NotFound("没有找到这一户，可能已转到别的村。")
    looking_service.require_sight(session, actor, home.id)
    people = {one.id: one for one in queries.everybody_of(session, home.id)}
    known = people.keys() - _closed(session, actor, people, on)
    wanted = [one for one in (home.id, *sorted(known)) if person_id in ("", one)]
    rows = _entries(session, home.id, wanted, before_id)
    words = _Words(session, home, people, [row for row, _, _ in rows[:PAGE]])
    lines = [words.line(row, name, role) for row, name, role in rows[:PAGE]]
    return HistoryPage(lines, lines[-1].id if len(rows) > PAGE else 0)


def _closed(session: Session, actor: Actor, people: Mapping[str, Person], on: date) -> set[str]:
    marks = queries.open_tags(session, list(people), on)
    children = [one.id for one in people.values() if rules.is_child(one.born_on, marks.get(one.id, ()), on)]
    return set(children) - looking_service.open_to(session, actor, children, utcnow())


def _entries(
    session: Session, home_id: str, wanted: Sequence[str], before_id: int
) -> list[tuple[AuditEntry, str | None, str | None]]:
    kinds = {"household": ([home_id] if home_id in wanted else [], HOME_VERBS),
             "person": ([one for one in wanted if one != home_id], PERSON_VERBS)}  # fmt: skip
    where = [
        and_(
            col(AuditEntry.subject_type) == kind,
            col(AuditEntry.subject_id).in_(ids),
            col(AuditEntry.action).in_([*(f"{kind}.{verb}" for verb in verbs), *MORE]),
        )
        for kind, (ids, verbs) in kinds.items()
        if ids
    ]
    if not where:
        return []
    query = select(AuditEntry, User.name, User.role).outerjoin(User, col(User.id) == col(AuditEntry.actor_id))
    query = query.where(or_(*where))
    if before_id:
        query = query.where(col(AuditEntry.id) < before_id)
    found = session.execute(query.order_by(col(AuditEntry.id).desc()).limit(PAGE + 1))
    return [(row, name, role) for row, name, role in found]


class _Words:
    """Everything that a page of changes needs to be told in words, read in a few queries."""

    def __init__(
        self, session: Session, home: Household, people: Mapping[str, Person], rows: Sequence[AuditEntry]
    ) -> None:
        self.home, self.people = home, people
        self.questions = _questions(session) if any(_of_ledger(row) for row in rows) else {}
        visits = {(row.after or {}).get("visit") for row in rows} - {None}
        self.visits = {one.id: one for one in session.scalars(select(Visit).where(col(Visit.id).in_(visits)))}
        self.imports = _imports(session, {row.subject_id for row in rows})
        codes = {value for row in rows for said in (row.before, row.after) if (value := (said or {}).get("division"))}
        self.places = divisions.places(session, codes)
        self.rows = [{"id": one.id, "name": one.name} for one in people.values()]

    def line(self, row: AuditEntry, name: str | None, role: str | None) -> HistoryLine:
        """One entry in words."""
        whom = self.people[row.subject_id].name if row.subject_id in self.people else "这一户"
        gone = "" if row.actor_id is None else "（已无此账号）"
        who = f"{name}（{ROLE_NAMES[Role(role)]}）" if name and role else gone
        visit = str((row.after or {}).get("visit") or "")
        return HistoryLine(
            id=row.id or 0, at=f"{row.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}", whom=whom, title=TITLES[row.action],
            who=who, source=self._source(row, visit), visit=visit, changes=self._changes(row),
        )  # fmt: skip

    def _source(self, row: AuditEntry, visit_id: str) -> str:
        """By what it came: a visit, a correction with its reason, an import with its file, or what was written."""
        if visit_id:
            visit = self.visits.get(visit_id)
            day = f"{visit.on.month} 月 {visit.on.day} 日" if visit else ""
            if visit is None or not visit.corrects:
                return f"{day}走访"
            return f"更正{day}走访：{visit.reason or '没有写为什么'}"
        if row.reason:
            return row.reason
        for file, by, since, until in self.imports.get(row.subject_id, ()):
            if by == row.actor_id and since <= row.at <= until:
                return f"导入《{file}》"
        return "走访" if row.action.endswith(".ledger") else ""

    def _changes(self, row: AuditEntry) -> list[FieldChange]:
        if row.action in ("household.added", "person.added", "household.removed", "person.removed"):
            return []
        before, after = row.before or {}, row.after or {}
        prefix = f"{tags.label(tags.CONTACT_KINDS, after['kind'])}·" if row.action == "contact.set" else ""
        if row.action.startswith("relation."):
            said = after or before
            other = self.people.get(said.get("other", ""))
            words = f"{tags.label(tags.RELATION_KINDS, said.get('kind'))} {other.name if other else '（不在这一户）'}"
            return [FieldChange("亲属关系", *(("", words) if after else (words, "没有了")))]
        names = [one for one in dict.fromkeys([*before, *after]) if one not in _QUIET]
        found = [
            FieldChange(
                prefix + self._name(one, row.action),
                self._value(one, before.get(one)),
                self._value(one, after.get(one)),
            )
            for one in names
        ]
        return [one for one in found if one.name and (one.before != one.after or one.name == NAMES["extra"])]

    def _name(self, code: str, action: str) -> str:
        if (action, code) == ("contact.set", "relation"):
            return "关系"
        if code in self.questions:
            return self.questions[code].label
        if code.startswith(_CONTACT):
            return tags.label(tags.CONTACT_KINDS, code.removeprefix(_CONTACT))
        return NAMES.get(code, code if "." in code else "")

    def _value(self, code: str, value: Any) -> str:
        if value is None or value == "":
            return ""
        if code in self.questions:
            return rules.masked_words(self.questions[code], value, self.rows) or _plain(value)
        if code in ("fields", "extra"):
            return "、".join(NAMES.get(one, one) for one in value if one not in _QUIET)
        if code == "division":
            return self.places.get(value, value)
        words: Mapping[Any, str] = _CODES.get(code, {})
        if words and not isinstance(value, list):
            return words.get(value, str(value))
        return _plain(value)


_CODES: dict[str, Mapping[Any, str]] = {
    "sex": tags.SEX, "health": tags.HEALTH, "living": tags.LIVING, "tag": tags.TAGS, "person.living": tags.LIVING,
    "person.health": tags.HEALTH,
}  # fmt: skip


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "、".join(_plain(one) for one in value)
    if isinstance(value, Mapping):
        return "、".join(f"{name} {_plain(one)}" for name, one in value.items())
    return str(value)[:200]


def _of_ledger(row: AuditEntry) -> bool:
    return row.action.endswith(".ledger") or row.action == "conflict.decided"


def _questions(session: Session) -> dict[str, Question]:
    """The question that fills each field of the ledger, as the present forms ask it."""
    found: dict[str, Question] = {}
    for code, _ in forms.titles(session):
        for section in forms.current(session, code).sections:
            for question in section.questions:
                if question.fills:
                    found.setdefault(question.fills, question)
    return found


def _imports(session: Session, ids: Iterable[str]) -> dict[str, list[tuple[str, str | None, Any, Any]]]:
    """The imports that touched these rows: the file, whose, and between which moments."""
    found: dict[str, list[tuple[str, str | None, Any, Any]]] = {}
    query = (
        select(
            ImportChange.row_id, ImportBatch.file_name, ImportBatch.created_by, ImportBatch.created_at,
            ImportBatch.finished_at,
        )
        .join(ImportBatch, ImportBatch.id == ImportChange.import_id)
        .where(
            col(ImportChange.row_type).in_(("household", "person")), col(ImportChange.row_id).in_(list(ids)),
            col(ImportBatch.finished_at).is_not(None),
        )
    )  # type: ignore[call-overload]  # fmt: skip
    rows = session.execute(query)
    for key, *told in rows:
        found.setdefault(key, []).append(tuple(told))
    return found
