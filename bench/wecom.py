"""企业微信 through its emulator with the real limits: a notice to 31,000 members in calls of a thousand, beside the bare calls of the same run;
what is opened of callbacks, and forms of certification compared, in a second.
"""

import json
import os
import random
import subprocess
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from bench.inside import ask_fresh_campus, set_up_django
from bench.report import Report, percentile
from nanhu.kernel.child_processes import dying_with_parent

PEOPLE, EACH, AT_ONCE = 31_000, 1_000, 4
OPENED, FORMS = 20_000, 200
PERSONS, ROUNDS = 100, 3
"""No more rounds: a phone takes ten codes a day, and three of four kinds of forms name it."""
TOLD_APART = 5
"""Per cent by which guessing from the time alone may be better than a coin; of three hundred pairs chance makes as much."""
MOST_SECONDS, CALLBACKS, CERTIFIED = 60, 50, 20


def run(report: Report) -> None:
    found = ask_fresh_campus("bench.wecom")
    report("wecom_bare_calls_31000", found["bare"], "s")
    report("wecom_fan_out_31000", found["fan_out"], "s", MOST_SECONDS)
    report("wecom_fan_out_lost", found["lost"], "messages")
    report("wecom_callbacks_opened", found["opened"], "callbacks/s", CALLBACKS)
    report("wecom_certifications", found["certified"], "forms/s", CERTIFIED)
    for kind, (median, apart) in found["told_apart"].items():
        report(f"wecom_form_{kind}", median, "ms")
        report(f"wecom_form_{kind}_told_by_time", apart, "%", TOLD_APART)


def inside() -> dict[str, Any]:
    from nanhu.kernel.configuration import configuration
    from nanhu.sample.demo.processes import wecom_command, wecom_environment

    environment = wecom_environment(configuration())
    members = fill()
    with subprocess.Popen(
        dying_with_parent(wecom_command(configuration())), env={**os.environ, **environment}, stdout=subprocess.DEVNULL
    ) as emulator:
        try:
            wait_for(configuration().wecom_port)
            found = fan_out(members)
        finally:
            emulator.terminate()
    return {**found, "opened": callbacks_opened(), "certified": forms_compared(), "told_apart": told_apart()}


def fill() -> list[Any]:
    """As many members here and there."""
    from nanhu.emulators.wecom.store import ACTIVE, Store
    from nanhu.kernel.configuration import configuration
    from nanhu.platforms.people.models import OrgUnit, Person
    from nanhu.services.mobile.models import Member

    unit = OrgUnit.objects.create(code="00", name="学校")
    persons = Person.objects.bulk_create(
        [Person(name=f"成员{one}", pinyin="cheng yuan", document_kind="1") for one in range(PEOPLE)], batch_size=5000
    )
    members = [
        Member(person=one, userid=f"u{one.pk}", state="active", task="", name=one.name, unit=unit, wanted=bytes(32))
        for one in persons
    ]
    Member.objects.bulk_create(members, batch_size=5000)
    store = Store(str(configuration().data_dir / "emulators" / "wecom.sqlite"))
    store.db.execute("BEGIN")
    for one in members:
        store.put(one.userid, one.name, "", [1], ACTIVE)
    store.db.execute("COMMIT")
    store.db.close()
    return members


def fan_out(members: list[Any]) -> dict[str, Any]:
    from nanhu.kernel.registry import MessageBatch, MessageRecipient
    from nanhu.services.mobile.adapters import choice
    from nanhu.services.mobile.adapters.port import Card
    from nanhu.services.mobile.services import sending

    parts = [members[at : at + EACH] for at in range(0, PEOPLE, EACH)]
    words: dict[str, Any] = {"kind": "notice", "urgency": "today", "language": "zh", "text": "内容", "url": ""}
    states: list[str] = []

    def bare(number: int) -> None:
        card = Card(title="裸", text="", url="https://a.example/", mark="")
        choice.vendor().send(card, userids=[one.userid for one in parts[number]])

    def whole(number: int) -> None:
        receivers = [MessageRecipient(delivery_id=one.person_id, person_id=one.person_id) for one in parts[number]]
        batch = MessageBatch(
            number=uuid4(), template="bench", title="通知", topic="bench", recipients=receivers, **words
        )
        states.extend(one.state for one in sending.send(batch).values())

    found = {"bare": each(bare, len(parts)), "fan_out": each(whole, len(parts))}
    return {**found, "lost": PEOPLE - states.count("delivered")}


