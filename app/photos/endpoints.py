"""`GET /api/photos/{sha256}`: a picture for whom may see it, re-encoded, or as received.

Sending pictures (HEAD, PATCH, PUT) stands beside it and is listed first: Starlette would let GET answer HEAD too.
"""

import re

from starlette.responses import Response

from app.accounts.rules import Permission
from app.db import reading, transaction
from app.errors import NotFound
from app.http import AS_RECEIVED, Call, endpoint
from app.photos import service

SHA256 = re.compile(r"[0-9a-f]{64}")
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic", "image/heif": "heif"}


@endpoint("GET", "/photos/{sha256}", requires=Permission.PHOTO_SEE, query=("size", "reason"))
def show_photo(call: Call) -> Response:
    """A picture. `size`: thumb or screen; without it the bytes as received. `reason`: why a child's is opened."""
    sha256, size = call.params["sha256"], call.query("size")
    if not SHA256.fullmatch(sha256):
        raise NotFound("没有这张照片，或不在你负责的范围。")
    with reading() as session:
        sight = service.see(session, call.who, sha256)
    if sight.of_child:
        with transaction() as session:
            service.open_(session, call.who, sight, call.query("reason") or None)
    tag = f'"{sha256}-{size or "original"}"'
    headers = {
        "ETag": tag,
        "Vary": "Cookie",  # another person at this browser is asked about anew
        # A phone keeps no picture outside of what it seals.
        "Cache-Control": "no-store" if sight.of_child or call.who.in_field else "private, max-age=3600",
        **AS_RECEIVED,
    }
    if tag in call.request.headers.get("if-none-match", "") and not sight.of_child:
        return Response(status_code=304, headers=headers)
    if size:
        return Response(service.derivative(sha256, size), media_type="image/jpeg", headers=headers)
    data, mime = service.original(sha256)
    name = f"{sha256[:16]}.{EXTENSIONS.get(mime, 'bin')}"
    headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(data, media_type="application/octet-stream", headers=headers)


ROUTES = [show_photo]
