"""How often and how much: what may be tried again and again (counted in Redis where there is one), and floods.

Everything is counted by account and device, never by address alone: a whole village shares one (CGNAT). Floods are
counted in this process without asking anybody, since each piece of a photo passes here; with several processes an
account has so many times as much.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from limits import RateLimitItemPerDay, RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter

from app.config import settings

DAY = 86_400
CHINA = 8 * 3600
READ_AGAIN = 60.0
PAGE = 50
"""Rows of one page of any list in the office."""
_MOST_KEYS = 50_000


@lru_cache(maxsize=1)
def _limiter() -> MovingWindowRateLimiter:
    address = settings().redis_url
    return MovingWindowRateLimiter(RedisStorage(address) if address else MemoryStorage())


def _kept(key: str) -> str:
    """The name under which a count is kept, perhaps in Redis: what somebody typed as a user name may be a password."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def spend(key: str, most: int, minutes: int) -> int:
    """Use one of `most` tries that a window of minutes holds; returns how many are left."""
    item = RateLimitItemPerMinute(most, minutes)
    _limiter().hit(item, _kept(key))
    return _limiter().get_window_stats(item, _kept(key)).remaining


def left(key: str, most: int, minutes: int) -> int:
    """How many of `most` tries are left, using none."""
    return _limiter().get_window_stats(RateLimitItemPerMinute(most, minutes), _kept(key)).remaining


def allowed(key: str, per_minute: int) -> int:
    """Count one try; returns 0 when it is allowed, else the seconds to wait."""
    item = RateLimitItemPerMinute(per_minute)
    if _limiter().hit(item, _kept(key)):
        return 0
    return max(1, int(_limiter().get_window_stats(item, _kept(key)).reset_time - time.time()) + 1)


@lru_cache(maxsize=1)
def _by_day() -> FixedWindowRateLimiter:
    return FixedWindowRateLimiter(_limiter().storage)


def allowed_amount(key: str, most: int, amount: int) -> int:
    """Count an amount against what a day holds; returns 0 when it is allowed, else the seconds to wait."""
    item = RateLimitItemPerDay(most)
    if amount <= most and _by_day().hit(item, _kept(key), cost=amount):
        return 0
    return max(1, int(_by_day().get_window_stats(item, _kept(key)).reset_time - time.time()) + 1)


@dataclass
class _Bucket:
    tokens: float
    at: float


class Flood:
    """Leaky buckets and day counters in memory; the county's parameters say how large they are."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._days: dict[tuple[str, str], tuple[int, int]] = {}
        self._most: Mapping[str, int] = {}
        self._read_at = float("-inf")

    @property
    def stale(self) -> bool:
        """Whether the parameters should be read again."""
        return self._clock() - self._read_at > READ_AGAIN

    def use(self, most: Mapping[str, int]) -> None:
        """The parameters as they hold now: per minute for `rate.…`, megabytes a day for `quota.…`."""
        self._most, self._read_at = dict(most), self._clock()

    def forget(self) -> None:
        """Begin anew, as at the start of the process."""
        self._buckets.clear()
        self._days.clear()
        self._most, self._read_at = {}, float("-inf")

    def wait(self, kind: str, key: str) -> int:
        """Count one request of a kind; returns 0 when it is allowed, else the seconds to wait."""
        most = self._most.get(f"rate.{kind}")
        if most is None:
            return 0
        now = self._clock()
        with self._lock:
            if len(self._buckets) > _MOST_KEYS:
                self._buckets.clear()
            bucket = self._buckets.setdefault((kind, key), _Bucket(most, now))
            bucket.tokens = min(most, bucket.tokens + (now - bucket.at) * most / 60)
            bucket.at = now
            if bucket.tokens >= 1:
                bucket.tokens -= 1
                return 0
            return max(1, round((1 - bucket.tokens) * 60 / most))

    def take(self, kind: str, key: str, size: int) -> int:
        """Count bytes of a day (of China); returns 0 when they fit, else the seconds until the next day."""
        most = self._most.get(f"quota.{kind}")
        if most is None:
            return 0
        moment = int(self._clock()) + CHINA
        today = moment // DAY
        with self._lock:
            if len(self._days) > _MOST_KEYS:
                self._days.clear()
            day, used = self._days.get((kind, key), (today, 0))
            used = used if day == today else 0
            if used + size > most * 1_000_000:
                return DAY - moment % DAY
            self._days[kind, key] = today, used + size
            return 0


flood = Flood()
