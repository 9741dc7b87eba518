"""Office lists and name search among 500,000 people: design §10, p95 ≤ 60 ms.

Runs on SQLite in a home of its own; set RUHUTONG_DATABASE_URL to measure another database that is empty.
"""

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from tests.bench.run import Figure

VILLAGES, HOMES, SIZE = 200, 160_000, 500_000
GOAL = "p95 ≤ 60 ms at 500,000 people"
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖"
    "石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严欧莫孔向汤䶮"
)
GIVEN = (
    "桂英秀兰国庆建华玉珍志强春梅海燕小红德贵家旺云婷文波雪莲子轩浩宇欣怡梓涵俊杰明月忠义素芬美玲光荣凤霞长根水生金花银宝"
)
FIRST, SECOND = "毛黄龙花高新官红赛东南沙石杨李王陈青白长", "安河口园士坝庄旗家岭"
"""Of these the 200 villages are called, as villages are: some like families, some alike at their beginning."""


def village_name(number: int) -> str:
    """毛安村, 毛河村 …"""
    return f"{FIRST[number // 10 % 20]}{SECOND[number % 10]}村"


def fill(session: Any) -> None:
    """Generate a county: plain bulk inserts, deterministic."""
    from app.crypto import ready
    from app.db import new_id, utcnow
    from app.households.rules import given_of, name_sounds
    from models.divisions import Division
    from models.households import Household, Person, PersonTag

    ready()
    dice, now = random.Random(349927), utcnow()
    villages = [f"349927{100 + number // 10}{201 + number % 10}" for number in range(VILLAGES)]
    session.execute(insert(Division), [
        {"code": "349927", "name": "演示县", "level": "county", "parent": None},
        *({"code": code, "name": f"{code[6:]}镇", "level": "township", "parent": "349927"}
          for code in sorted({village[:9] for village in villages})),
        *({"code": code, "name": village_name(number), "level": "village", "parent": code[:9]}
          for number, code in enumerate(villages)),
    ])  # fmt: skip
    homes = [(new_id(), villages[number % VILLAGES]) for number in range(HOMES)]
    base = {"created_at": now, "updated_at": now, "version": 1, "extra": {}, "ledger": {}}
    sounds: dict[str, tuple[str, str]] = {}
    for start in range(0, HOMES, 10_000):
        session.execute(insert(Household), [
            base | {"id": key, "code": f"{village}{start + at:05}", "name": dice.choice(SURNAMES) + dice.choice(GIVEN),
                    "division": village, "attribute": "一般户", "group": f"{at % 12 + 1}组"}
            for at, (key, village) in enumerate(homes[start : start + 10_000])
        ])  # fmt: skip
    for start in range(0, SIZE, 10_000):
        rows = []
        for number in range(start, start + 10_000):
            home, village = homes[number % HOMES]
            name = dice.choice(SURNAMES) + "".join(dice.choices(GIVEN, k=dice.choice((1, 2, 2))))
            pinyin, initials = sounds.setdefault(name, ("", "")) if sounds.get(name) else name_sounds(name)
            sounds[name] = (pinyin, initials)
            rows.append(base | {
                "id": new_id(), "household_id": home, "division": village, "name": name, "given": given_of(name),
                "pinyin": pinyin, "initials": initials, "id_last4": f"{dice.randrange(10_000):04}", "sex": 1,
                "is_head": number < HOMES,
            })  # fmt: skip
        session.execute(insert(Person), rows)
        session.execute(insert(PersonTag), [
            {"id": new_id(), "person_id": row["id"], "tag": dice.choice(("dibao", "elder_alone")),
             "from_on": now.date(), "household_id": row["household_id"], "division": row["division"]}
            for row in rows[::12]
        ])  # fmt: skip


def _county(role: str, areas: tuple[str, ...]) -> Any:
    from app.accounts.rules import Role
    from app.accounts.schemas import Actor

    return Actor(id="0" * 36, username="bench", name="测", role=Role(role), divisions=areas)


def _queries() -> list[str]:
    dice = random.Random(7)
    names = [dice.choice(SURNAMES) + "".join(dice.choices(GIVEN, k=2)) for _ in range(12)]
    given = ["".join(dice.choices(GIVEN, k=2)) for _ in range(6)]
    from app.households.rules import name_sounds

    sounds = [name_sounds(name) for name in names]
    one = ["王", "l", "zhang", "w", "桂英", "毛安村 王", "英", "qqq", "龘龘"]
    places = ["毛安", "毛安村", "毛安村 一组", "毛安 李", "maoan", "mac", "maoan lcj", "wangjia", "li guiying", "100镇"]
    groups = ["一组", "99组", "3组 王"]
    heard = [s[0] for s in sounds[:8]] + [s[1] for s in sounds[:8]]
    return places + groups + names + given + heard + one + ["0019", "1234", "002X"]


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] * 1000 if len(times) > 1 else times[0] * 1000


def _time(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def measure() -> list[Figure]:
    """Fill the database of this process and measure searches and lists in it."""
    from app.db import SHANGHAI, engine, migrate, reading, transaction, utcnow
    from app.households import office_service

    migrate()
    with transaction() as session:
        fill(session)
    with engine().connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    on = utcnow().astimezone(SHANGHAI).date()
    figures = []
    for words, areas in (("the whole county", ("349927",)), ("one village", ("349927100201",))):
        actor = _county("section", areas)

        def ask(text: str, actor: Any = actor, **what: Any) -> Any:
            with reading() as session:
                return office_service.list_households(session, actor, on, text=text, **what)

        ask("王")
        times = [_time(lambda text=text: ask(text)) for text in _queries() for _ in range(3)]
        figures.append(Figure(f"name search within {words}, p95", _p95(times), "ms", GOAL, _p95(times) <= 60))
        lists = [
            _time(lambda offset=offset, tag=tag: ask("", offset=offset, tag=tag))
            for offset in (0, 50, 500) for tag in ("", "dibao") for _ in range(5)
        ]  # fmt: skip
        figures.append(Figure(f"list of homes of {words}, p95", _p95(lists), "ms", GOAL, _p95(lists) <= 60))
    return figures


def run() -> list[Figure]:
    """Measure in a home of its own, thrown away afterwards."""
    return alone(measure)


def alone(work: Callable[[], list[Figure]]) -> list[Figure]:
    """Work in a home of its own, thrown away afterwards."""
    from app import config, crypto, db

    with tempfile.TemporaryDirectory() as folder:
        former = os.environ.get("RUHUTONG_HOME")
        os.environ["RUHUTONG_HOME"] = str(Path(folder) / "home")
        _forget(config, crypto, db)
        try:
            return work()
        finally:
            db.engine().dispose()
            os.environ.pop("RUHUTONG_HOME")
            if former:
                os.environ["RUHUTONG_HOME"] = former
            _forget(config, crypto, db)


def _forget(config: Any, crypto: Any, db: Any) -> None:
    for cached in (config.settings, crypto.ready, db.engine):
        cached.cache_clear()
