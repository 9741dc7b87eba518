"""A second process that follows the feed while others write: whatever it has passed must never change behind it."""

import json
import sys
import time

from sqlmodel import select

from app.db import reading
from models.feed import FeedRow


def follow(wanted: int, seconds: float) -> list[str]:
    """The rows seen by always asking only for what lies behind the last position."""
    seen: list[str] = []
    last, deadline = 0, time.monotonic() + seconds
    while len(set(seen)) < wanted and time.monotonic() < deadline:
        with reading() as session:
            rows = session.exec(select(FeedRow).where(FeedRow.position > last).order_by(FeedRow.position)).all()
        for row in rows:
            last = row.position
            if row.type == "visit":
                seen.append(row.row_id)
    return seen


if __name__ == "__main__":
    sys.stdout.write(json.dumps(follow(int(sys.argv[1]), float(sys.argv[2]))))
