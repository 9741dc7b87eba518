"""Our part in Reflex's build: the patched runtime before it, the service worker after it."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reflex.plugins import Plugin

from app.shell import eager, patches, precache

WORKBOX = ["workbox-build@7.4.1", "workbox-precaching@7.4.1"]
WORKER_FOLDER = Path(__file__).parent / "worker"
WORKER_FILES = ("sw.js", "build.mjs")
LIST = "precache.json"


class ShellPlugin(Plugin):
    """Makes Reflex's output ours: the patched runtime, and the field face put away by a service worker."""

    def get_frontend_development_dependencies(self, **context: Any) -> list[str]:
        """What the service worker is built with."""
        return WORKBOX

    def get_static_assets(self, **context: Any) -> Sequence[tuple[Path, str | bytes]]:
        """Files written into `.web`: ours, and those in place of the framework's own."""
        worker = [(Path("worker") / name, (WORKER_FOLDER / name).read_text(encoding="utf-8")) for name in WORKER_FILES]
        return [*patches.patched_files(), *worker]

    def pre_compile(self, **context: Any) -> None:
        """The page's root goes without what only code sent by the server would need, and no page needs emotion."""
        context["add_modify_task"](patches.ROOT_JSX, patches.lighter_root)
        context["add_modify_task"](patches.VITE_CONFIG, patches.ALIAS_PATCH.apply)

    def post_build(self, **context: Any) -> None:
        """After Vite and the prerendering: write `sw.js` with the list of what the field face needs."""
        static: Path = context["static_dir"].resolve()
        web = static.parent.parent
        files = precache.field_files(static)
        eager.hint(static, files.pages)
        names = files.all
        listed = web / "worker" / LIST
        listed.write_text(json.dumps(names), encoding="utf-8")
        subprocess.run(["node", "worker/build.mjs", str(static), str(listed)], cwd=web, check=True)
