"""What a rule gets to see: frames with these columns, worked out of the registers as they stand on one day.

A frame that no table fills yet (petitions, rectifications, applications, public notices) is declared here all the
same, so that its rules are whole and tested; it comes to them empty until its room is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

TEXT, DAY, FLAG, NUMBER, WORDS, BYTES = pl.String, pl.Date, pl.Boolean, pl.Int64, pl.List(pl.String), pl.Binary

_PERSON = {"person_id": TEXT, "household_id": TEXT, "division": TEXT}

SCHEMAS: dict[str, dict[str, Any]] = {
    "homes": {
        "household_id": TEXT, "code": TEXT, "division": TEXT, "attribute": TEXT, "checked_on": DAY,
        "checked_result": TEXT, "last_visit_on": DAY,
    },
    "people": {
        **_PERSON, "name": TEXT, "id_index": TEXT, "id_warning": TEXT, "born_on": DAY, "relation": TEXT,
        "is_head": FLAG, "registered_here": FLAG, "health": TEXT, "living": TEXT, "sex": NUMBER, "sex_written": TEXT,
        "phone": TEXT, "dead_on": DAY, "age": NUMBER,
    },
    "tags": {"person_id": TEXT, "tag": TEXT},
    "deaths": {"id_index": TEXT, "died_on": DAY},
    "custody": {"id_index": TEXT, "person_id": TEXT, "kind": TEXT, "from_on": DAY, "to_on": DAY},
    "enrolments": {
        **_PERSON, "programme": TEXT, "certificate": TEXT, "is_holder": FLAG, "counted": FLAG, "state": TEXT,
        "from_month": TEXT, "to_month": TEXT, "band": TEXT, "amount_fen": NUMBER, "reviewed_on": DAY,
        "stop_reason": TEXT, "account": TEXT, "active": FLAG,
    },
    "payments": {
        "person_id": TEXT, "programme": TEXT, "period": TEXT, "ok": FLAG, "amount_fen": NUMBER, "certificate": TEXT,
    },
    "periods": {"programme": TEXT, "first": TEXT, "newest": TEXT},
    "planned": {"area": TEXT},
    "certificates": {
        **_PERSON, "id_index": TEXT, "category": NUMBER, "grade": NUMBER, "valid_to": DAY, "open_ended": FLAG,
        "care_needed": FLAG, "injury_care": FLAG, "head_fits": FLAG, "category_in_number": NUMBER,
        "grade_in_number": NUMBER, "number_fits": FLAG, "valid": FLAG,
    },
    "destitute": {
        **_PERSON, "support": TEXT, "wish": TEXT, "eats": FLAG, "dresses": FLAG, "gets_up": FLAG, "toilet": FLAG,
        "walks": FLAG, "bathes": FLAG, "assessed_on": DAY, "grade_written": TEXT, "listed_visit_on": DAY,
        "failed": NUMBER, "active": FLAG,
    },
    "children": {
        **_PERSON, "kinds": WORDS, "support": TEXT, "father_index": TEXT, "father_state": TEXT, "father_since": DAY,
        "father_back_on": DAY, "mother_index": TEXT, "mother_state": TEXT, "mother_since": DAY, "mother_back_on": DAY,
        "living": TEXT, "school": TEXT, "exempt": TEXT, "risk": TEXT, "parent_contact_on": DAY,
        "listed_visit_on": DAY,
    },
    "elders": {
        **_PERSON, "tier": TEXT, "self_care": TEXT, "children_count": NUMBER, "listed_visit_on": DAY,
    },
    "told": {
        "person_id": TEXT, "alone": TEXT, "living": TEXT, "carer": TEXT, "bars": TEXT, "carer_children": NUMBER,
        "parents_contact": TEXT, "contact_on": DAY, "school_state": TEXT, "wish": TEXT, "cannot": WORDS,
        "cannot_on": DAY,
    },
    "contacts": {"person_id": TEXT, "kind": TEXT, "confirmed_on": DAY},
    "agreements": {
        "agreement_id": TEXT, **_PERSON, "kind": TEXT, "signed_on": DAY, "from_on": DAY, "to_on": DAY,
        "open_ended": FLAG, "carer_name": TEXT, "carer_index": TEXT, "carer_person_id": TEXT, "carer_born_on": DAY,
        "bar_1": FLAG, "bar_2": FLAG, "bar_3": FLAG, "bar_4": FLAG,
    },
    "inspections": {"agreement_id": TEXT, "on": DAY, "result": TEXT, "urged_on": DAY},
    "pairs": {
        "official_id": TEXT, "household_id": TEXT, "from_on": DAY, "to_on": DAY, "listed_visit_on": DAY,
    },
    "plans": {"household_id": TEXT, "division": TEXT, "year": NUMBER, "causes": WORDS},
    "measures": {"household_id": TEXT, "person_id": TEXT, "kind": TEXT, "progress": TEXT},
    "items": {"household_id": TEXT, "division": TEXT, "item": TEXT, "met": TEXT},
    "issues": {"household_id": TEXT, "programme": TEXT, "question": TEXT, "opened_on": DAY, "state": TEXT},
    "petty": {
        "entry_id": TEXT, "division": TEXT, "on": DAY, "voucher": TEXT, "position": NUMBER, "kind": TEXT,
        "income_fen": NUMBER, "outlay_fen": NUMBER, "balance_fen": NUMBER, "person_id": TEXT, "household_id": TEXT,
        "reason": TEXT, "handlers": WORDS, "several_agreed": FLAG, "lifted_on": DAY, "papers_done": FLAG,
    },
    "listed": {"person_id": TEXT, "list": TEXT, "on": DAY},
    "visits": {
        "visit_id": TEXT, "household_id": TEXT, "author_id": TEXT, "on": DAY, "words": TEXT, "photos": WORDS,
        "photo_days": pl.List(pl.Date),
    },
    "applications": {
        "application_id": TEXT, "household_id": TEXT, "person_id": TEXT, "division": TEXT, "programme": TEXT,
        "state": TEXT, "stage": TEXT, "stage_since": DAY, "stage_days": NUMBER, "working_days": FLAG,
        "relative": FLAG, "relative_filed": FLAG, "decided_on": DAY, "decision": TEXT, "reason": TEXT,
    },
    "petitions": {
        "petition_id": TEXT, "household_id": TEXT, "division": TEXT, "category": TEXT, "received_on": DAY,
        "told_on": DAY, "accepted_on": DAY, "done_on": DAY, "extended_by": TEXT, "extended_why": TEXT,
        "extended": FLAG, "accused": WORDS, "assignee": TEXT,
    },
    "notices": {
        "notice_id": TEXT, "household_id": TEXT, "division": TEXT, "programme": TEXT, "from_on": DAY, "to_on": DAY,
        "text": TEXT,
    },
    "rectifications": {
        "rectification_id": TEXT, "household_id": TEXT, "division": TEXT, "state": TEXT, "due_on": DAY,
        "evidence": FLAG, "accepted_by": TEXT,
    },
}  # fmt: skip
"""Columns of every frame. `dead_on` is the earliest death told by any list up to the day, `active` an enrolment in
force on it, `told` what visits found last of somebody, `failed` how many of the six indicators a destitute person
cannot do, `valid` a certificate in force. `periods` and `planned` are of the whole county even where a few homes are
looked at: the first period of a programme of which a payment is known and the newest that arrived; the townships that
keep plans in this year."""


@lru_cache
def empty(columns: tuple[tuple[str, Any], ...]) -> pl.DataFrame:
    """A frame without rows; frames do not change, so one serves all."""
    return pl.DataFrame(schema=dict(columns))


@dataclass(frozen=True)
class Frames:
    """The registers on one day, with the county's parameters.

    Args:
        as_of: the Shanghai day; no rule asks a clock.
        tables: frames by name, with the columns of `SCHEMAS`.
        params: policy values by name, without the prefix `rules.`.
        whole: whether the whole county is here; else a few homes, and facts about many homes are left alone.
        own: of places with values of their own, these values.
    """

    as_of: date
    tables: Mapping[str, pl.DataFrame]
    params: Mapping[str, Any]
    whole: bool = True
    made: dict[str, pl.DataFrame] = field(default_factory=dict)
    own: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> pl.DataFrame:
        """A frame; an empty one where nothing fills it."""
        found = self.tables.get(name)
        return empty(tuple(SCHEMAS[name].items())) if found is None else found


def frame(name: str, rows: list[dict[str, Any]] | None = None) -> pl.DataFrame:
    """A frame of the declared columns; what a row leaves out is empty."""
    columns = SCHEMAS[name]
    return pl.DataFrame([{word: row.get(word) for word in columns} for row in rows or []], schema=columns)
