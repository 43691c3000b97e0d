"""How long the server takes for the pages of demands with 100,000 demands and 100,000 achievements.

It fills a database of its own on an embedded server of its own (.data/bench-postgres), asks every page through
Django, and drops the database afterwards. INNOVALLEY_BENCH_ROWS=20000 makes it smaller.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from innovalley.config import postgres

ROWS = int(os.environ.get("INNOVALLEY_BENCH_ROWS", "100000"))
TITLE = f"Pages with {ROWS:,} demands and {ROWS:,} achievements (ms on the server, median / 95th percentile)"
RANKED = 20  # demands whose page is asked
RUNS = 40
DATABASE = "bench_pages"
ROOT = Path(__file__).resolve().parent.parent

# Made-up technical terms: each of the first with each of the second and the third.
_PARTS = (
    "低温 高温 高压 低压 智能 连续 在线 快速 柔性 精密 超薄 复合 纳米 微波 激光 真空 循环 分级 多级 无损",
    "流化床 锅炉 煤层气 煤矸石 焦炉 不锈钢 镁合金 碳纤维 石墨 硅片 电池 电解槽 储氢 风机 光伏 液压 轴承 齿轮 传感器",
    "燃烧 轧制 脱硫 脱硝 催化 分离 提纯 烧结 焊接 切割 检测 成像 控制 预警 回收 利用 改性 涂层 封装 装配",
)
_FIRST, _SECOND, _THIRD = (part.split() for part in _PARTS)
_SPECS = ("抗压强度不低于@MPa", "热效率达到@%", "排放浓度不超过@mg/m3", "使用寿命不少于@h", "厚度@mm")


def run() -> list[tuple[str, str]]:
    """Fills, measures, and cleans up; (page, "median / 95th percentile") for each."""
    cluster = postgres.Cluster(postgres.reachable(ROOT / ".data" / "bench-postgres"), durable=False)
    server = cluster.ensure()
    try:
        return _run(server)
    finally:
        cluster.stop()


def _run(server: str) -> list[tuple[str, str]]:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    _set_up(server.rpartition("/")[0] + f"/{DATABASE}")
    try:
        started = time.perf_counter()
        _fill()
        filled = time.perf_counter() - started
        rows = [(f"filling {ROWS:,} demands and {ROWS:,} achievements", f"{filled:.0f} s")]
        return rows + [(name, _measured(ask)) for name, ask in _questions().items()]
    finally:
        from django.db import connections

        connections.close_all()
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


def _set_up(url: str) -> None:
    os.environ.update(
        DATABASE_URL=url,
        DJANGO_SETTINGS_MODULE="innovalley.config.settings",
        INNOVALLEY_SECRET_KEY="for the benchmark only",
        INNOVALLEY_LOG="ERROR",
    )
    import django
    from django.conf import settings
    from django.core.management import call_command

    # Templates name static files by their manifest, which only collectstatic writes.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.EMBEDDER = ""
    django.setup()
    call_command("migrate", verbosity=0)


# ---------------------------------------------------------------------------------------------- filling


def _fill() -> None:
    """The rows: texts by COPY, the rest by SQL, the search indexes at the end, as when a backup is read back."""
    from django.db import connection

    random.seed(1)
    words = [a + b + c for a in _FIRST for b in _SECOND for c in _THIRD]
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute("DROP INDEX demand_search, achievement_search")
        for table, length in (("demand_texts", 36), ("achievement_texts", 18)):
            cursor.execute(f"CREATE TEMPORARY TABLE {table} (i bigint, title text, text text)")
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for number in range(1, ROWS + 1):
                    copy.write_row((number, "".join(random.choices(words, k=3)), _text(words, length)))
        for sql in (*_STATEMENTS, *_search_indexes()):
            cursor.execute(sql)
        cursor.execute("VACUUM ANALYZE")
    _rank()


def _text(words: list[str], length: int) -> str:
    numbers = (spec.replace("@", str(random.randint(10, 900))) for spec in _SPECS)
    return "，".join([*random.choices(words, k=length), *numbers]) + "。"


_TAXA = """
    INSERT INTO registry_{table} (code, path, name_zh, name_en)
    SELECT code, code::ltree, '{name}' || code, '' FROM (
        SELECT 't' || a || coalesce('.s' || b, '') AS code
        FROM generate_series(1, {many}) AS a, unnest(ARRAY[NULL, 1, 2, 3]) AS b) AS codes
