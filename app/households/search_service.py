"""Finding people and homes: by name, given name, pinyin, initials, last four, phone, number, village, group.

Each way is a prefix of an indexed column, asked village by village; who is called exactly so comes before longer
names. What is written may be a place as well as a name (毛安 is both): people come first, then the homes of the place.
Only when nothing was found, and within a township, is a name searched for what lies inside it: in a county that
reads everything.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, false, or_, select
from sqlmodel import Session

from app import crypto
from app.accounts.queries import has_pairings_today
from app.accounts.schemas import Actor
from app.divisions import service as divisions
from app.divisions.rules import place_sounds
from app.divisions.schemas import DivisionView
from app.households import queries
from app.households.rules import Wanted, group_spellings, read_word, sound_of_query
from app.households.schemas import Hit
from models.households import Household, Person

MOST = 300
"""A search answers with this many people at most; the page says to write one more character."""
SMALL = 40
"""Up to this many villages (a large township) a name is also searched for what lies inside it."""
FEW = 1500
"""Up to this many homes of a group are looked into one by one; of more, everybody found is asked for their group."""
WORDS = 6
_LAST = "\U0010ffff"
_sounds = lru_cache(maxsize=4096)(place_sounds)


def starts(column: Any, text: str) -> Any:
    """`column LIKE text%` as a range of an index that is ordered by code point."""
    return and_(column >= text, column < text + _LAST)


@dataclass(frozen=True)
class Asked:
    """One way to read what was written: in which villages and groups to look, and for which words.

    `own` are the villages of the actor's area; homes paired with the actor are looked for in `villages` too.
    """

    villages: tuple[str, ...]
    own: tuple[str, ...]
    words: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    placed: bool = False
    paired: bool = False


class _Places:
    """The divisions an actor may look in, asked by what somebody writes."""

    def __init__(self, within: Sequence[DivisionView]) -> None:
        self.within = within
        self.villages = tuple(one.code for one in within if one.level == "village")

    def _codes(self, means: Callable[[DivisionView], bool]) -> tuple[str, ...]:
        return tuple(one.code for one in self.within if means(one))

    def named(self, word: str) -> tuple[str, ...]:
        """The places that are called just so, with or without their township."""
        return self._codes(lambda one: word in (one.name, one.place))

    def begun(self, word: str) -> tuple[str, ...]:
        """The places whose names begin so."""
        return self._codes(lambda one: len(word) > 1 and (one.name.startswith(word) or one.place.startswith(word)))

    def sounding(self, word: str) -> tuple[str, ...]:
        """The places whose pinyin or initials begin so."""
        sound = sound_of_query(word) if word.isascii() and word.isalpha() else ""
        if len(sound) < 2:
            return ()
        return self._codes(
            lambda one: any(heard.startswith(sound) for heard in (*_sounds(one.name), *_sounds(one.place)))
        )

    def parted(self, word: str) -> list[str]:
        """`毛安村一组` is a place and its group, written together."""
        for at in range(len(word) - 2, 1, -1):
            if group_spellings(word[at:]) and self.begun(word[:at]):
                return [word[:at], word[at:]]
        return [word]


def read(session: Session, actor: Actor, text: str, on: date, *, area: str = "") -> list[Asked]:
    """How a search may be meant, the likeliest first: words as people, then words that may be places as places.

    Args:
        text: words apart from each other: `毛安村 刘`, `lgy`, `0019`, `毛安 一组`.
        area: only below this division.
    """
    words = unicodedata.normalize("NFKC", text).split()[:WORDS]
    if not words:
        return []
    paired = not area and has_pairings_today(session, actor, on)
    areas = [area] if area else [*actor.divisions, *(queries.paired_divisions(session, actor, on) if paired else ())]
    places = _Places([
        one for one in divisions.within(session, areas)
        if not area or any(one.code.startswith(prefix) for prefix in actor.divisions)
    ])  # fmt: skip
    words = [part for word in words for part in (places.parted(word) if re.search("组$", word) else [word])]
    many = len(words) > 1
    first = _reading(places, words, actor, paired, lambda one: places.named(one) or (many and places.begun(one)) or ())
    loose = _reading(places, words, actor, paired, lambda one: places.begun(one) or places.sounding(one))
    return [first, loose] if loose.villages and loose.words != first.words else [first]


def _reading(
    places: _Places, words: Sequence[str], actor: Actor, paired: bool, means: Callable[[str], tuple[str, ...]]
) -> Asked:
    villages, groups, rest = places.villages, [], []
    for word in words:
        if spellings := group_spellings(word):
            groups += spellings
        elif codes := means(word):
            villages = tuple(code for code in villages if code.startswith(codes))
        else:
            rest.append(word)
    own = tuple(code for code in villages if code.startswith(tuple(actor.divisions)))
    return Asked(villages, own, tuple(rest), tuple(groups), len(rest) < len(words), paired)


def of_place(session: Session, actor: Actor, said: Sequence[Asked], on: date) -> Asked | None:
    """The reading that names a place and nothing else, when nobody is called so: its homes are a list, not a search."""
    last = said[-1]
    if last.words:
        return None
    return last if len(said) == 1 or not _people(session, actor, said[0], on, 1) else None


def after_people(said: Sequence[Asked]) -> tuple[Sequence[Asked], Asked | None]:
    """The readings that look for people, and the one whose homes follow them because it names a place alone."""
    return (said[:-1], said[-1]) if len(said) > 1 and not said[-1].words else (said, None)


def search(session: Session, actor: Actor, text: str, on: date, *, area: str = "", most: int = MOST) -> list[Hit]:
    """People whom a search means, within the actor's scope; the best first. Arguments as for `read`."""
    return find(session, actor, read(session, actor, text, on, area=area), on, most)


