"""The anonymous route by the time it takes: a thousand requests with a token that nobody signed, half of them about somebody whom the school knows
by number and half about nobody, in turn. How much better guessing which is which by the time alone is than a coin."""

import json
import random
import time
from typing import Any

from bench.campus import fresh_campus
from bench.inside import ask_inside, set_up_django
from bench.report import Report, percentile
from bench.wecom import apart

PAIRS, PEOPLE, WANTED = 500, 3_000, 5
"""Per cent: of five hundred pairs chance makes as much as four."""


def run(report: Report) -> None:
    with fresh_campus() as campus:
        campus.nanhu("migrate", "--verbosity=0")
        found = ask_inside(campus, "bench.anonymous_time")
    report("anonymous_known_p50", found["known"], "ms", found["unknown"])
    report("anonymous_guess_by_time", found["guess"], "% better than a coin", WANTED)


def inside() -> dict[str, float]:
    from django.test import Client

    from nanhu.kernel.actors import Actor
    from nanhu.platforms.people import api as people
    from nanhu.services.requests.tests import blinding

    by, origin = Actor.system("bench"), people.Origin(source="bench", title="bench")
    people.apply_units(by=by, records=[people.UnitRecord(code="1012", name="计划财务处")], origin=origin)
    people.apply_records(by=by, records=list(records()), origin=origin)
    client, none = Client(headers={"host": "localhost"}), blinding.Token(bytes(64), bytes(256))
    client.get(blinding.KEY)
    chance = random.Random(11)

    def asked(accused: str) -> float:
        began = time.perf_counter()
        answer = blinding.send(client, none, unit="1012 计划财务处", accused=accused)
        spent = time.perf_counter() - began
        if answer.status_code != 403:
            raise RuntimeError(f"the route answered {answer.status_code}")
        return spent * 1000

    for number in range(50):
        asked(f"T{number:05}")
    known, unknown = [], []
    for _pair in range(PAIRS):
        number = f"{chance.randrange(PEOPLE):05}"
        for kept, letter in chance.sample([(known, "T"), (unknown, "X")], 2):
            kept.append(asked(f"{letter}{number}"))
    return {
        "known": percentile(known, 0.5),
        "unknown": percentile(unknown, 0.5),
        "guess": apart(known, unknown),
    }


def records() -> Any:
    from datetime import date

    from nanhu.platforms.people import api as people

    for number in range(PEOPLE):
        tie = people.AffiliationRecord(
            kind="staff", campus_no=f"T{number:05}", starts_on=date(2020, 9, 1), unit_code="1012", state="active"
        )
        yield people.PersonRecord(key=str(number), name=f"员工{number}", affiliations=(tie,))


if __name__ == "__main__":
    set_up_django()
    print(json.dumps(inside()))
