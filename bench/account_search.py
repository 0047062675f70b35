"""The counter's search among 231,000 people (31,000 here, 200,000 alumni): p50 and p99 of a search with its cards and
accounts, beside what the same questions cost as a plain LIKE '%…%' over the same tables in the same run."""

import json
import subprocess
import sys
import time
from collections.abc import Callable

from bench.campus import ROOT, Campus, fresh_campus
from bench.report import Report, percentile

HERE, ALUMNI = 31_000, 200_000
ROUNDS = 400
PLAIN_ROUNDS = 30
SURNAMES = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建文辉力永健世广志义兴良海山仁波宁贵福生龙元全国胜学祥才发武新利清飞彬富顺信子昌成康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆磊民友裕河哲江浩亮政谦亨奇固之轮翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士以家致树炎德行时泰盛雄琛钧冠策腾楠榕风航弘小雨欣怡子轩梓涵"


def run(report: Report) -> None:
    with fresh_campus(demo=False) as campus:
        campus.nanhu("migrate", "--verbosity=0")
        measured = measure(campus)
    for way, (fast, plain) in measured.items():
        is_sealed = way == "phone"  # no LIKE finds an encrypted number
        report(f"account_search_{way}_p50", fast["p50"], "ms", None if is_sealed else plain["p50"])
        report(f"account_search_{way}_p99", fast["p99"], "ms", None if is_sealed else plain["p99"])
    worst = max(fast["p99"] for fast, _plain in measured.values())
    report("account_search_worst_p99", worst, "ms", 100)


def measure(campus: Campus) -> dict:
    result = subprocess.run(
        [sys.executable, "-m", "bench.account_search"],
        env=campus.environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise RuntimeError(result.stderr[-4000:])
    return json.loads(result.stdout.splitlines()[-1])


def main() -> dict:
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanhu.project.settings")
    import django

    django.setup()
    fill()
    return {way: (timed(fast, ROUNDS), timed(plain, PLAIN_ROUNDS)) for way, (fast, plain) in questions().items()}


def fill() -> None:
    """231,000 people with names as common as here, phones with their index, one tie and one account each."""
    import random

    from django.db import connection
    from pypinyin import lazy_pinyin

    from nanhu.kernel.crypto import blind_index_many, encrypt_many

    rng = random.Random(20261125)
    weights = [1 / (rank + 3) for rank in range(len(SURNAMES))]
    reading = {letter: lazy_pinyin(letter)[0] for letter in set(SURNAMES + GIVEN)}
    families = rng.choices(SURNAMES, weights, k=HERE + ALUMNI)
    givens = ["".join(rng.choices(GIVEN, k=rng.choice((1, 2, 2)))) for _ in families]
    phones = [f"1{rng.randrange(3, 10)}{rng.randrange(10**9):09d}" for _ in families]
    sealed = encrypt_many(phones, purpose="people.phone")
    indexes = blind_index_many(phones, purpose="people.phone")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_org_unit (code, name, short_name, kind, is_active, provenance, created_at)"
            " SELECT 'U' || n, '单位' || n, '', '', true, '{}', now() FROM generate_series(1, 400) n"
        )
        with cursor.copy(
            "COPY people_person (public_id, name, pinyin, initials, sex, nationality, ethnicity, document_kind, email, photo_path, provenance, created_at, phone, phone_index) FROM STDIN"
        ) as copy:
            copy.set_types(
                [
                    "uuid",
                    "text",
                    "text",
                    "text",
                    "text",
                    "text",
                    "text",
                    "text",
                    "text",
                    "text",
                    "jsonb",
                    "timestamptz",
                    "bytea",
                    "bytea",
                ]
            )
            for family, given, blob, index in zip(families, givens, sealed, indexes, strict=True):
                copy.write_row(row_of(family, given, reading, blob, index))
        cursor.execute(TIES)
        cursor.execute(ACCOUNTS)
        cursor.execute("VACUUM ANALYZE")


def row_of(family: str, given: str, reading: dict[str, str], blob: bytes, index: bytes) -> tuple:
    from datetime import UTC, datetime
    from uuid import uuid4

    pinyin = f"{reading[family]} {''.join(reading[letter] for letter in given)}"
    initials = "".join(reading[letter][0] for letter in family + given)
    return (uuid4(), family + given, pinyin, initials, "0", "", "", "1", "", "", "{}", datetime.now(UTC), blob, index)


