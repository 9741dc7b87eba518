"""All rules, in the order of their codes."""

from app.findings import (
    rules_care,
    rules_cases,
    rules_children,
    rules_deaths,
    rules_dibao,
    rules_homes,
    rules_missing,
    rules_money,
    rules_overlap,
)
from app.findings.rules import Rule

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            one
            for room in (rules_deaths, rules_overlap, rules_missing, rules_dibao, rules_children, rules_care,
                         rules_money, rules_cases, rules_homes)
            for one in room.RULES
        ),
        key=lambda one: one.code,
    )
)  # fmt: skip
BY_CODE = {one.code: one for one in RULES}
PARAMS = tuple(sorted({name for one in RULES for name in one.params}))
"""Every policy value that some rule asks for."""
