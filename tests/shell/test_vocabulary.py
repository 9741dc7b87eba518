"""Pages are made of plain elements: one ready-made component brings Radix Themes and doubles the weight."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

ALLOWED = {
    # elements and what arranges them
    "el", "fragment", "cond", "match", "foreach", "memo", "Component", "NoSSRComponent", "Var", "vars", "asset",
    # state of the office face
    "State", "ComponentState", "event", "var", "EventChain", "EventHandler", "EventSpec", "EventType", "run_in_thread",
    "redirect", "download", "noop", "Base", "field", "set_value",
    # composition and configuration
    "App", "Config", "plugins", "constants", "page", "BaseStateToken",
}  # fmt: skip
PACKAGES = {"reflex", "reflex_base", "reflex_components_core"}


def _files() -> list[Path]:
    return sorted([*(ROOT / "app").rglob("*.py"), *(ROOT / "components").rglob("*.py"), ROOT / "rxconfig.py"])


def _uses(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "rx":
            yield node.attr, node.lineno


def _packages(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0], node.lineno
        elif isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], node.lineno) for alias in node.names)


@pytest.mark.parametrize("path", _files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_only_plain_elements_are_used(path: Path):
    tree = ast.parse(path.read_text("utf-8"))
    for name, line in _uses(tree):
        assert name in ALLOWED, f"{path.relative_to(ROOT)}:{line} uses rx.{name}; build it from rx.el"
    for package, line in _packages(tree):
        if package.startswith("reflex"):
            assert package in PACKAGES, f"{path.relative_to(ROOT)}:{line} imports {package}"


def test_the_ready_made_ones_are_not_allowed_by_mistake():
    assert not ALLOWED & {
        "button",
        "text",
        "box",
        "flex",
        "link",
        "toast",
        "upload",
        "icon",
        "theme",
        "markdown",
        "html",
    }
