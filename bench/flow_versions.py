"""The dry run of a newer version over 10,000 running cases, three of them planted to break; moving them; putting them back."""

import json
import random
import time
from datetime import date, timedelta
from typing import Any

from bench.campus import fresh_campus
from bench.inside import ask_inside, set_up_django
from bench.report import Report

CASES, STUDENTS, LONGEST = 10_000, 200, 60.0


def run(report: Report) -> None:
    with fresh_campus(demo=False) as campus:
        campus.nanhu("migrate", "--verbosity=0")
        measured = ask_inside(campus, "bench.flow_versions")
    report("flow_dry_run_of_10000", measured["judged"], "s", LONGEST)
    report("flow_moved", measured["moved"], "s")
    report("flow_put_back", measured["undone"], "s")
    report("flow_planted_breaks_found", measured["breaks"], "cases", 3)
    if sorted(measured["named"]) != sorted(measured["planted"]):
        raise RuntimeError(f"planted {measured['planted']}, named {measured['named']}")


def bodies() -> tuple[Any, Any]:
    from nanhu.platforms.flows.api import Body, Edge, Field, OwnPost, PostOf, Step

    form = (
        Field(key="kind", label="种类", kind="one_of", choices=("事假", "病假")),
        Field(key="days", label="日期", kind="span"),
        Field(key="reason", label="事由"),
    )
    first = Step(key="counsellor", name="辅导员", kind="approve", who=(OwnPost(office="counsellor"),))
    extra = Step(key="extra", name="核对", kind="approve", who=(PostOf(office="head"),))
    sign = Step(
        key="sign", name="会签", kind="countersign", who=(PostOf(office="head"), OwnPost(office="head")), needed=1
    )
    head = Step(key="head", name="学院", kind="approve", who=(OwnPost(office="head"),))
    edges = (Edge(to="head", when="days.days > 3 and reason != '无'"), Edge(to="sign"))
    phone = Field(key="phone", label="电话", kind="phone")
    renamed = Step(key="tutor", name="导师", kind="approve", who=first.who, edges=edges)
    wider = Step(key="sign", name="会签", kind="countersign", who=sign.who, needed=2)
    sourced = (form[0], form[1], Field(key="reason", label="事由", source="people.name"), phone)
    return Body(form=form, steps=(first, extra, sign, head)), Body(form=sourced, steps=(renamed, wider, head))


def fill() -> tuple[Any, Any, list[str]]:
    """Cases at their first or last step; one in ten without the phone that the new form asks for."""
    from nanhu.kernel.clock import now
    from nanhu.platforms.flows.api import FlowSpec
    from nanhu.platforms.flows.models import Case, Definition, Task, Token
    from nanhu.platforms.flows.services import definitions

    applicants = school()
    old, new = bodies()
    for body in (old, new):
        spec = FlowSpec(key="bench.leave", name="请假", unit="1017", promise=480, prefix="BN", body=body)
        definitions.publish(spec)
    source, target = Definition.objects.get(key="bench.leave").versions.order_by("number")
    chance = random.Random(42)
    steps = ["extra", "sign", "counsellor"] + [chance.choice(["counsellor", "head"]) for _case in range(CASES - 3)]
    cases = [
        Case(
            number=f"BN-{number:06}",
            token=f"{number:032x}",
            definition=source.definition,
            version=source,
            applicant_id=chance.choice(applicants),
            opened_by_name="bench",
            data=said(chance, is_whole=number < 3 or number % 10 != 0) | ({"reason": ""} if number == 2 else {}),
            due_at=now() + timedelta(days=2),
            promised=480,
        )
        for number in range(CASES)
    ]
    from django.db import transaction

    with transaction.atomic():
        Case.objects.bulk_create(cases, batch_size=1000)
        tokens = [Token(case=case, step=step) for case, step in zip(cases, steps, strict=True)]
        Token.objects.bulk_create(tokens, batch_size=1000)
        unit_id = source.definition.unit_id
        tasks = [
            Task(
                case=token.case,
                applicant_id=token.case.applicant_id,
                token=token,
                step=token.step,
                kind="countersign" if token.step == "sign" else "approve",
                pool_unit_id=unit_id,
                pool_office="head",
                why="post",
            )
            for token in tokens
        ]
        Task.objects.bulk_create(tasks, batch_size=1000)
    return source, target, [case.number for case in cases[:3]]


