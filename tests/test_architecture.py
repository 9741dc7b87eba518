"""The house keeps its shape: imports run one way, rules are pure, no value of law stands in code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

ORDER = {"rules": 0, "schemas": 0, "queries": 1, "service": 2, "endpoints": 3, "state": 3, "page": 4}
ROOMS = sorted(path.parent.name for path in (ROOT / "app").glob("*/__init__.py"))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Modules of this project that a file imports, dotted, with their line."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            if node.module.count(".") <= 1:
                yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)
            yield node.module, node.lineno
        elif isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)


def files(folder: str) -> list[Path]:
    return sorted(path for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts)


def test_tables_and_components_know_nothing_of_the_rooms():
    for path in files("models"):
        for module, line in imports(path):
            assert not module.startswith(("app", "components", "reflex")), f"{path}:{line} imports {module}"
    for path in files("components"):
        for module, line in imports(path):
            assert not module.startswith(("app", "models", "sqlmodel")), f"{path}:{line} imports {module}"


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_reaches_another_by_its_service_or_schemas(room):
    """`rules` of another room are pure and may be used too; `queries.in_scope` is the one scope function."""
    allowed = {"service", "schemas", "rules"}
    for path in sorted((ROOT / "app" / room).rglob("*.py")):
        shown = {"state", "page", "office_page"} if path.stem.endswith(("page", "state")) else set()
        allowed_here = allowed | shown
        for module, line in imports(path):
            parts = module.split(".")
            if parts[0] != "app" or len(parts) < 3 or parts[1] == room or parts[1] not in ROOMS:
                continue
            if parts[1:3] == ["accounts", "queries"]:
                continue
            endings = ("service", "schemas", "tags", *(("page", "state") if allowed_here != allowed else ()))
            assert parts[2] in allowed_here or parts[2].endswith(endings), (
                f"{path.relative_to(ROOT)}:{line} reaches into {module}"
            )


@pytest.mark.parametrize("room", ROOMS)
def test_layers_of_a_room_import_one_way(room):
    for path in sorted((ROOT / "app" / room).glob("*.py")):
        if path.stem not in ORDER:
            continue
        for module, line in imports(path):
            parts = module.split(".")
            if parts[:2] == ["app", room] and len(parts) > 2 and parts[2] in ORDER:
                assert ORDER[parts[2]] <= ORDER[path.stem], f"{path.relative_to(ROOT)}:{line} imports {module}"


@pytest.mark.parametrize("room", ROOMS)
def test_rules_are_pure(room):
    """No session, no clock, no file, no network in any rules module."""
    forbidden = ("sqlmodel", "sqlalchemy", "app.db", "app.config", "httpx", "time", "models")
    for path in sorted((ROOT / "app" / room).glob("rules*.py")):
        text = path.read_text("utf-8")
        for module, line in imports(path):
            assert not any(module == word or module.startswith(f"{word}.") for word in forbidden), (
                f"{path.relative_to(ROOT)}:{line} imports {module}"
            )
        assert not re.search(r"\b(datetime\.now|utcnow|date\.today)\(", text), f"{path} reads a clock"


def test_no_file_is_a_hall():
    for folder in ("app", "components", "models"):
        for path in files(folder):
            assert len(path.read_text("utf-8").splitlines()) <= 500, f"{path.relative_to(ROOT)} is over 500 lines"
    for path in (ROOT / "assets" / "offline").rglob("*.js"):
        assert len(path.read_text("utf-8").splitlines()) <= 500, f"{path.relative_to(ROOT)} is over 500 lines"