TIES = """
INSERT INTO people_affiliation (person_id, kind, campus_no, unit_id, category, category_name, status_name, starts_on,
                                ends_on, state, provenance, created_at)
SELECT p.id, 'student', to_char(14000000000 + p.id * 7919 % 999999937, 'FM00000000000'), u.low + p.id % 400, 'undergraduate',
       '统招本科', '', date '2010-09-01', CASE WHEN p.id % 231 >= 31 THEN date '2014-06-30' END,
       CASE WHEN p.id % 231 >= 31 THEN 'ended' ELSE 'active' END, '{}', now()
  FROM people_person p, (SELECT min(id) AS low FROM people_org_unit) u
"""
ACCOUNTS = """
INSERT INTO identity_account (public_id, person_id, state, password, is_password_due, state_changed_at, created_at)
SELECT gen_random_uuid(), a.person_id, CASE a.state WHEN 'ended' THEN 'ended' ELSE 'awaiting_activation' END, '', true, now(), now()
  FROM people_affiliation a
"""


def questions() -> dict[str, tuple[Callable[[int], object], Callable[[int], object]]]:
    """Each way of asking, about another person every time: ours, and the plain one."""
    import random

    from nanhu.platforms.identity.administration.policies import Scope
    from nanhu.platforms.identity.administration.queries.accounts import find_accounts
    from nanhu.platforms.people.models import Person

    rng = random.Random(7)
    low = Person.objects.order_by("id").values_list("id", flat=True)[0]
    chosen = [low + rng.randrange(HERE + ALUMNI) for _ in range(ROUNDS)]
    persons = {person.pk: person for person in Person.objects.filter(pk__in=chosen).prefetch_related("affiliations")}
    people = [persons[pk] for pk in chosen]
    typed = {
        "number": [one.affiliations.all()[0].campus_no for one in people],
        "number_start": [one.affiliations.all()[0].campus_no[:6] for one in people],
        "name": [one.name for one in people],
        "surname": [one.name[0] for one in people],
        "pinyin": [one.pinyin.replace(" ", "") for one in people],
        "initials": [one.initials for one in people],
        "phone": [one.phone for one in people],
        "name_and_phone": [f"{one.name} {one.phone[-4:]}" for one in people],
        "one_unit_name": [one.name for one in people],
    }
    units = frozenset(range(low_unit(), low_unit() + 40))
    scopes = {way: Scope(units if way == "one_unit_name" else None) for way in typed}

    def ours(way: str) -> Callable[[int], object]:
        return lambda number: find_accounts(typed[way][number], scope=scopes[way])

    def plain(way: str) -> Callable[[int], object]:
        return lambda number: plainly(typed[way][number].split()[0])

    return {way: (ours(way), plain(way)) for way in typed}


def low_unit() -> int:
    from nanhu.platforms.people.models import OrgUnit

    return OrgUnit.objects.order_by("id").values_list("id", flat=True)[0]


PLAINLY = """
    SELECT account.*
    FROM identity_account account
    JOIN people_person person ON person.id = account.person_id
    JOIN people_affiliation affiliation ON affiliation.person_id = person.id
    WHERE person.name LIKE %(part)s OR person.pinyin LIKE %(part)s OR person.initials LIKE %(part)s
       OR affiliation.campus_no LIKE %(part)s
    ORDER BY account.id
    LIMIT 50
"""


def plainly(text: str) -> list:
    """What a user list is like without thought: LIKE with both ends open over name, pinyin and number."""
    from nanhu.platforms.identity.models import Account

    return list(Account.objects.raw(PLAINLY, {"part": f"%{text}%"}))


def timed(ask: Callable[[int], object], rounds: int) -> dict[str, float]:
    ask(0)
    taken = []
    for number in range(rounds):
        started = time.perf_counter()
        ask(number)
        taken.append((time.perf_counter() - started) * 1000)
    return {"p50": percentile(taken, 0.5), "p99": percentile(taken, 0.99)}


if __name__ == "__main__":
    print(json.dumps(main()))