def school() -> list[int]:
    """A college with a class of two hundred, its counsellor and head, and the office that owns the process."""
    from nanhu.kernel.actors import Actor
    from nanhu.platforms.people import api as people

    by, origin = Actor.system("bench"), people.Origin(source="bench", title="bench")
    units = (
        people.UnitRecord(code="1000", name="学校"),
        people.UnitRecord(code="1017", name="保卫处", parent_code="1000"),
        people.UnitRecord(code="12", name="计算机学院", parent_code="1000", kind="教学学院"),
        people.UnitRecord(code="1201", name="软件工程", parent_code="12", kind="专业"),
        people.UnitRecord(code="120101", name="软件2301班", parent_code="1201", kind="班级"),
    )
    people.apply_units(by=by, records=units, origin=origin)
    members = [("T1", "staff", "12"), ("T2", "staff", "12"), ("T3", "staff", "1017")]
    members += [(f"S{number:03}", "student", "120101") for number in range(STUDENTS)]
    records = [record(number, kind, unit) for number, kind, unit in members]
    persons = people.apply_records(by=by, records=records, origin=origin).person_ids
    ids = people.unit_ids_by_code([unit.code for unit in units])
    for unit, office, number in (("12", "counsellor", "T1"), ("12", "head", "T2"), ("1017", "head", "T3")):
        people.appoint(
            by=by,
            unit_id=ids[unit],
            office=office,
            person_id=persons[number],
            starts_on=date(2020, 1, 1),
            ends_on=None,
            document="任命",
        )
    return [persons[number] for number, kind, _unit in members if kind == "student"]


def record(number: str, kind: str, unit: str) -> Any:
    from nanhu.platforms.people import api as people

    tie = people.AffiliationRecord(
        kind=kind, campus_no=number, starts_on=date(2020, 9, 1), unit_code=unit, state="active"
    )
    return people.PersonRecord(key=number, name=f"样例{number}", affiliations=(tie,))


def said(chance: random.Random, *, is_whole: bool) -> dict[str, object]:
    first = date(2026, 12, 1) + timedelta(days=chance.randrange(300))
    days = {"first": first.isoformat(), "last": (first + timedelta(days=chance.randrange(9))).isoformat()}
    found: dict[str, object] = {"kind": chance.choice(["事假", "病假"]), "days": days, "reason": "回家"}
    return found | ({"phone": "13800000000"} if is_whole else {})


def main() -> dict[str, Any]:
    set_up_django()
    from nanhu.kernel.actors import Actor
    from nanhu.platforms.flows.services import moving

    by = Actor.system("bench")
    source, target, planted = fill()
    move = moving.ask(by=by, source=source, target=target, mapping={"counsellor": "tutor"}, reason="bench")
    seconds = {"judged": timed(moving, move)}
    broken = list(move.rows.filter(verdict="breaks").values_list("case__number", flat=True))
    move.refresh_from_db()
    moving.move(by=second(), move=move)
    seconds["moved"] = timed(moving, move)
    move.refresh_from_db()
    moving.undo(by=by, move=move)
    seconds["undone"] = timed(moving, move)
    return {**seconds, "breaks": len(broken), "named": broken, "planted": planted}


def second() -> Any:
    """Who signs the move."""
    from nanhu.kernel.actors import Actor
    from nanhu.platforms.identity import api as identity
    from nanhu.platforms.people import api as people

    person_id = people.find_person_by_campus_no("T3")
    identity.open_accounts(by=Actor.system("bench"), person_ids=[person_id])
    return Actor(account_id=identity.account_of(person_id).pk, name="样例T3")


def timed(moving: Any, move: Any) -> float:
    begun = time.perf_counter()
    moving.work_off(move_id=move.pk, by_name="system:bench")
    return time.perf_counter() - begun


if __name__ == "__main__":
    print(json.dumps(main()))
