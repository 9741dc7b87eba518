"""结对帮扶: who is responsible for a home, the plan of the year, measures for each person. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

CAUSES = (
    "因病", "因残", "因学", "因灾", "缺土地", "缺水", "缺技术", "缺劳力", "缺资金", "交通落后", "自身动力不足", "住房",
)  # fmt: skip
"""致贫或风险原因, in the words of the national list (domain §0.2)."""
KINDS: dict[str, str] = {
    "industry": "产业", "work": "就业", "health": "健康", "schooling": "教育", "housing": "住房",
    "safety_net": "兜底", "company": "关爱", "care": "照护", "other": "其他",
}  # fmt: skip
PROGRESS: dict[str, str] = {"planned": "还没开始", "going": "在做", "done": "做完了", "stopped": "不做了"}
NOTS: dict[str, str] = {
    "pairing.keep_duty": "摘帽不摘责任", "pairing.keep_policy": "摘帽不摘政策", "pairing.keep_help": "摘帽不摘帮扶",
    "pairing.keep_watch": "摘帽不摘监管",
}  # fmt: skip
"""四个不摘: the fields of the home's ledger that say whether each is kept."""
SIX: dict[str, str] = {
    "food": "吃", "clothes": "穿", "schooling": "上学", "doctor": "看病", "housing": "住房", "water": "喝水",
}  # fmt: skip
"""两不愁三保障和饮水, as the safety section of the visit asks it."""
STATES: dict[str, str] = {"ok": "达标", "bad": "不达标", "na": "不适用"}
MODES: dict[str, str] = {
    "home": "上门", "phone": "电话", "video": "视频", "wechat": "微信", "neighbour": "托邻居看",
}  # fmt: skip
FACE_TO_FACE = "home"
"""Every other way of contact is 不见面: it counts, and is told by its name."""


def holds(from_on: date | None, to_on: date | None, on: date) -> bool:
    """Whether an official is responsible for a home on a day; `to_on` is the last day."""
    return (from_on is None or from_on <= on) and (to_on is None or to_on >= on)


class Helper(NamedTuple):
    """What tells officials of one name apart; `here` where they help or helped in the area of the list."""

    phone: str | None
    unit: str | None
    here: bool


def same_helper(phone: str | None, unit: str | None, namesakes: Sequence[Helper]) -> list[int]:
    """Which of the known officials of that name a list may mean, by their places; one of them only where it is sure.

    By telephone; else those of the unit. Where one side names no unit, those of the name within the area.

    Args:
        phone: as the list gives it, comparable with theirs.
    """
    if phone:
        own = [at for at, one in enumerate(namesakes) if one.phone == phone]
        if own:
            return own[:1]
    left = [at for at, one in enumerate(namesakes) if not (phone and one.phone)]
    here = [at for at in left if namesakes[at].here]
    if not unit:
        return here
    exact = [at for at in left if _plain(namesakes[at].unit) == _plain(unit)]
    return exact or (here if len(here) == 1 and not namesakes[here[0]].unit else [])


def _plain(unit: str | None) -> str:
    return "".join((unit or "").split())


@dataclass(frozen=True)
class Gap:
    """A home that nobody is responsible for: since when, and from which day on it is too long."""

    since: date | None
    late_on: date | None

    def late(self, on: date) -> bool:
        """Whether somebody should have stepped in by now."""
        return self.late_on is None or on > self.late_on


def gap(terms: Iterable[tuple[date | None, date | None]], on: date, replace_days: int) -> Gap | None:
    """The gap of a home on a day, from all its pairings; None while somebody is responsible.

    A home that never had anybody is late at once.
    """
    each = list(terms)
    if any(holds(first, last, on) for first, last in each):
        return None
    ended = [last for _, last in each if last is not None and last < on]
    if not ended:
        return Gap(None, None)
    last = max(ended)
    return Gap(last + timedelta(days=1), last + timedelta(days=replace_days))


def unanswered(causes: Sequence[str], kinds: Iterable[str], needs: Mapping[str, str]) -> list[str]:
    """The causes of a plan for which it has no measure of the kind they need (R47).

    Args:
        needs: cause → kind of measure, as the parameter `rules.R47_needs` says.
    """
    there = set(kinds)
    return [cause for cause in causes if needs.get(cause) and needs[cause] not in there]


def plan_problems(
    causes: Sequence[str] | None, kinds: Sequence[str], needs: Mapping[str, str], aim_fen: int | None, text: str | None,
    without: Sequence[str] = (),
) -> list[str]:  # fmt: skip
    """What a plan of the year lacks, as sentences; `causes` None where there is no plan.

    Args:
        without: the names of the people of the home who have no measure.
    """
    if causes is None:
        return ["今年还没有方案。"]
    found = ["还没写致贫或风险原因。"] if not causes else []
    found += [f"{cause}，还没有{KINDS[needs[cause]]}措施。" for cause in unanswered(causes, kinds, needs)]
    found += [f"{'、'.join(without)}还没有措施。"] if without else []
    found += ["还没写全年收入目标。"] if aim_fen is None else []
    return found + ([] if text else ["还没写怎么帮。"])


def six_state(ledger: Mapping[str, Any]) -> dict[str, str]:
    """The six items of a home as visits found them last: ok, bad, na; empty where nobody has looked."""
    return {item: str((ledger.get(f"household.{item}") or {}).get("value") or "") for item in SIX}


def failing(state: Mapping[str, str]) -> list[str]:
    """The items that do not reach the standard, in words."""
    return [words for item, words in SIX.items() if state.get(item) == "bad"]


def distance(home: str, other: str) -> int:
    """How far two villages are for who steps in: 0 the same village, 1 the same township, 2 the county."""
    if home == other:
        return 0
    return 1 if home[:9] == other[:9] else 2
