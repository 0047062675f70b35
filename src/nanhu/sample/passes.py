"""Applications of the sample campus: passes to the laboratory in every state, some of them in the hands of the cast."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from nanhu.kernel.actors import Actor
from nanhu.platforms.flows import api as flows
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.sample.cast import CAST

KEY: Final = "access.pass"
LABORATORY: Final = "east.t1.lab"
PURPOSES: Final = (
    "毕业设计：网络流量采集，指导教师周明远",
    "蓝桥杯集训",
    "路由实验补做",
    "开放实验项目中期检查",
    "社团设备检修",
)
FATES: Final = (
    "waits",
    "waits",
    "waits",
    "second",
    "second",
    "granted",
    "refused",
    "returned",
    "withdrawn",
    "sent_back",
)
"""How far each goes."""
OWN: Final = (0, 5)
"""The cast's own: one that waits and one that was granted."""


def actor_of(person_id: int) -> Actor:
    card, account = people.person_card(person_id), identity.account_of(person_id)
    return Actor(account_id=account.pk if account else None, name=card.name if card else "")


def open_cases(*, today: date) -> int:
    """Of students of the college whose counsellor is of the cast. Again: nothing, for twins are refused."""
    numbers = [CAST[role].campus_no for role in ("student", "teacher", "security")]
    found = people.find_people_by_campus_no(numbers)
    if len(found) < len(numbers):
        return 0
    student, counsellor, security = (found[number] for number in numbers)
    others = [one for one in people.members_of(["12"], kind="student") if one != student]
    draft = {"purpose": "毕业设计：软件定义网络", "place": LABORATORY}
    flows.keep_draft(person_id=others[-1], key=KEY, data=draft)
    count = 0
    for number, fate in enumerate(FATES):
        applicant = student if number in OWN else others[number] if number < len(others) else None
        if applicant is not None:
            count += go(applicant, number, fate, (counsellor, security), today)
    return count


def go(applicant: int, number: int, fate: str, deciders: Sequence[int], today: date) -> int:
    first = today + timedelta(days=1 + number)
    data: dict[str, Any] = {
        "place": LABORATORY,
        "days": {"first": first.isoformat(), "last": (first + timedelta(days=6)).isoformat()},
        "purpose": PURPOSES[number % len(PURPOSES)],
        "promise": True,
    }
    try:
        case = flows.open_case(by=actor_of(applicant), key=KEY, applicant_id=applicant, data=data)
    except flows.TwinCaseError:
        return 0
    if fate == "withdrawn":
        flows.withdraw(by=actor_of(applicant), person_id=applicant, case=case)
    for decider, decision, words in decisions(fate, deciders):
        task = case.tasks.get(state="open")
        to_step = "counsellor" if fate == "sent_back" and decision == "return" else ""
        flows.decide(
            by=actor_of(decider), person_id=decider, task=task, decision=decision, comment=words, to_step=to_step
        )
    return 1


def decisions(fate: str, deciders: Sequence[int]) -> list[tuple[int, str, str]]:
    counsellor, security = deciders
    agreed = (counsellor, "agree", "情况属实")
    return {
        "second": [agreed],
        "granted": [agreed, (security, "agree", "")],
        "refused": [agreed, (security, "refuse", "这几天实验室检修，不开放")],
        "sent_back": [agreed, (security, "return", "请核对名单，再报一次")],
        "returned": [(counsellor, "return", "请写明指导教师和实验内容")],
    }.get(fate, [])