def find(session: Session, actor: Actor, said: Sequence[Asked], on: date, most: int = MOST) -> list[Hit]:
    """People whom a search means, as `read` understood it; the best first."""
    found: dict[str, Hit] = {}
    for asked in said:
        found |= {key: hit for key, hit in _people(session, actor, asked, on, most).items() if key not in found}
        if len(found) >= most:
            break
    if said and not found and len(said[0].villages) <= SMALL:
        found = _inside(session, actor, on, said[0], most)
    return _best_first(found, said[0].words if said else ())[:most]


def _best_first(found: dict[str, Hit], words: Sequence[str]) -> list[Hit]:
    """Who is called exactly so comes before longer names."""
    return sorted(found.values(), key=lambda hit: hit.name not in words)


def _scopes(asked: Asked) -> list[Sequence[str] | None]:
    """Where to ask: in the villages of the area, and (None) among the homes paired with the actor."""
    scopes: list[Sequence[str] | None] = [asked.own] if asked.own else []
    return [*scopes, None] if asked.paired else scopes


def _people(session: Session, actor: Actor, asked: Asked, on: date, most: int) -> dict[str, Hit]:
    """The people of one reading; a place alone means the heads of its homes."""
    found: dict[str, Hit] = {}
    meant = _joined([read_word(word) for word in asked.words])
    homes = queries.few_in_groups(session, asked.own, asked.groups, FEW) if asked.groups else None
    narrowed = [_alive(), *_grouped(asked, homes), *(_loose(word) for word in meant[1:])]
    for among in _scopes(asked):
        there = [Person.division.in_(asked.villages)] if among is None and asked.placed else []  # type: ignore[attr-defined]

        def rows(condition: Any, among: Sequence[str] | None = among, there: list[Any] = there) -> Sequence[Any]:
            statement = queries.people_where(session, actor, on, among, condition, *narrowed, *there, homes=homes)
            return session.execute(statement.limit(most)).all()

        crowded = False
        for condition in _ways(meant):
            some = rows(condition)
            if len(some) == most and not crowded:
                crowded = True
                some = [*(row for way in _exactly(meant) for row in rows(way)), *some]
            found |= {row.id: Hit(row.id, row.household_id, row.name) for row in some if row.id not in found}
            if len(found) >= most:
                return found
    return found


def _grouped(asked: Asked, homes: Sequence[str] | None = None) -> list[Any]:
    """That a person lives in one of the groups; nothing to ask where their few homes are named, nobody being paired."""
    if not asked.groups or (homes is not None and not asked.paired):
        return []
    home = select(Household.id).where(Household.id == Person.household_id, Household.group.in_(asked.groups))  # type: ignore[union-attr]
    return [home.exists()]


def _alive() -> Any:
    return Person.removed_at.is_(None)  # type: ignore[union-attr]


def _joined(words: list[Wanted]) -> list[Wanted]:
    """`liu guiying` is one name, written apart."""
    if len(words) > 1 and all(word.kind == "sound" for word in words):
        return [Wanted("sound", "".join(word.text for word in words))]
    return words


def _ways(words: list[Wanted]) -> list[Any]:
    """The conditions of the first word, to ask one after the other."""
    if not words:
        return [Person.is_head]
    first, ways = words[0], _ways_of(words[0])
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


def _exactly(words: list[Wanted]) -> list[Any]:
    """That somebody is called the word itself, for when the longer names would crowd them out; each by an index."""
    if not words:
        return []
    columns = (Person.initials, Person.pinyin) if words[0].kind == "sound" else (Person.name, Person.given)
    return [column == words[0].text for column in columns]


def _loose(word: Wanted) -> Any:
    """Any of a word's ways at once, to narrow what another word has found."""
    ways = _ways_of(word)
    return or_(*ways) if ways else false()


def _inside(session: Session, actor: Actor, on: date, asked: Asked, most: int) -> dict[str, Hit]:
    """The last try: the word somewhere inside a name."""
    if len(asked.words) != 1 or read_word(asked.words[0]).kind != "name":
        return {}
    inside = Person.name.contains(asked.words[0], autoescape=True)  # type: ignore[attr-defined]
    found: dict[str, Hit] = {}
    for among in _scopes(asked):
        query = queries.people_where(session, actor, on, among, inside, _alive(), *_grouped(asked))
        found |= {row.id: Hit(row.id, row.household_id, row.name) for row in session.execute(query.limit(most))}
    return found
