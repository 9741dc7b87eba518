"""A made county on paper: frames for rules, in the words a rule reads, with the values that ship."""

from datetime import date
from typing import Any

from app.findings.rules import run
from app.findings.rules_common import periods_of, planned_in, with_active, with_age, with_failed, with_validity
from app.findings.rules_list import BY_CODE, PARAMS
from app.findings.rules_values import keys, worked_out
from app.findings.schemas import Frames, frame
from app.settings.rules import shipped

AS_OF = date(2026, 10, 31)
VILLAGE = "349927101201"


def values(as_of: date = AS_OF, **changed: Any) -> dict[str, Any]:
    """What ships on a day, some of it changed."""
    return worked_out(PARAMS, {key: shipped(key, as_of).value for key in keys(PARAMS)}) | changed


def _day(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 and value[4] == "-" else value


def _row(defaults: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    return {word: _day(one) for word, one in (defaults | given).items()}


def at_home(person: str, home: str = "") -> dict[str, Any]:
    """Where a person lives: a home of its own unless said."""
    return {"person_id": person, "household_id": home or f"home of {person}", "division": VILLAGE}


def person(key: str, born: str | None = "1980-05-05", home: str = "", **more: Any) -> dict[str, Any]:
    """Somebody of the register."""
    defaults = {"name": key, "id_index": f"number of {key}", "relation": "户主", "is_head": True,
                "registered_here": True, "born_on": born}  # fmt: skip
    return _row(at_home(key, home) | defaults, more)


def home(key: str, attribute: str = "一般户", **more: Any) -> dict[str, Any]:
    """A home."""
    return _row({"household_id": key, "code": key, "division": VILLAGE, "attribute": attribute}, more)


def held(key: str, programme: str, home: str = "", **more: Any) -> dict[str, Any]:
    """An enrolment."""
    defaults = {"programme": programme, "certificate": f"{programme} {key}", "counted": True, "state": "active",
                "from_month": "2024-01"}  # fmt: skip
    return _row(at_home(key, home) | defaults, more)


def paid(key: str, programme: str, period: str, **more: Any) -> dict[str, Any]:
    """A payment that arrived."""
    defaults = {"programme": programme, "period": period, "ok": True, "amount_fen": 10000}
    return _row(at_home(key) | defaults | {"certificate": f"{programme} {key}"}, more)


def card(key: str, grade: int = 1, category: int = 4, valid_to: str | None = "2030-01-01", home: str = "",
         **more: Any) -> dict[str, Any]:  # fmt: skip
    """A certificate whose number is right."""
    defaults = {"id_index": f"number of {key}", "grade": grade, "category": category, "valid_to": valid_to,
                "care_needed": True, "number_fits": True, "head_fits": True, "category_in_number": category,
                "grade_in_number": grade}  # fmt: skip
    return _row(at_home(key, home) | defaults, more)


def destitute(key: str, failed: int = 0, **more: Any) -> dict[str, Any]:
    """A destitute person at home who cannot do so many of the six."""
    six = dict(zip(("eats", "dresses", "gets_up", "toilet", "walks", "bathes"),
                   [False] * failed + [True] * (6 - failed), strict=True))  # fmt: skip
    return _row(at_home(key) | six | {"support": "home", "wish": "unwilling", "active": True}, more)


def child(key: str, **more: Any) -> dict[str, Any]:
    """A left-behind child at school."""
    defaults = {"kinds": ["child_left_behind"], "school": "在校", "living": "与祖父母同住", "risk": "green",
                "listed_visit_on": "2026-10-30", "father_index": f"father of {key}", "mother_index": f"mother of {key}",
                "father_state": "外出务工", "mother_state": "外出务工"}  # fmt: skip
    return _row(at_home(key) | defaults, more)


def agreement(key: str, kind: str, **more: Any) -> dict[str, Any]:
    """An agreement in force, its declarations made."""
    defaults = {"agreement_id": f"{kind} {key}", "kind": kind, "from_on": "2026-01-01", "to_on": "2027-01-01",
                "carer_name": "张三", "carer_index": f"carer of {key}", "carer_born_on": "1970-01-01",
                "bar_1": False, "bar_2": False, "bar_3": False, "bar_4": False}  # fmt: skip
    return _row(at_home(key) | defaults, more)


def elder(key: str, **more: Any) -> dict[str, Any]:
    """A left-behind elder with two children."""
    return _row(at_home(key) | {"tier": "need", "children_count": 2, "listed_visit_on": "2026-10-30"}, more)


def frames(as_of: date = AS_OF, params: dict[str, Any] | None = None, whole: bool = True, **rows: Any) -> Frames:
    """Frames of these rows; who is named anywhere and is in no frame of people is none."""
    tables = {name: frame(name, [_row({}, one) for one in given]) for name, given in rows.items()}
    derive = {"people": lambda made: with_age(made, as_of), "enrolments": lambda made: with_active(made, as_of),
              "certificates": lambda made: with_validity(made, as_of), "destitute": with_failed}  # fmt: skip
    tables = {name: derive.get(name, lambda made: made)(made) for name, made in tables.items()}
    tables["periods"] = periods_of(tables.get("payments", frame("payments")))
    tables["planned"] = planned_in(tables.get("plans", frame("plans")), as_of.year)
    return Frames(as_of, tables, values(as_of, **(params or {})), whole=whole)


def find(code: str, as_of: date = AS_OF, **rows: Any) -> list[tuple[str, str]]:
    """Subject and severity of all that one rule finds (a reminder is blue), in order."""
    rule = BY_CODE[code]
    return sorted((hit.subject, rule.severity_of(hit)) for rule, hit in run([rule], frames(as_of, **rows)))


def facts(code: str, as_of: date = AS_OF, **rows: Any) -> list[dict[str, Any]]:
    """Facts of all that one rule finds."""
    return [hit.facts for _, hit in run([BY_CODE[code]], frames(as_of, **rows))]
