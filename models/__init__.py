"""Tables only, one file per room. Importing this package registers every table with SQLModel's metadata."""

from models import (
    accounts,
    audit,
    divisions,
    feed,
    feedback,
    forms,
    households,
    imports,
    notices,
    photos,
    reviews,
    settings,
    sync,
    visits,
)

__all__ = [
    "accounts",
    "audit",
    "divisions",
    "feed",
    "feedback",
    "forms",
    "households",
    "imports",
    "notices",
    "photos",
    "reviews",
    "settings",
    "sync",
    "visits",
]
