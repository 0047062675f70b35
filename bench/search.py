"""The one search among 200,000 entries, asked by sixteen at once: p50 and p99 of the index's own statements, beside a plain LIKE '%…%' over the
same texts in the same run."""

import json
import os
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bench.campus import ROOT, fresh_campus
from bench.report import Report, percentile

ENTRIES, CLIENTS, ROUNDS, PLAIN_ROUNDS = 200_000, 16, 480, 32
HEADS = [
    "校园卡",
    "图书馆",
    "教务处",
    "后勤",
    "宿舍",
    "财务处",
    "研究生",
    "本科生",
    "学生处",
    "网络",
    "场地",
    "实验室",
    "体育馆",
    "校医院",
    "保卫处",
    "国际交流",
    "人事处",
    "档案馆",
    "招生",
    "就业",
]
TAILS = [
    "补办",
    "挂失",
    "申请",
    "审批",
    "报修",
    "预约",
    "缴费",
    "打印",
    "查询",
    "登记",
    "通知",
    "说明",
    "指南",
    "证明",
    "变更",
    "注销",
    "开通",
    "续借",
    "退费",
    "评价",
]
LETTERS = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜金生丽水玉出昆冈剑号巨阙珠称夜光果珍李柰菜重芥姜海咸河淡鳞潜羽翔"
WAYS = {
    "common": "申请",
    "two_words": "图书馆 续借",
    "rare": "",
    "pinyin": "xiaoyuankagua",
    "initials": "tsgxj",
    "slip": "xiaoyuanak",
}


def run(report: Report) -> None:
    with fresh_campus(demo=False) as campus:
        campus.nanhu("migrate", "--verbosity=0")
        command = [sys.executable, "-m", "bench.search"]
        result = subprocess.run(command, env=campus.environment, cwd=ROOT, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise RuntimeError(result.stderr[-4000:])
        measured: dict[str, dict[str, float]] = json.loads(result.stdout.splitlines()[-1])
    for way, one in measured.items():
        report(f"search_{way}_p50", one["p50"], "ms", one["plain"])
        report(f"search_{way}_p99", one["p99"], "ms")
    report("search_worst_p99", max(one["p99"] for one in measured.values()), "ms", 100)


def main() -> dict[str, dict[str, float]]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanhu.project.settings")
    import django

    django.setup()
    rare = fill(random.Random(20261128))
    return {way: timed(typed or rare) for way, typed in WAYS.items()}


def fill(chance: random.Random) -> str:
    """Titles as a school has them; the rare word of one of them."""
    from django.db import connection

    from nanhu.kernel.registry import Hit
    from nanhu.platforms.portal.models import SearchEntry
    from nanhu.platforms.portal.search.indexing import entries_of

    def hits() -> Any:
        for number in range(ENTRIES):
            middle = "".join(chance.choices(LETTERS, k=4))
            yield Hit(key=str(number), title=f"{chance.choice(HEADS)}{middle}{chance.choice(TAILS)}", url=f"/{number}")

    SearchEntry.objects.bulk_create(entries_of("bench", hits(), {}), batch_size=5000)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE portal_search_entry")
    title = SearchEntry.objects.order_by("pk").values_list("folded", flat=True)[ENTRIES // 2]
    return "".join(letter for letter in title if letter in LETTERS)[:3]


def timed(typed: str) -> dict[str, float]:
    """`ROUNDS` times by `CLIENTS` at once; the plain way one after the other."""
    from django.db import connection

    from nanhu.kernel.registry import Viewer
    from nanhu.platforms.portal.models import SearchEntry
    from nanhu.platforms.portal.search.finding import index_groups

    viewer = Viewer(account_id=1, person_id=None, name="", campus_no="", faces=frozenset({"student"}), face="student")

    def ask(rounds: int) -> list[float]:
        took = []
        for _round in range(rounds):
            started = time.perf_counter()
            index_groups(viewer, [typed], 10)
            connection.close()  # back to the pool, as at the end of each page: its wait for one is part of what a reader waits
            took.append((time.perf_counter() - started) * 1000)
        return took

    def ask_plainly() -> float:
        started = time.perf_counter()
        list(SearchEntry.objects.filter(searched__contains=typed.split(maxsplit=1)[0])[:10].values_list("pk"))
        SearchEntry.objects.filter(searched__contains=typed.split(maxsplit=1)[0]).count()
        return (time.perf_counter() - started) * 1000

    ask(1)
    with ThreadPoolExecutor(CLIENTS) as pool:
        took = [one for some in pool.map(ask, [ROUNDS // CLIENTS] * CLIENTS) for one in some]
    plain = percentile([ask_plainly() for _round in range(PLAIN_ROUNDS)], 0.5)
    return {"p50": percentile(took, 0.5), "p99": percentile(took, 0.99), "plain": plain}


if __name__ == "__main__":
    print(json.dumps(main()))
