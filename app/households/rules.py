"""What an ID number says, how a name sounds, how things are masked. Pure: a day is always a parameter.

GB 11643-1999: 6 area + 8 birthday + 3 order (17th digit odd = male) + check digit. Sex, birthday and age come from
the number and are never asked again (domain §0.2).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from pypinyin import Style, lazy_pinyin, load_single_dict
from stdnum.cn import ric
from stdnum.exceptions import ValidationError as NumberError

from app.accounts.rules import Role
from app.forms.rules import answer_words
from app.forms.schemas import Question

NEAR = frozenset({Role.VILLAGE, Role.PAIRED, Role.TOWN_CLERK, Role.TOWN_APPROVER})
"""Who knows the children by name."""
OLDEST = 120
ADULT_AGE = 18
"""Below it a reason must be given before the record is opened (domain §5.1)."""
LOOK_REASONS = {"identity": "核对身份", "benefit": "办理待遇", "contact": "联系本人"}
"""Why somebody looks behind a mask, by code; anything else is said in words (其他)."""
OTHER = "other"
_WHY_LONGEST = 200
WARNINGS = {
    "id_length": "号码位数不对",
    "id_characters": "号码里有不该有的字",
    "id_date": "号码里的生日不存在",
    "id_future": "号码里的生日还没到",
    "id_old": "按号码算超过 120 岁",
    "id_check": "号码最后一位对不上",
}
"""What is wrong with a number that was taken in as written (`person.id_warning`)."""

_MOBILE = re.compile(r"1[0-9]{10}")
_FULL = re.compile(r"[1-9]\d{16}[\dX]")
_OLD = re.compile(r"[1-9]\d{14}")
_HAN = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_FIXED_LINE = re.compile(r"0[0-9]{2,3}-[0-9]{7,8}")
_GAP = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")

_PAIRS = (
    "欧阳司马上官诸葛东方皇甫尉迟令狐夏侯慕容长孙宇文司徒司空公孙端木轩辕万俟申屠"
    "南宫西门独孤百里呼延钟离闻人赫连澹台淳于单于太叔濮阳公冶宗政鲜于闾丘仲孙东郭第五"
)
COMPOUND = frozenset(_PAIRS[at : at + 2] for at in range(0, len(_PAIRS), 2))
_SURNAMES = {
    "单": "shan", "解": "xie", "曾": "zeng", "仇": "qiu", "查": "zha", "区": "ou", "朴": "piao", "盖": "ge",
    "任": "ren", "缪": "miao", "翟": "zhai", "华": "hua", "乐": "yue", "折": "she", "黑": "he", "秘": "bi",
    "种": "chong", "员": "yun", "洗": "xian", "召": "shao", "盛": "sheng", "宁": "ning", "纪": "ji", "覃": "qin",
    "尹": "yin", "车": "che", "谌": "chen", "尉迟": "yuchi", "万俟": "moqi", "令狐": "linghu",
    "长孙": "zhangsun", "单于": "chanyu", "澹台": "tantai",
}  # fmt: skip
"""Characters that sound otherwise as a surname; compound ones are cut where their syllables meet below."""

_RARE = {"𠮷": "jí", "𬭎": "hóng", "𫖯": "fǔ", "𣲗": "wéi", "𬱖": "dí", "𫍽": "xuān", "𬘡": "yīn", "䶮": "yǎn"}
load_single_dict({ord(character): sound for character, sound in _RARE.items()})


class IdFacts(NamedTuple):
    """What an ID number says. `warning` is a key of `WARNINGS`, or None for a sound number."""

    number: str
    sex: int = 0
    born_on: date | None = None
    warning: str | None = None

    @property
    def last4(self) -> str:
        """The last four characters, by which people look each other up."""
        return self.number[-4:]


def normal_id(text: str) -> str:
    """An ID number in half-width characters, without spaces and dashes, with a capital X."""
    if text.isascii() and text.isalnum():
        return text.upper()
    wide = unicodedata.normalize("NFKC", text).upper()
    return "".join(char for char in wide if char.isascii() and char.isalnum())


def check_digit(first17: str) -> str:
    """The 18th character that belongs to the 17 before it (ISO 7064 MOD 11-2)."""
    return ric.calc_check_digit(first17 + "0")


def expand_old(number: str) -> str:
    """The 18-character form of a 15-digit number (given out until 1999: year 19yy)."""
    first17 = f"{number[:6]}19{number[6:]}"
    return first17 + check_digit(first17)


def whole_id(text: str) -> str:
    """An ID number in its normal form, the old 15 digits made 18."""
    number = normal_id(text)
    return expand_old(number) if _OLD.fullmatch(number) else number


def area_known(number: str) -> bool:
    """Whether the first six digits were ever a county; only a hint, since old and merged codes are missing."""
    try:
        return bool(ric.get_birth_place(number))
    except (NumberError, KeyError, ValueError):
        return False


def read_id(text: str, on: date) -> IdFacts:
    """What an ID number says; never refuses, a fault becomes a warning.

    Args:
        text: the number as written, 18 characters or the old 15 digits.
        on: the day against which a birthday may lie in the future.
    """
    number = whole_id(text)
    if len(number) != 18:
        return IdFacts(number, warning="id_length")
    if not _FULL.fullmatch(number):
        return IdFacts(number, warning="id_characters")
    sex = 1 if int(number[16]) % 2 else 2
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return IdFacts(number, sex, None, "id_date")
    if born > on:
        return IdFacts(number, sex, None, "id_future")
    if number[17] != check_digit(number[:17]):
        return IdFacts(number, sex, born, "id_check")
    if age_on(born, on) > OLDEST:
        return IdFacts(number, sex, born, "id_old")
    return IdFacts(number, sex, born)


def age_on(born: date, on: date) -> int:
    """Completed years on a day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def normal_name(text: str) -> str:
    """A name without the spaces put in for alignment, without control and zero-width characters."""
    if text.isalnum():
        return text
    clean = "".join(char for char in text if char.isspace() or unicodedata.category(char) not in {"Cc", "Cf", "Cs"})
    return _GAP.sub("", " ".join(clean.split()))


