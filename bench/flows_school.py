"""The school of `bench.flows`: 31,000 people, sixteen approvers with their open tasks, one who holds six offices; and an announcement to all."""

import json
import re
import sys
import time
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from bench.inside import cookie_of, set_up_django

READERS, APPROVERS, OPEN_EACH, CHUNK = 31_000, 16, 350, 5000
OFFICES = ("head", "deputy", "secretary", "counsellor", "leader")
PASSWORD = "Reed-Boat-1995"  # noqa: S105 - of a campus that lives for some minutes
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def school() -> dict[str, Any]:
    from nanhu.kernel.actors import Actor
    from nanhu.platforms.identity import api as identity
    from nanhu.platforms.identity import sample as identity_sample
    from nanhu.platforms.people import api as people

    by, origin = Actor.system("bench"), people.Origin(source="bench", title="bench")
    units = [people.UnitRecord(code="1000", name="学校"), people.UnitRecord(code="12", name="学院", parent_code="1000")]
    people.apply_units(by=by, records=units, origin=origin)
    records = [person(f"T{n:02}") for n in range(APPROVERS + 1)]
    staff = people.apply_records(by=by, records=records, origin=origin).person_ids
    identity.open_accounts(by=by, person_ids=staff.values())
    for number in staff:
        identity_sample.set_password_for_sample(by=by, campus_no=number, password=PASSWORD)
    ids = people.unit_ids_by_code(["12", "1000"])
    posts = [("12", office) for office in OFFICES] + [("1000", "head")]
    for unit, office in posts:
        people.appoint(
            by=by,
            unit_id=ids[unit],
            office=office,
            person_id=staff[f"T{APPROVERS}"],
            starts_on=date(2020, 1, 1),
            ends_on=None,
            document="任命",
        )
    students = enrol(ids["12"], READERS - len(staff))
    *approvers, six = staff.values()
    version = open_cases(approvers, students, [(ids[unit], office) for unit, office in posts])
    return {"students": students, "approvers": approvers, "six": six, "version": version, **sessions(list(staff))}


def enrol(unit_id: int, count: int) -> list[int]:
    """Past the door: its records and changes are no part of what is measured."""
    from nanhu.platforms.people.models import Affiliation, Person

    made = Person.objects.bulk_create(
        (Person(name=f"样例{n}", pinyin="yang li") for n in range(count)), batch_size=CHUNK
    )
    ties = (
        Affiliation(
            person=one,
            kind="student",
            campus_no=f"S{n:05}",
            unit_id=unit_id,
            starts_on=date(2024, 9, 1),
            state="active",
        )
        for n, one in enumerate(made)
    )
    Affiliation.objects.bulk_create(ties, batch_size=CHUNK)
    return [one.pk for one in made]


def person(number: str) -> Any:
    from nanhu.platforms.people import api as people

    first = date(2020, 9, 1)
    tie = people.AffiliationRecord(kind="staff", campus_no=number, starts_on=first, unit_code="12", state="active")
    return people.PersonRecord(key=number, name=f"样例{number}", affiliations=(tie,))


