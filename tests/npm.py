"""Packages from npm that only tests and measurements use: as their lock names them, installed on first need."""

import fcntl
import subprocess
import sys
from pathlib import Path


def program(name: str) -> str:
    """Node's programs of our own virtual environment."""
    return str(Path(sys.executable).parent / name)


def package(folder: Path, name: str) -> Path:
    """The folder of a package of the `package.json` in `folder`; nothing of it is run while it is installed.

    Raises:
        RuntimeError: npm could not install it; with its last words.
    """
    found = folder / "node_modules" / name
    with (folder / "package.json").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # two processes of one test run may need it at the same moment
        if not (found / "package.json").is_file():
            command = [program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
            if done.returncode or not (found / "package.json").is_file():
                raise RuntimeError(f"npm could not install {name}: {done.stderr[-800:]}")
    return found
