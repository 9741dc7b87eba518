"""Traditional and variant characters in names, brought to the standard form without touching a rare right one.

What counts: a character is changed only when it is outside the everyday set of the mainland (GB 2312) and outside
the characters that the table of general standard characters (通用规范汉字表, 2013) gave back their own standing for
names, and when its standard form lies in the basic block. So 國 becomes 国 and 峯 becomes 峰, but 昇, 甯, 㛃, 䶮 and 𠮷
stay. Spelling is all that is repaired: who somebody is, the ID number says.
"""

import json
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

# Standard for names since 2013 although a conversion table would replace them, or ambiguous (妳, 閤, 勣, 頫).
KEPT = frozenset("剋劄扞昇氾甦瞭祕缐脩蒐薳釐陞麹甯锺钜徵乾於夥吒麽邨淼喆堃皙妳閤勣頫濬叡埜煇昚彊祐")

# Variants of common name characters that the conversion table lacks or sends elsewhere: variant, then standard form.
VARIANTS = (
    "琹琴崐昆菓果嵒岩巗岩珎珍湻淳楳梅寕宁頴颖枏楠柟楠㑺俊暎映惪德悳德徳德蘂蕊橤蕊廼乃淸清眞真靑青髙高呉吴亜亚恵惠郷乡"
    "煕熙冨富栄荣顕显竒奇姫姬黒黑濵滨渕渊斉齐斎斋歳岁鉅钜篠筱麐麟毘毗勗勖"
)


def _everyday(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=1)
def table() -> dict[int, str]:
    """What `str.translate` needs: each changeable character with its standard form.

    The conversion table is read from the package `zhconv` as a file, since its own loader leaves the file open.
    """
    spec = find_spec("zhconv")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("zhconv")
    text = (Path(spec.submodule_search_locations[0]) / "zhcdict.json").read_text("utf-8")
    pairs = {old: new for old, new in json.loads(text)["zh2Hans"].items() if len(old) == len(new) == 1}
    pairs |= dict(zip(VARIANTS[::2], VARIANTS[1::2], strict=True))
    return {
        ord(old): new
        for old, new in pairs.items()
        if old not in KEPT and not _everyday(old) and "一" <= new <= "\u9fff"
    }


def standard(name: str) -> str:
    """The name in standard characters; unchanged when it has none to change."""
    return name if _everyday(name) else name.translate(table())
