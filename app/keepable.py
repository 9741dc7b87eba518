"""What somebody sent without the characters that no database keeps: NUL, and halves of characters."""

import re
from typing import Any

_NEVER = re.compile("[\0\ud800-\udfff]")


def keepable(value: Any) -> Any:
    """A value as JSON has it, in each text of it only what can be kept and looked for."""
    if isinstance(value, str):
        return _NEVER.sub("", value)
    if isinstance(value, list):
        return [keepable(one) for one in value]
    if isinstance(value, dict):
        return {keepable(key): keepable(one) for key, one in value.items()}
    return value