def open_cases(approvers: list[int], students: list[int], posts: list[tuple[int, str]]) -> int:
    """One step, and then the case is granted: so many for each approver, and as many in each of the posts."""
    from django.db import transaction

    from nanhu.kernel.clock import now
    from nanhu.platforms.flows.api import Body, Field, FlowSpec, OwnPost, Step
    from nanhu.platforms.flows.models import Case, Definition, Task, Token
    from nanhu.platforms.flows.services import definitions

    form = (
        Field(key="kind", label="种类", kind="one_of", choices=("事假", "病假"), is_fact=True),
        Field(key="reason", label="事由", is_fact=True),
    )
    steps = (Step(key="tutor", name="导师", kind="approve", who=(OwnPost(office="head"),)),)
    spec = FlowSpec(
        key="bench.leave", name="请假", unit="12", promise=480, prefix="BN", body=Body(form=form, steps=steps)
    )
    definitions.publish(spec)
    version = Definition.objects.get(key=spec.key).versions.get()
    holders: list[dict[str, Any]] = [{"person_id": one, "why": "resolver"} for one in approvers]
    holders += [{"pool_unit_id": unit, "pool_office": office, "why": "post"} for unit, office in posts]
    said, due = {"kind": "事假", "reason": "回家"}, now() + timedelta(days=2)
    with transaction.atomic():
        cases = Case.objects.bulk_create(
            Case(
                number=f"BN-{n:06}",
                token=uuid4(),
                definition=version.definition,
                version=version,
                applicant_id=students[n % len(students)],
                applicant_name="样例",
                opened_by_name="bench",
                data=said,
                due_at=due,
                promised=480,
            )
            for n in range(OPEN_EACH * len(holders))
        )
        tokens = Token.objects.bulk_create(Token(case=case, step="tutor") for case in cases)
        Task.objects.bulk_create(
            Task(
                case=case,
                applicant_id=case.applicant_id,
                token=token,
                step="tutor",
                kind="approve",
                due_at=due,
                **holders[n % len(holders)],
            )
            for n, (case, token) in enumerate(zip(cases, tokens, strict=True))
        )
    return version.pk


def sessions(numbers: list[str]) -> dict[str, Any]:
    """Of each his cookie, his forms, and how many queries his page of to-dos takes."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from nanhu.platforms.flows.models import Task
    from nanhu.platforms.people import api as people

    found: dict[str, list[Any]] = {"cookies": [], "forms": [], "queries": []}
    for number in numbers:
        client = Client(headers={"host": "localhost"})
        client.post("/sign-in", {"username": number, "password": PASSWORD})
        page = client.get("/flows/")
        token = TOKEN.search(page.content.decode())
        with CaptureQueriesContext(connection) as queries:
            if client.get("/flows/").status_code != 200 or token is None:
                raise RuntimeError(f"{number} did not get his to-dos")
        cookie = cookie_of(client)
        mine = Task.objects.filter(person_id=people.find_person_by_campus_no(number), state="open").order_by("pk")
        found["cookies"].append(cookie)
        found["queries"].append(len(queries))
        found["forms"].append([form(str(task.public_id), cookie, token[1]) for task in mine])
    in_turn = [one for several in zip(*found["forms"][:APPROVERS], strict=True) for one in several]
    return {**found, "forms": in_turn}


def form(task: str, cookie: str, token: str) -> dict[str, str]:
    said = {"decision": "agree", "revision": 1, "form_token": uuid4(), "csrfmiddlewaretoken": token}
    return {"path": f"/flows/tasks/{task}/decide/", "cookie": cookie, "body": urlencode(said)}


def announce() -> dict[str, Any]:
    """To everybody, as the worker opens it."""
    from nanhu.kernel.actors import Actor
    from nanhu.kernel.clock import campus_today
    from nanhu.platforms.flows.models import Task
    from nanhu.platforms.flows.services import announcing
    from nanhu.platforms.people import api as people

    made = announcing.announce(
        by=Actor.system("bench"),
        unit_id=people.unit_ids_by_code(["1000"])["1000"],
        kinds=["student", "staff"],
        title="防汛通知",
        text="今晚有暴雨。",
        until=campus_today() + timedelta(days=3),
        token=uuid4(),
    )
    begun, cpu = time.perf_counter(), time.process_time()
    announcing.work_off(announcement_id=made.pk)
    seconds, own = time.perf_counter() - begun, time.process_time() - cpu
    rows = Task.objects.filter(kind="confirm", state="open")
    return {
        "seconds": seconds,
        "cpu": own,
        "tasks": rows.count(),
        "persons": rows.values("person_id").distinct().count(),
    }


if __name__ == "__main__":
    set_up_django()
    print(json.dumps(announce() if sys.argv[1:] == ["announce"] else school()))