def surname_of(name: str) -> str:
    """The family name: two characters where they are one of the compound ones."""
    return name[:2] if name[:2] in COMPOUND and len(name) > 2 else name[:1]


def given_of(name: str) -> str:
    """The name without the family name, by which neighbours call each other: 桂英 of 刘桂英."""
    return name[len(surname_of(name)) :]


@lru_cache(maxsize=50_000)
def name_sounds(name: str) -> tuple[str, str]:
    """(pinyin, initials) of a name, for search: `欧阳娜` → (`ouyangna`, `oyn`); emoji and punctuation have no sound."""
    surname = surname_of(name)
    first = _surname_syllables(surname)
    rest = lazy_pinyin(name[len(surname) :], style=Style.NORMAL, errors=_foreign)
    syllables = [part for part in (*first, *rest) if part]
    return "".join(syllables)[:160], "".join(part[0] for part in syllables)[:64]


def _surname_syllables(surname: str) -> list[str]:
    plain = lazy_pinyin(surname, style=Style.NORMAL, errors=_foreign)
    special = _SURNAMES.get(surname)
    if special is None:
        return plain
    if len(surname) == 1:
        return [special]
    last = {"尉迟": 2, "万俟": 2, "令狐": 4, "长孙": 5, "单于": 4, "澹台": 3}[surname]
    return [special[:last], special[last:]]


def _foreign(characters: str) -> list[str] | None:
    """Latin letters and digits sound as they are written; anything else is silent."""
    words = re.findall(r"[a-z0-9]+", unicodedata.normalize("NFKC", characters).lower())
    return words or None


def sound_of_query(text: str) -> str:
    """What somebody typed, as the pinyin columns write it: lower case, ü as v, no spaces."""
    lowered = unicodedata.normalize("NFC", text.lower()).replace("ü", "v")
    return re.sub(r"[^a-z0-9]", "", lowered)


def normal_phone(text: str) -> str | None:
    """A phone number as digits, without +86, dashes and spaces; None where no number is left."""
    if _MOBILE.fullmatch(text):
        return text
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    if len(digits) in {13, 15} and digits.startswith(("86", "0086")):
        digits = digits[-11:]
    return digits if 5 <= len(digits) <= 15 else None


def written_phone(text: str) -> str | None:
    """A phone number as it is kept: digits, a fixed line with the dash behind its area code where it was written."""
    if _MOBILE.fullmatch(text):
        return text
    wide = unicodedata.normalize("NFKC", text).strip()
    return wide if _FIXED_LINE.fullmatch(wide) else normal_phone(text)


def mask_id(number: str | None) -> str:
    """`349927********0019`: the first six and the last four (domain §5.2)."""
    if not number:
        return ""
    return number[:6] + "*" * max(0, len(number) - 10) + number[-4:] if len(number) > 10 else "*" * len(number)


