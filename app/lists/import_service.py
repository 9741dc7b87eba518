"""What the lists of other offices bring: deaths, detention, insurance, schools, vehicles, businesses.

Their facts stand whether or not we know the person: who is meant, the number says, and it is looked up again whenever
somebody comes into the register (`Kind.names`).
"""

from app.facts import Kind
from models.lists import Custody, Death, Listed

_NUMBER = {"id_index": ("id_number", "person.id_number")}
_WHO = (("id_index", "person_id"),)
DEATH = Kind(
    "death",
    Death,
    key=("id_index", "source", "died_on"),
    by="id_index",
    indexes=_NUMBER,
    names=_WHO,
    words={"died_on": "死亡日期", "source": "来源", "person_id": "名册里的人"},
)
CUSTODY = Kind(
    "custody",
    Custody,
    key=("id_index", "kind", "from_on"),
    by="id_index",
    indexes=_NUMBER,
    names=_WHO,
    words={"kind": "类别", "by": "执行机关", "from_on": "起始", "to_on": "终止", "person_id": "名册里的人"},
)
LISTED = Kind(
    "listed",
    Listed,
    key=("list", "id_index", "details.what"),
    by="id_index",
    indexes=_NUMBER,
    names=_WHO,
    words={"on": "日期", "details": "内容", "person_id": "名册里的人"},
)
KINDS = (DEATH, CUSTODY, LISTED)