"""
_STATEMENTS = (
    _TAXA.format(table="field", name="领域", many=12),
    _TAXA.format(table="industry", name="行业", many=20),
    _TAXA.format(table="region", name="地区", many=11),
    """
    INSERT INTO registry_organisation (code, name_zh, name_en, kind, scale, website, summary_zh, summary_en,
        is_sample, updated, region_id)
    SELECT '', '单位' || i, '', CASE WHEN i % 2 = 0 THEN 'company' ELSE 'university' END, '', '', '', '',
        false, now(), (SELECT min(id) FROM registry_region) + i % 40
    FROM generate_series(1, 2000) AS i
    """,
    """
    INSERT INTO registry_team (key, name_zh, name_en, summary_zh, summary_en, is_sample, organisation_id)
    SELECT '', '团队' || i, '', '', '', false, (SELECT min(id) FROM registry_organisation) + i % 2000
    FROM generate_series(1, 5000) AS i
    """,
    """
    INSERT INTO registry_achievement (key, title, text, title_en, text_en, kind, ip, is_sample, updated, trl,
        team_id, organisation_id, field_id)
    SELECT '', title, text, '', '', '', '', false, now(), 1 + i % 9, t.id, t.organisation_id,
        (SELECT min(id) FROM registry_field) + i % 48
    FROM achievement_texts JOIN registry_team t ON t.id = (SELECT min(id) FROM registry_team) + i % 5000
    """,
    """
    INSERT INTO challenges_demand (key, title, summary, text, title_en, text_en, kind, rights, state, version,
        created, updated, published_at, is_sample, budget_min_fen, budget_max_fen, deadline, organisation_id,
        field_id, industry_id, region_id)
    SELECT '', title, '', text, '', '', 'process', 'shared',
        CASE WHEN i % 50 = 0 THEN 'submitted' WHEN i % 51 = 0 THEN 'draft' ELSE 'published' END,
        1, now(), now(), now() - i * interval '7 minutes', false,
        (i % 90) * 10000000, (i % 90) * 10000000 + 50000000, current_date + ((i * 7919) % 500 - 100)::int,
        (SELECT min(id) FROM registry_organisation) + 2 * (i % 1000),
        (SELECT min(id) FROM registry_field) + (i * 31) % 48,
        (SELECT min(id) FROM registry_industry) + (i * 17) % 80,
        (SELECT min(id) FROM registry_region) + (i * 13) % 44
    FROM demand_texts
    """,
    """
    INSERT INTO challenges_demandspec (position, quantity, comparison, low, unit, change, start, "end", found,
        demand_id)
    SELECT s, '抗压强度', '>=', 60, 'MPa', 'level', 0, 0, false, d.id
    FROM challenges_demand d, generate_series(1, 5) AS s
    """,
)


def _search_indexes() -> list[str]:
    from innovalley.registry.search import SEARCHED

    tables = {"demand_search": "challenges.demand", "achievement_search": "registry.achievement"}
    return [
        f"CREATE INDEX {name} ON {label.replace('.', '_')} USING gin"
        f" (innovalley_grams({SEARCHED[label].format(t='').replace('.', '')}))"
        for name, label in tables.items()
    ]


def _rank() -> None:
    """Results for some demands, by the engine itself on some of the achievements: a page only reads them."""
    from innovalley.challenges import ranking, supply
    from innovalley.challenges.models import Demand
    from innovalley.engine.matching import Matcher
    from innovalley.registry.models import Achievement

    ids = list(Achievement.objects.order_by("pk").values_list("pk", flat=True)[:2000])
    items = supply.read_supply(ids)
    index = supply.Index(Matcher.fit(items), supply.supply_stamp(), None, ROWS, 0)
    for pk in Demand.objects.filter(state="published").values_list("pk", flat=True)[:RANKED]:
        ranking.rank(pk, index)


# ------------------------------------------------------------------------------------------- measuring


def _questions() -> dict[str, Callable[[int], str]]:
    """The address of each page for its n-th request; a function that signs in first where one must."""
    from innovalley.challenges.models import AchievementMatch

    matches = list(AchievementMatch.objects.order_by("pk").values_list("run__demand", "achievement"))
    ranked = list(dict.fromkeys(demand for demand, _ in matches))
    pairs = [next(pair for pair in matches if pair[0] == demand) for demand in ranked]
    last = ROWS // 21
    words = [a + b + c for a in _FIRST for b in _SECOND for c in _THIRD]
    return {
        "list, newest": lambda n: "/demands/",
        "list, a page in the middle": lambda n: f"/demands/?page={last // 2 + n}",
        "list, the last pages": lambda n: f"/demands/?page={last - n}",
        "list by deadline": lambda n: f"/demands/?sort=deadline&page={1 + n}",
        "list by budget": lambda n: f"/demands/?sort=-budget&page={1 + n}",
        "list, one field": lambda n: f"/demands/?field=t{1 + n % 12}",
        "list, field, region, money and deadline": lambda n: (
            f"/demands/?field=t{1 + n % 12}&region=t{1 + n % 11}&budget_from=100&budget_to=400&due_to=2099-01-01"
        ),
        "search, a word of many demands": lambda n: f"/demands/?q={_THIRD[n % len(_THIRD)]}",
        "search, a rare word": lambda n: f"/demands/?q={words[n * 199 % len(words)]}",
        "search, two words": lambda n: (
            f"/demands/?q={_SECOND[n % len(_SECOND)]} {_THIRD[(n + 7) % len(_THIRD)]}"
        ),
        "search, one character": lambda n: f"/demands/?q={_THIRD[n % len(_THIRD)][0]}",
        "search, nothing found": lambda n: f"/demands/?q=没有这个词{n}",
        "search in one field": lambda n: f"/demands/?q={_THIRD[n % len(_THIRD)]}&field=t{1 + n % 12}",
        "demand with its ranked teams": lambda n: f"/demands/{ranked[n % len(ranked)]}/",
        "demand, all teams and achievements": lambda n: (
            f"/demands/{ranked[n % len(ranked)]}/?teams=all&achievements=all"
        ),
        "why one achievement": lambda n: "/demands/{}/why/{}/".format(*pairs[n % len(pairs)]),
    }


def _measured(address: Callable[[int], str]) -> str:
    from django.test import Client

    client = Client()
    times = []
    for number in range(RUNS + 3):
        url = address(number)
        started = time.perf_counter()
        answer: Any = client.get(url)
        took = 1000 * (time.perf_counter() - started)
        if answer.status_code != 200:
            raise RuntimeError(f"{url} answered {answer.status_code}")
        if number >= 3:  # the first ones load templates
            times.append(took)
    return f"{statistics.median(times):6.0f} / {statistics.quantiles(times, n=20)[-1]:6.0f}"
