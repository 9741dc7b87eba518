"""What the server says about itself: a sign of life, its figures, and the schema of the contract."""

import platform
from importlib.metadata import version

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from starlette.responses import Response

from app.accounts.rules import Permission
from app.db import ping
from app.errors import NotAllowed
from app.http import PUBLIC, Call, endpoint

VERSION = version("ruhutong")
RECEIPTS = Counter("ruhutong_receipts_total", "Receipts given, by status", ["status"])
PHOTOS = Counter("ruhutong_photos_total", "Photos wholly received")
PUSH_SECONDS = Histogram("ruhutong_push_seconds", "Time to store one batch of commands")
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
FORWARDED = frozenset({"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"})
"""Headers of a proxy on this machine: who asks sits elsewhere."""


@endpoint("GET", "/health", requires=PUBLIC)
def health(_call: Call) -> dict[str, str]:
    """Whether the server and its database answer; phones recognise a captive portal by it."""
    ping()
    return {"status": "ok", "app": "ruhutong", "version": VERSION, "python": platform.python_version()}


@endpoint("GET", "/metrics", requires=PUBLIC)
def metrics(call: Call) -> Response:
    """Prometheus figures, for this machine itself and for administrators; no person is in them."""
    request = call.request
    here = request.client is not None and request.client.host in LOOPBACK
    here = here and request.url.hostname in LOOPBACK and not FORWARDED.intersection(request.headers)
    if not here and not (call.actor and call.actor.may(Permission.SETTINGS)):
        raise NotAllowed("运行数据只给本机和县管理员看。")
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


ROUTES = (health, metrics)