def mask_phone(number: str | None) -> str:
    """`138****5678`."""
    if not number:
        return ""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 9 else "*" * max(0, len(number) - 2) + number[-2:]


def masked_words(question: Question, raw: Any, people: Sequence[Mapping[str, Any]] = ()) -> str:
    """An answer in words as the office reads it: a telephone number stays behind its mask."""
    words = answer_words(question, raw, people)
    return mask_phone(words) if question.type == "phone" else words


def mask_bank(account: str | None) -> str:
    """`**** 1234`: the last four only."""
    return f"**** {account[-4:]}" if account and len(account) > 8 else ("****" if account else "")


_IN_WORDS = re.compile(r"(?<!\d)(\d{17}[\dXx]|\d{15,19}|1[3-9]\d{9})(?![\dXx])")


def mask_words(text: str | None) -> str:
    """Running text with the numbers of people in it behind their masks: ID, bank account, mobile phone."""

    def masked(found: re.Match[str]) -> str:
        number = found[0]
        kinds = {11: mask_phone, 15: mask_id, 18: mask_id}
        return kinds.get(len(number), mask_bank)(number)

    return _IN_WORDS.sub(masked, text or "")


def mask_name(name: str) -> str:
    """`王*`, `欧阳**`: for lists seen outside the village team."""
    surname = surname_of(name)
    return surname + "*" * max(1, len(name) - len(surname))


def child_name(name: str, role: Role) -> str:
    """A child's name as a role sees it in lists: whole near home, the family name elsewhere."""
    return name if role in NEAR else mask_name(name)


@dataclass(frozen=True)
class Wanted:
    """One word of a search and what it may be: `id`, `phone`, `last4`, `code`, `sound` or `name`."""

    kind: str
    text: str


def read_word(word: str) -> Wanted:
    """What a word of a search means: a number by its length, letters as pinyin or initials, characters as a name."""
    wide = unicodedata.normalize("NFKC", word).strip()
    plain = re.sub(r"[\s-]", "", wide).upper()
    if re.fullmatch(r"\d{17}[\dX]", plain) or _OLD.fullmatch(plain):
        return Wanted("id", expand_old(plain) if len(plain) == 15 else plain)
    if re.fullmatch(r"1\d{10}", plain):
        return Wanted("phone", plain)
    if re.fullmatch(r"\d{3}[\dX]", plain):
        return Wanted("last4", plain)
    if re.fullmatch(r"[A-Z]?\d{5,20}", plain):
        return Wanted("code", plain)
    if re.search(rf"[{_HAN}]", wide):
        return Wanted("name", normal_name(wide))
    sound = sound_of_query(wide)
    return Wanted("sound", sound) if sound else Wanted("name", wide)


_GROUP = re.compile(r"第?(.{1,8}?)(?:村民)?小?组")
_HAN_DIGITS = "零一二三四五六七八九"


def _han_number(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else _HAN_DIGITS[tens]) + ("十" if tens else "") + (_HAN_DIGITS[ones] if ones else "")


_HAN_NUMBERS = {_han_number(number): number for number in range(1, 100)}


def group_spellings(word: str) -> tuple[str, ...]:
    """How a register may write the group that a word of a search names; empty for a word that names none.

    `一组`, `1组` and `第一组` are one; the register has `1`, `一组` or `第1组`, as its ledger had it.
    """
    found = _GROUP.fullmatch(word)
    if not found:
        return ()
    core = found[1]
    number = int(core) if core.isdecimal() else _HAN_NUMBERS.get(core)
    cores = {core} if number is None or not 0 < number < 100 else {str(number), _han_number(number)}
    return tuple(sorted(spelling.format(one) for one in cores for spelling in ("{}", "{}组", "{}村民组", "第{}组")))


def look_reason(said: str) -> str | None:
    """Why somebody looks, in the words that are kept, from a code of `LOOK_REASONS` or said in own words (其他).

    None where it says nothing.
    """
    why = " ".join(said.split())[:_WHY_LONGEST]
    why = LOOK_REASONS.get(why, why)
    return why if len(why) >= 2 and why not in (OTHER, "其他") else None


def is_child(born_on: date | None, marks: Iterable[str], on: date) -> bool:
    """Whether a record is a child's: by the birthday, or where none is known by a mark that only children have."""
    if born_on is not None:
        return age_on(born_on, on) < ADULT_AGE
    return any(mark.startswith("child_") for mark in marks)
