"""Our part in Reflex's build: the patched runtime before it, the service worker and the CSP after it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reflex.plugins import Plugin

from app.shell import patches

WORKBOX = ["workbox-build@7.4.1", "workbox-precaching@7.4.1"]


class ShellPlugin(Plugin):
    """Makes Reflex's output ours: patched runtime, precached field face, hashes for the CSP."""

    def get_frontend_development_dependencies(self, **context: Any) -> list[str]:
        """What the service worker is built with."""
        return WORKBOX

    def get_static_assets(self, **context: Any) -> Sequence[tuple[Path, str | bytes]]:
        """Files written into `.web` in place of the framework's own."""
        return patches.patched_files()

    def post_build(self, **context: Any) -> None:
        """After Vite: the worker with its list, then the hashes of inline scripts."""
