"""One message to a whole school: 31,000 people told by one call, routed by preference and handed over in batches of 1,000, beside plain
inserts of as many rows into the same database in the same run. A channel of 300 ms a call stands for 企业微信.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bench.inside import ask_fresh_campus, set_up_django
from bench.report import Report

PEOPLE, CALL_SECONDS = 31_000, 0.3


def run(report: Report) -> None:
    found = ask_fresh_campus("bench.messages")
    for name in ("tell", "route", "mail", "wecom", "digest"):
        print(f"  {name}: {found[name]:.1f} s", flush=True)
    report("messages_fan_out_31000_by_mail", found["tell"] + found["route"] + found["mail"], "s", 60)
    report("messages_fan_out_31000_by_batches", found["wecom"], "s", 60)
    report("messages_batches", found["batches"], "calls", PEOPLE / 1000)
    report("messages_digest_31000", found["digest"], "s", 60)
    report("messages_plain_inserts_of_as_many_rows", found["plain"], "s")
    report("messages_badge_query", found["badge"], "ms")


def timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def tell(urgency: str, key: str, people: list[int]) -> None:
    from nanhu.platforms.messages.services import telling

    facts = {"title": "停水通知", "office": "后勤处", "id": "0b9d9c4e-7a55-4f3e-9f0a-2a4b6c8d0e1f"}
    telling.tell(people, telling.NOTICE, facts, urgency=urgency, key=key)


def route() -> None:
    from nanhu.platforms.messages.services.routing import route_due

    while route_due():
        pass


def hand_over() -> None:
    """As the worker does: two batches at a time, as many as a lane has."""
    from nanhu.kernel import clock
    from nanhu.kernel.jobs.companions import BUSY_LOOK_SECONDS
    from nanhu.kernel.retries import Engine
    from nanhu.platforms.messages.models import Parcel
    from nanhu.platforms.messages.services.handing import PARCELS

    engine = Engine(PARCELS, ThreadPoolExecutor(PARCELS.at_once))
    while engine.turn() or Parcel.objects.filter(due_at__lte=clock.now()).exists():
        time.sleep(BUSY_LOOK_SECONDS)


def send_out(urgency: str, key: str, people: list[int]) -> None:
    tell(urgency, key, people)
    route()
    hand_over()


def make_digests() -> None:
    from nanhu.platforms.messages.services.routing import gather_due

    while gather_due():
        pass
    route()
    hand_over()


def slow_channel(calls: list[int]) -> None:
    from nanhu.kernel.registry import MessageBatch, MessageChannel, MessageOutcome, message_channels

    def send(batch: MessageBatch) -> dict[int, MessageOutcome]:
        calls.append(len(batch.recipients))
        time.sleep(CALL_SECONDS)
        return {one.delivery_id: MessageOutcome(state="delivered") for one in batch.recipients}

    message_channels.add(MessageChannel(key="bench", title="测", icon="mail", send=send, reaches=set, order=1))


def inside() -> dict[str, float]:
    from nanhu.kernel import clock
    from nanhu.platforms.messages.inbox import unread_entries
    from nanhu.platforms.messages.models import Delivery, Entry

    people, calls = population(), list[int]()
    found = {"tell": timed(lambda: tell("now", "mail", people)), "route": timed(route), "mail": timed(hand_over)}
    if Delivery.objects.filter(channel="mail", state="handed_over").count() != PEOPLE:
        raise RuntimeError("not everybody got a mail")
    slow_channel(calls)
    found["wecom"] = timed(lambda: send_out("now", "wecom", people))
    found["batches"] = len(calls)
    Entry.objects.update(due_at=None)
    tell("digest", "digest", people)
    route()
    Entry.objects.exclude(gather_at=None).update(gather_at=clock.now())
    found["digest"] = timed(make_digests)
    found["badge"] = 1000 * timed(lambda: unread_entries(people[0]).count())
    found["plain"] = plain()
    return found


def population() -> list[int]:
    from django.db import connection

    from nanhu.platforms.people.models import Person

    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_person (public_id, name, pinyin, initials, sex, nationality, ethnicity, document_kind, email,
                                          photo_path, provenance, is_void, created_at)
               SELECT gen_random_uuid(), '张' || n, 'zhang', 'z', '0', '', '', '', n || '@nanhu.example', '', '{}', false, now()
                 FROM generate_series(1, %s) AS n""",
            [PEOPLE],
        )
        cursor.execute("ANALYZE people_person")
    return list(Person.objects.order_by("-pk").values_list("pk", flat=True)[:PEOPLE])


def plain() -> float:
    """As many rows of as many columns into a table without keys, by one statement."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE plain (a bigint, b bigint, c uuid, d timestamptz, e text)")
        began = time.perf_counter()
        for _table in range(2):
            cursor.execute(
                "INSERT INTO plain SELECT n, n, gen_random_uuid(), now(), 'x' FROM generate_series(1, %s) AS n",
                [PEOPLE],
            )
    return time.perf_counter() - began


if __name__ == "__main__":
    import json

    set_up_django()
    print(json.dumps(inside()))
