"""Has this picture been here before? One against all hashes of the county, in memory.

A million 64-bit hashes are 8 MB: XOR and count bits over all of them takes about a millisecond, so there is no index
to keep. The array is filled once and then follows the table; it belongs to the worker process and can always be made
again.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import select
from sqlmodel import Session

from models.photos import Photo

BLOCK = 1 << 15
"""So many hashes at a time stay in the processor's cache."""
OVERLAP = timedelta(minutes=10)
"""Rows may be committed later than their `processed_at` says; so far back is read again."""


@dataclass(frozen=True)
class Near:
    """A picture that resembles another: its sha256, and the bits in which the hashes differ."""

    sha256: str
    distance: int


class HashIndex:
    """All hashes of the county, in the order in which they arrived."""

    def __init__(self) -> None:
        self._hashes = np.empty(1024, dtype=np.uint64)
        self._names = np.empty((1024, 32), dtype=np.uint8)
        self._count = 0
        self._until: datetime | None = None
        self._recent: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return self._count

    def add(self, rows: Iterable[tuple[str, int]]) -> None:
        """Add pictures: (sha256 as hex, signed 64-bit hash)."""
        rows = list(rows)
        if not rows:
            return
        end = self._count + len(rows)
        if end > len(self._hashes):
            size = max(end, 2 * len(self._hashes))
            self._hashes = np.resize(self._hashes, size)
            self._names = np.resize(self._names, (size, 32))
        self._hashes[self._count : end] = np.array([value for _, value in rows], dtype=np.int64).view(np.uint64)
        names = np.frombuffer(bytes.fromhex("".join(sha256 for sha256, _ in rows)), dtype=np.uint8)
        self._names[self._count : end] = names.reshape(-1, 32)
        self._count = end

    def refresh(self, session: Session) -> None:
        """Take in what was processed since the last time."""
        with self._lock:
            query = select(Photo.sha256, Photo.phash, Photo.processed_at).where(Photo.phash.is_not(None))  # type: ignore[call-overload, union-attr]
            if self._until is not None:
                query = query.where(Photo.processed_at >= self._until - OVERLAP)
            for block in session.execute(query.order_by(Photo.processed_at)).partitions(20_000):
                fresh = [row for row in block if row.sha256 not in self._recent]
                self.add((row.sha256, row.phash) for row in fresh)
                self._recent.update((row.sha256, row.processed_at) for row in fresh)
                self._until = block[-1].processed_at
                horizon = self._until - OVERLAP
                self._recent = {name: at for name, at in self._recent.items() if at >= horizon}

    def near(self, hashes: Sequence[int], most: int, *, but: str = "", limit: int = 50) -> list[Near]:
        """Pictures within `most` bits of any of these hashes, nearest first.

        Args:
            hashes: of one picture in its orientations, signed.
            most: the largest distance of interest.
            but: a sha256 to leave out: the picture itself.
            limit: how many at most.
        """
        if not hashes or not self._count:
            return []
        with self._lock:
            best = self._distances(np.array(hashes, dtype=np.int64).view(np.uint64))
            found = np.flatnonzero(best <= most)
            order = found[np.argsort(best[found], kind="stable")]
            return [
                Near(name, int(best[place]))
                for place in order[: limit + 1]
                if (name := self._names[place].tobytes().hex()) != but
            ][:limit]

    def _distances(self, asked: np.ndarray) -> np.ndarray:
        best = np.full(self._count, 64, dtype=np.uint8)
        differs, bits = np.empty(BLOCK, dtype=np.uint64), np.empty(BLOCK, dtype=np.uint8)
        for start in range(0, self._count, BLOCK):
            block = self._hashes[start : min(start + BLOCK, self._count)]
            part, size = best[start : start + len(block)], len(block)
            for one in asked:
                np.bitwise_xor(block, one, out=differs[:size])
                np.bitwise_count(differs[:size], out=bits[:size])
                np.minimum(part, bits[:size], out=part)
        return best
