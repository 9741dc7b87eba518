"""Finding people among half a million: by name, given name, pinyin, initials, last four, phone, number, village.

Each way is a prefix of an indexed column, asked village by village; equal ones come before longer ones. Only when
nothing was found, and within a township, is a name searched for what lies inside it: in a county that reads everything.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, false, or_, select
from sqlmodel import Session

from app import crypto
from app.accounts.queries import has_pairings_today
from app.accounts.schemas import Actor
from app.divisions import service as divisions
from app.households import queries
from app.households.rules import Wanted, read_word
from app.households.schemas import Hit
from models.households import Household, Person

MOST = 300
"""A search answers with this many people at most; the page says to write one more character."""
SMALL = 40
"""Up to this many villages (a large township) a name is also searched for what lies inside it."""
_LAST = "\U0010ffff"


def starts(column: Any, text: str) -> Any:
    """`column LIKE text%` as a range of an index that is ordered by code point."""
    return and_(column >= text, column < text + _LAST)


def search(session: Session, actor: Actor, text: str, on: date, *, area: str = "", most: int = MOST) -> list[Hit]:
    """People whom a search means, within the actor's scope; the best first.

    Args:
        text: words apart from each other: `毛安村 刘`, `lgy`, `0019`.
        area: only below this division.
    """
    words = [word for word in text.split()[:4] if word]
    places, rest = _places(session, actor, words, area)
    if not words:
        return []
    villages: list[Sequence[str] | None] = [places] if places else []
    if not area and has_pairings_today(session, actor, on):
        villages.append(None)
    found: dict[str, Hit] = {}
    for among in villages:
        for statement in _statements(actor, on, among, _joined([read_word(word) for word in rest])):
            rows = session.execute(statement.limit(most - len(found) + 50)).all()
            found |= {row.id: Hit(row.id, row.household_id, row.name) for row in rows if row.id not in found}
            if len(found) >= most:
                return list(found.values())[:most]
    if not found and len(places) <= SMALL:
        found = _inside(session, actor, on, villages, rest, most)
    return list(found.values())


def _places(session: Session, actor: Actor, words: list[str], area: str) -> tuple[list[str], list[str]]:
    """The villages to look in, and the words that are no place. A lone word is a place only when it names one whole."""
    within = divisions.within(session, [area] if area else list(actor.divisions))
    allowed = {one.code for one in within if any(one.code.startswith(prefix) for prefix in actor.divisions)}
    villages = {one.code for one in within if one.level == "village" and one.code in allowed}
    rest = []
    for word in words:
        named = [
            one.code
            for one in within
            if one.name == word or one.place == word or (len(words) > 1 and len(word) > 1 and one.name.startswith(word))
        ]
        if named:
            villages = {code for code in villages if code.startswith(tuple(named))}
        else:
            rest.append(word)
    return sorted(villages), rest


def _joined(words: list[Wanted]) -> list[Wanted]:
    """`liu guiying` is one name, written apart."""
    if len(words) > 1 and all(word.kind == "sound" for word in words):
        return [Wanted("sound", "".join(word.text for word in words))]
    return words


def _statements(actor: Actor, on: date, villages: Sequence[str] | None, words: list[Wanted]) -> Iterator[Any]:
    """The questions to ask one after the other, the most exact first."""
    alive = Person.removed_at.is_(None)  # type: ignore[union-attr]
    if not words:
        yield queries.people_where(actor, on, villages, alive, Person.is_head)
        return
    first, others = words[0], [_loose(word) for word in words[1:]]
    for condition in _ways(first):
        yield queries.people_where(actor, on, villages, condition, alive, *others)
    if first.kind == "code":
        homes = select(Household.id).where(starts(Household.code, first.text))
        yield queries.people_where(actor, on, villages, Person.household_id.in_(homes), Person.is_head, alive)  # type: ignore[attr-defined]


def _ways(word: Wanted) -> list[Any]:
    if word.kind == "id":
        return [Person.id_index == crypto.index(word.text, "person.id_number")]
    if word.kind == "phone":
        return [Person.phone_index == crypto.index(word.text, "person.phone")]
    if word.kind == "last4":
        return [Person.id_last4 == word.text]
    if word.kind == "sound":
        return [Person.initials == word.text, Person.pinyin == word.text,
                starts(Person.initials, word.text), starts(Person.pinyin, word.text)]  # fmt: skip
    if word.kind == "name":
        return [Person.name == word.text, starts(Person.name, word.text), starts(Person.given, word.text)]
    return []


def _loose(word: Wanted) -> Any:
    """Any of a word's ways at once, to narrow what another word has found."""
    ways = _ways(word)
    return or_(*ways) if ways else false()


def _inside(
    session: Session, actor: Actor, on: date, villages: Sequence[Any], rest: list[str], most: int
) -> dict[str, Hit]:
    """The last try: the word somewhere inside a name."""
    if len(rest) != 1 or read_word(rest[0]).kind != "name":
        return {}
    inside = Person.name.contains(rest[0], autoescape=True)  # type: ignore[attr-defined]
    alive = Person.removed_at.is_(None)  # type: ignore[union-attr]
    found: dict[str, Hit] = {}
    for among in villages:
        rows = session.execute(queries.people_where(actor, on, among, inside, alive).limit(most))
        found |= {row.id: Hit(row.id, row.household_id, row.name) for row in rows}
    return found