def each(work: Callable[[int], None], times: int) -> float:
    from django.db import connections

    def closing(number: int) -> None:
        try:
            work(number)
        finally:
            connections.close_all()

    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(closing, range(times)))
    return time.perf_counter() - began


def callbacks_opened() -> float:
    from nanhu.emulators.wecom import sealing
    from nanhu.kernel.configuration import configuration
    from nanhu.services.mobile.adapters.wecom.line import emulated

    seal = emulated(configuration()).seal
    inner = sealing.sealed("<xml><Event>x</Event></xml>", key=seal.key, receiver=seal.receiver)
    mark = sealing.signature(seal.token, "1", "n", inner)
    began = time.perf_counter()
    for _one in range(OPENED):
        seal.open(signature=mark, timestamp="1", nonce="n", sealed=inner)
    return OPENED / (time.perf_counter() - began)


def forms_compared() -> float:
    from nanhu.kernel.actors import Actor
    from nanhu.services.mobile.services import certifying

    began = time.perf_counter()
    for number in range(FORMS):
        said = {"campus_no": f"S{number}", "name": "名", "id_number": "430602200601010017", "phone": f"139{number:08}"}
        certifying.begin(by=Actor(None, "bench", address=f"10.0.0.{number}"), said=said)
    return FORMS / (time.perf_counter() - began)


def told_apart() -> dict[str, tuple[float, float]]:
    """Forms that are right, and wrong in one thing, in turn: the middle time of each kind, and by how much guessing from the time alone which of a
    right and a wrong one is which is better than a coin (the area under the curve, above a half)."""
    from nanhu.kernel.actors import Actor
    from nanhu.kernel.models import Throttle
    from nanhu.services.mobile.services import certifying

    said = known_persons()
    wrong = {
        "right": {},
        "wrong_name": {"name": "别人"},
        "wrong_document": {"id_number": "430602200601010017"},
        "nobody": {"campus_no": "X0", "phone": ""},
    }
    took: dict[str, list[float]] = {kind: [] for kind in wrong}
    forms = [(kind, one) for one in said for kind in wrong] * ROUNDS
    random.Random(1).shuffle(forms)
    for number, (kind, one) in enumerate(forms):
        if number % FORMS == 0:
            Throttle.objects.all().delete()
        typed = {**one, **wrong[kind]}
        typed["phone"] = typed["phone"] or f"138{number:08}"
        by = Actor(None, "bench", address=f"10.{number % 250}.{number // 250}.1")
        began = time.perf_counter()
        certifying.begin(by=by, said=typed)
        took[kind].append(1000 * (time.perf_counter() - began))
    return {kind: (percentile(times, 0.5), apart(took["right"], times)) for kind, times in took.items()}


def apart(left: list[float], right: list[float]) -> float:
    longer = sum((a > b) + (a == b) / 2 for a in left for b in right) / (len(left) * len(right))
    return 100 * abs(longer - 0.5)


def known_persons() -> list[dict[str, str]]:
    """As their school knows them."""
    from datetime import date

    from nanhu.kernel.actors import Actor
    from nanhu.platforms.people import api as people

    found = [
        {
            "campus_no": f"B{one:04}",
            "name": f"认证{one}",
            "id_number": with_check(f"43060220050101{one:03}"),
            "phone": f"137{one:08}",
        }
        for one in range(1, PERSONS + 1)
    ]
    records = [
        people.PersonRecord(
            key=one["campus_no"],
            name=one["name"],
            document_kind="1",
            id_number=one["id_number"],
            phone=one["phone"],
            affiliations=(
                people.AffiliationRecord(
                    kind="student",
                    campus_no=one["campus_no"],
                    starts_on=date(2026, 9, 1),
                    unit_code="00",
                    state="active",
                ),
            ),
        )
        for one in found
    ]
    people.apply_records(by=Actor(None, "bench"), records=records, origin=people.Origin(source="bench", title="bench"))
    return found


def with_check(first: str) -> str:
    from nanhu.platforms.people.api import id_check_character

    return first + id_check_character(first)


def wait_for(port: int) -> None:
    for _try in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1).read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the emulator does not answer")


if __name__ == "__main__":
    set_up_django()
    print(json.dumps(inside()))
