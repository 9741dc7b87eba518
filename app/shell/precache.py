"""Which built files the field face needs: what its pages reach, and nothing of the office face.

The list is worked out from the build itself. Vite names every chunk in the chunk that loads it, so we follow these
names from the field pages; the router's manifest names the chunks of all routes, and of these the office's stay out.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

ASSET = re.compile(r"[\w.\-]+-[\w\-]{8}\.(?:js|css|woff2|svg|png|webp)\b")
# A worker is started by its address, verbatim: it is no chunk, and no chunk names it as one.
WORKER = re.compile(r"[\"'`]/(offline/[\w\-]+\.js)[\"'`]")
OFFICE_CHUNK = "office-socket-"
MANIFEST = re.compile(r"^manifest-\w+\.js$")
SHELL = "__spa-fallback.html"
ALWAYS = ("manifest.webmanifest", "favicon.ico", "icons.svg", "icons/icon-192.png")


class BuildIncomplete(RuntimeError):
    """The build lacks a file that the field face cannot do without."""


@dataclass(frozen=True)
class FieldFiles:
    """Files for the phone, as paths inside the static folder."""

    pages: list[str]
    assets: list[str]
    extras: list[str]

    @property
    def all(self) -> list[str]:
        """Everything to put away, in a stable order."""
        return sorted([*self.pages, *self.assets, *self.extras])


def field_files(static: Path) -> FieldFiles:
    """What the service worker puts away.

    Args:
        static: the folder Vite and the prerendering wrote.

    Raises:
        BuildIncomplete: the shell for dynamic addresses, or the scripts, are missing.
    """
    if not (static / SHELL).is_file():
        raise BuildIncomplete(f"{SHELL} is missing in {static}")
    pages = [SHELL, *sorted(_field_pages(static))]
    assets = sorted(_reach(static, [(static / page).read_text(encoding="utf-8") for page in pages]))
    if not any(name.endswith(".js") for name in assets):
        raise BuildIncomplete(f"no scripts reached from the field pages in {static}")
    extras = [name for name in ALWAYS if (static / name).is_file()]
    return FieldFiles(pages, assets, [*extras, *_workers(static, assets)])


def _field_pages(static: Path) -> list[str]:
    pages = (path.relative_to(static).as_posix() for path in static.rglob("index.html"))
    return [page for page in pages if not page.startswith(("office/", "404/", "_404/"))]


def _reach(static: Path, texts: list[str]) -> set[str]:
    folder = static / "assets"
    known = {path.name for path in folder.iterdir() if path.suffix != ".gz"}
    found: set[str] = set()
    waiting = [name for text in texts for name in ASSET.findall(text)]
    while waiting:
        name = waiting.pop()
        if name in found or name not in known or name.startswith(OFFICE_CHUNK):
            continue
        found.add(name)
        if name.endswith((".js", ".css")):
            text = (folder / name).read_text(encoding="utf-8")
            waiting += ASSET.findall(_without_office(text) if MANIFEST.match(name) else text)
    return {f"assets/{name}" for name in found}


def _workers(static: Path, assets: list[str]) -> list[str]:
    scripts = [(static / name).read_text(encoding="utf-8") for name in assets if name.endswith(".js")]
    found = sorted({name for text in scripts for name in WORKER.findall(text)})
    for name in found:
        if not (static / name).is_file():
            raise BuildIncomplete(f"{name} is started by the field pages and missing in {static}")
    return found


def _without_office(manifest: str) -> str:
    content = json.loads(manifest[manifest.index("{") : manifest.rindex("}") + 1])
    for route in [id_ for id_ in content["routes"] if id_.startswith("routes/[office]")]:
        del content["routes"][route]
    return json.dumps(content)
