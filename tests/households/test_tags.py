"""The forms, the phone and the register use the same words: one list of codes."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from app.households import tags

ROOT = Path(__file__).resolve().parents[2]
KNOWN = set(tags.TAGS) | set(tags.HOUSEHOLD_TAGS)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "app" / "forms" / "catalog").glob("*.toml")), ids=lambda path: path.stem
)
def test_forms_name_only_tags_of_the_register(path):
    """A filter with a tag nobody ever gets would hide a section for good."""
    form = tomllib.loads(path.read_text("utf-8"))
    named: set[str] = set()
    for section in form["sections"]:
        for group in re.findall(r"t in \[([^\]]*)\]", section.get("filter", "")):
            named |= set(re.findall(r"'([^']+)'", group))
    assert named
    assert named <= KNOWN


def test_the_living_question_answers_in_the_registers_codes():
    form = tomllib.loads((ROOT / "app" / "forms" / "catalog" / "home.toml").read_text("utf-8"))
    living = [q for s in form["sections"] for q in s["questions"] if q.get("fills") == "person.living"]
    assert {option["code"] for one in living for option in one["options"]} <= set(tags.LIVING)


@pytest.mark.parametrize(
    ("name", "words"),
    [("TAG_WORDS", tags.TAGS), ("HOUSEHOLD_TAG_WORDS", tags.HOUSEHOLD_TAGS), ("HEALTH_WORDS", tags.HEALTH)],
)
def test_the_phone_says_the_same_words(name, words):
    text = (ROOT / "assets" / "offline" / "views" / "tags.js").read_text("utf-8")
    body = re.search(rf"{name} = (\{{.*?\}});", text, re.DOTALL).group(1)
    phone = json.loads(re.sub(r",\s*}", "}", re.sub(r"(\w+):", r'"\1":', body)))
    assert phone.items() <= words.items()
