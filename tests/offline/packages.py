"""The Node packages of this folder, installed as the lock names them when they are not there."""

import json
import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
NODE = BIN / "node"
ENVIRONMENT = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}


def _is_there(name: str, version: str) -> bool:
    described = FOLDER / "node_modules" / name / "package.json"
    return described.exists() and json.loads(described.read_text("utf-8"))["version"] == version


def install() -> None:
    """Install what is missing or of another version.

    Raises:
        AssertionError: npm could not; with its words.
    """
    wanted = json.loads((FOLDER / "package.json").read_text("utf-8"))["dependencies"]
    if all(_is_there(name, version) for name, version in wanted.items()):
        return
    done = subprocess.run([str(BIN / "npm"), "ci"], cwd=FOLDER, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, f"npm ci in {FOLDER} failed:\n{done.stdout}{done.stderr}"
