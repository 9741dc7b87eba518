"""Rate limits: how often something may be tried, counted in memory or in Redis."""

import time
from functools import lru_cache

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

from app.config import settings


@lru_cache(maxsize=1)
def _limiter() -> MovingWindowRateLimiter:
    address = settings().redis_url
    return MovingWindowRateLimiter(RedisStorage(address) if address else MemoryStorage())


def spend(key: str, most: int, minutes: int) -> int:
    """Use one of `most` tries that a window of minutes holds; returns how many are left."""
    item = RateLimitItemPerMinute(most, minutes)
    _limiter().hit(item, key)
    return _limiter().get_window_stats(item, key).remaining


def left(key: str, most: int, minutes: int) -> int:
    """How many of `most` tries are left, using none."""
    return _limiter().get_window_stats(RateLimitItemPerMinute(most, minutes), key).remaining


def allowed(key: str, per_minute: int) -> int:
    """Count one try; returns 0 when it is allowed, else the seconds to wait."""
    item = RateLimitItemPerMinute(per_minute)
    if _limiter().hit(item, key):
        return 0
    return max(1, int(_limiter().get_window_stats(item, key).reset_time - time.time()) + 1)
