"""The content security policy of the pages: their inline scripts are known by hash, nothing else may run."""

import base64
import hashlib
import re
from pathlib import Path

SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<body>.*?)</script>", re.DOTALL)

POLICY = (
    "default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; media-src 'self' blob:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def inline_hashes(html: str) -> list[str]:
    """The CSP sources of a page's inline scripts, each once, sorted."""
    bodies = (m["body"] for m in SCRIPT.finditer(html) if not re.search(r"\bsrc\s*=", m["attributes"]))
    digests = {base64.b64encode(hashlib.sha256(body.encode()).digest()).decode() for body in bodies}
    return sorted(f"'sha256-{digest}'" for digest in digests)


def policy(html: str) -> str:
    """The policy to send with this page."""
    return POLICY.format(scripts=" ".join(inline_hashes(html)))


def policies(static: Path) -> dict[str, str]:
    """The policy of each page in a static folder, by its path there."""
    pages = sorted(static.rglob("*.html"))
    return {page.relative_to(static).as_posix(): policy(page.read_text(encoding="utf-8")) for page in pages}
