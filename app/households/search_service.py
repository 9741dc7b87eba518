"""Finding people among half a million: by name, given name, pinyin, initials, last four, phone, number, village.

Each way is a prefix of an indexed column, asked village by village; who is called exactly so comes before longer
names. Only when nothing was found, and within a township, is a name searched for what lies inside it: in a county
that reads everything.
"""

from collections.abc import Sequence
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
    meant = _joined([read_word(word) for word in rest])
    for among in villages:
        for condition in _ways(meant):
            statement = queries.people_where(session, actor, on, among, condition, _alive())
            rows = session.execute(statement.limit(most)).all()
            if len(rows) == most and meant:
                rows = [*session.execute(statement.where(_exactly(meant[0])).limit(most)), *rows]
            found |= {row.id: Hit(row.id, row.household_id, row.name) for row in rows if row.id not in found}
            if len(found) >= most:
                return _best_first(found, rest)[:most]
    if not found and len(places) <= SMALL:
        found = _inside(session, actor, on, villages, rest, most)
    return _best_first(found, rest)


def _best_first(found: dict[str, Hit], words: list[str]) -> list[Hit]:
    """Who is called exactly so comes before longer names."""
    return sorted(found.values(), key=lambda hit: hit.name not in words)


def _alive() -> Any:
    return Person.removed_at.is_(None)  # type: ignore[union-attr]


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


def _ways(words: list[Wanted]) -> list[Any]:
    """The conditions to ask one after the other; what the first word finds is narrowed by the others."""
    if not words:
        return [Person.is_head]
    first, others = words[0], [_loose(word) for word in words[1:]]
    ways = [and_(way, *others) for way in _ways_of(first)]
    if first.kind == "code":
        homes = select(Household.id).where(starts(Household.code, first.text))
        ways.append(and_(Person.household_id.in_(homes), Person.is_head))  # type: ignore[attr-defined]
    return ways


def _ways_of(word: Wanted) -> list[Any]:
    if word.kind == "id":
        return [Person.id_index == crypto.index(word.text, "person.id_number")]
    if word.kind == "phone":
        return [Person.phone_index == crypto.index(word.text, "person.phone")]
    if word.kind == "last4":
        return [Person.id_last4 == word.text]
    if word.kind == "sound":
        return [starts(Person.initials, word.text), starts(Person.pinyin, word.text)]
    if word.kind == "name":
        return [starts(Person.name, word.text), starts(Person.given, word.text)]
    return []


def _exactly(word: Wanted) -> Any:
    """That a name is the word itself, for when the longer ones would crowd it out."""
    if word.kind == "sound":
        return or_(Person.initials == word.text, Person.pinyin == word.text)
    return or_(Person.name == word.text, Person.given == word.text)


def _loose(word: Wanted) -> Any:
    """Any of a word's ways at once, to narrow what another word has found."""
    ways = _ways_of(word)
    return or_(*ways) if ways else false()


def _inside(
    session: Session, actor: Actor, on: date, villages: Sequence[Any], rest: list[str], most: int
) -> dict[str, Hit]:
    """The last try: the word somewhere inside a name."""
    if len(rest) != 1 or read_word(rest[0]).kind != "name":
        return {}
    inside = Person.name.contains(rest[0], autoescape=True)  # type: ignore[attr-defined]
    found: dict[str, Hit] = {}
    for among in villages:
        rows = session.execute(queries.people_where(session, actor, on, among, inside, _alive()).limit(most))
        found |= {row.id: Hit(row.id, row.household_id, row.name) for row in rows}
    return found
