"""How the names of places sound, for search."""

from pypinyin import Style, lazy_pinyin


def place_sounds(name: str) -> tuple[str, str]:
    """(pinyin, initials) of a place's name: `毛安村` → (`maoancun`, `mac`)."""
    syllables = [part for part in lazy_pinyin(name, style=Style.NORMAL, errors="ignore") if part]
    return "".join(syllables), "".join(part[0] for part in syllables)
