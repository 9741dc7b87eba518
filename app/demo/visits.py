"""The earlier visit of each demo household, as its cadre's phone would have sent it."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.forms.rules import Program, age_on, china_day
from app.sync.rules import digest_of

PROBLEMS = {
    "water": "天旱时水小，要等半天才接满一桶",
    "housing": "厨房屋檐漏雨，下大雨要用盆接",
    "doctor": "医保没续上，说不知道在哪里交",
    "food": "菜少，常就着咸菜吃",
    "clothes": "没有厚被子，夜里冷",
}
GONE_WELL = {
    "self_care": "able", "medicine": "enough", "carer": "grandparent", "carer_health": "good", "alone": "never",
    "parents_contact": "weekly", "school_state": "day", "hurt": "none", "paid": "all", "bars": "none",
}  # fmt: skip


def _safety(draw: random.Random, has_pupil: bool) -> dict[str, Any]:
    answers: dict[str, Any] = dict.fromkeys(("food", "clothes", "doctor", "housing", "water"), "ok")
    answers["schooling"] = "ok" if has_pupil else "na"
    if draw.random() < 0.12:
        bad = draw.choice(sorted(PROBLEMS))
        answers |= {bad: "bad", f"{bad}_problem": PROBLEMS[bad]}
    return answers


def _of_person(draw: random.Random, section: str, person: Mapping[str, Any], age: int) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    contact = next(iter(person.get("contacts", ())), None)
    if section == "elder":
        answers = {"self_care": "able", "medicine": draw.choice(("enough", "enough", "none"))}
        answers["living"] = person.get("living") or "family"
        if age >= 85 and draw.random() < 0.4:
            answers["self_care"] = "partly"
        if contact:
            relation = {"儿子": "son", "女儿": "daughter"}.get(contact["relation"], "relative")
            answers |= {"emergency_name": contact["name"], "emergency_phone": contact["phone"],
                        "emergency_relation": relation}  # fmt: skip
    if section == "child":
        answers = {key: GONE_WELL[key] for key in ("carer", "bars", "carer_health", "alone", "parents_contact", "hurt")}
        answers["school_state"] = "too_young" if age < 6 else "day"
        if contact is None:
            answers |= {"carer": "parent", "parents_contact": "together"}
        else:
            answers["parents_place"] = contact.get("place") or ""
    if section == "hardship":
        answers = {"h_self_care": "able", "h_medicine": "enough", "h_cannot": person.get("cannot", ["none"]),
                   "h_carer_came": "weekly"}  # fmt: skip
    if section == "disability":
        answers = {"d_self_care": "partly", "d_care": "family", "d_device": "have", "d_allowance": "arrived"}
    if section == "elder" and {"tekun", "tekun_home"} & set(person.get("tags", ())):
        answers |= {"cannot": person.get("cannot", ["none"]), "carer_came": "weekly"}
    return answers


def earlier_visit(
    program: Program, household: Mapping[str, Any], people: Sequence[Mapping[str, Any]], now: datetime, make_id: Any
) -> dict[str, Any]:
    """The command of a home visit some days ago.

    Args:
        program: the current `home` form.
        household, people: rows as the phone knows them.
        now: the moment of loading; the visit lies 1 to 60 days before it, at a cadre's hours.
        make_id: makes a new id.
    """
    draw = random.Random(household["code"])
    day = now - timedelta(days=draw.randint(1, 60))
    started = day.replace(hour=draw.randint(8, 18), minute=draw.randint(0, 59), second=0, microsecond=0)
    finished = started + timedelta(minutes=draw.randint(1, 6))
    answers: dict[str, Any] = {}
    on = china_day(finished)
    ages = {person["id"]: age_on(person["born_on"], on) or 0 for person in people}
    pupils = any(6 <= age <= 15 for age in ages.values())
    for place in program.places(household, people, {}, on):
        code = place.section.code
        if place.person is None:
            answers[code] = _safety(draw, pupils) if code == "safety" else {"paid": "all"}
        else:
            one = place.person
            answers.setdefault(code, {})[one["id"]] = _of_person(draw, code, one, ages[one["id"]])
    payload = {
        "household_id": household["id"], "form": {"code": "home", "version": program.form.version}, "mode": "home",
        "met": [people[0]["id"]], "started_at": started.isoformat(), "finished_at": finished.isoformat(),
        "answers": answers, "unchanged": [], "photos": [], "issues": [],
    }  # fmt: skip
    command = {"id": make_id(), "type": "visit", "captured_at": finished.isoformat(), "payload": payload, "prev": None}
    return {**command, "digest": digest_of(command)}
