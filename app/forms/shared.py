"""Questions that stand in several sections of a shipped form, written once.

`[[shared.NAME]]` is a list of questions. In a section, `{ use = "NAME", prefix = "h_", visible_when = "…" }` stands
for all of them: their codes, and where they name each other, begin with the prefix, since a code is given once in a
form; what `visible_when` says holds for each beside its own. The document that is checked, kept and handed out holds
plain questions only.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_NAMED = re.compile(r"\b(answers|last)\.([a-z][a-z0-9_]*)")
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def expand(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document with every `use` replaced by the questions that it stands for.

    Raises:
        KeyError: a section uses questions that the document does not have.
    """
    shared = document.get("shared", {})
    sections = [
        dict(section) | {"questions": [one for given in section["questions"] for one in _questions(given, shared)]}
        for section in document["sections"]
    ]
    return {key: value for key, value in document.items() if key != "shared"} | {"sections": sections}


def _questions(given: Mapping[str, Any], shared: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    if "use" not in given:
        return [dict(given)]
    questions, prefix = shared[given["use"]], given.get("prefix", "")
    names = {one["code"]: prefix + one["code"] for one in questions}
    return [_renamed(one, names, given.get("visible_when")) for one in questions]


def _renamed(question: Mapping[str, Any], names: Mapping[str, str], visible_when: str | None) -> dict[str, Any]:
    def condition(source: str) -> str:
        return _NAMED.sub(lambda found: f"{found[1]}.{names.get(found[2], found[2])}", source)

    made = dict(question) | {"code": names[question["code"]]}
    if "under" in made:
        made["under"] = names.get(made["under"], made["under"])
    for key in ("visible_when", "constraint"):
        if key in made:
            made[key] = condition(made[key])
    if visible_when:
        own = made.get("visible_when")
        made["visible_when"] = f"({visible_when}) && ({own})" if own else visible_when
    if rule := made.get("opens_issue"):
        text = _PLACEHOLDER.sub(lambda found: f"{{{names.get(found[1], found[1])}}}", rule["text"])
        made["opens_issue"] = dict(rule) | {"when": condition(rule["when"]), "text": text}
    return made
