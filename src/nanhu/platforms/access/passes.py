"""Passes (通行申请): a student applies for a place and days, the counsellor and the security office agree, the doors hear it.

The flow is declared here; a granted case becomes a rule of its place by `let_in`.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.utils.translation import gettext_noop as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.once import lock_key
from nanhu.kernel.registry import Text
from nanhu.platforms.access.models import Door, DoorRule
from nanhu.platforms.access.services.ruling import DoorRuleDraft, rule
from nanhu.platforms.campus import api as campus
from nanhu.platforms.flows import api as flows

KEY: Final = "access.pass"
BY: Final = Actor.system("access.passes")
LONGEST_DAYS: Final = 120
TWO_DAYS: Final = 780
"""Working minutes of two days of six and a half hours."""


def places() -> list[tuple[str, Text]]:
    """Open places that have a door of their own."""
    found = campus.open_places().filter(pk__in=Door.objects.values("place_id"))
    return [(place.key, place.name) for place in found.order_by("key")]


flows.choice_lists["access.places"] = places
PASS: Final = flows.register_flow(
    flows.FlowSpec(
        key=KEY,
        name=_("门禁通行申请"),
        summary=_("实验室、教学楼等平时不能进的地方，按天申请"),
        unit="1017",
        promise=TWO_DAYS,
        prefix="TX",
        faces=frozenset({"student"}),
        section="study",
        icon="door-open",
        retention="short",
        body=flows.Body(
            form=(
                flows.Field(key="name", label=_("姓名"), source="people.name"),
                flows.Field(key="campus_no", label=_("学工号"), source="people.campus_no"),
                flows.Field(key="unit", label=_("单位"), source="people.unit"),
                flows.Field(
                    key="place",
                    label=_("去哪里"),
                    kind="one_of",
                    choices_from="access.places",
                    is_fact=True,
                    is_key=True,
                ),
                flows.Field(
                    key="days",
                    label=_("哪些天"),
                    kind="span",
                    most=LONGEST_DAYS,
                    is_fact=True,
                    is_key=True,
                    is_ahead=True,
                ),
                flows.Field(
                    key="purpose",
                    label=_("做什么"),
                    kind="long_text",
                    most=300,
                    is_fact=True,
                    help=_("例如：毕业设计实验，指导教师姓名"),
                ),
                flows.Field(key="promise", label=_("我会遵守场所的安全规定"), kind="promise"),
            ),
            steps=(
                flows.Step(
                    key="counsellor",
                    name=_("辅导员审批"),
                    kind="approve",
                    who=(flows.OwnPost(office="counsellor"), flows.OwnPost(office="head")),
                ),
                flows.Step(
                    key="security",
                    name=_("主管单位审批"),
                    kind="approve",
                    who=(flows.PostOf(office="head"),),
                    is_final=True,
                ),
            ),
        ),
    )
)


def let_in(events: Sequence[flows.CaseClosed]) -> None:
    """Rules for what was granted, from today on at the earliest. A case that was heard before has its rule."""
    for event in events:
        if event.definition == KEY and event.outcome == "granted":
            write_rule(flows.case_card(event.case_id))


def write_rule(case: flows.CaseCard) -> None:
    lock_key(f"access.pass:{case.number}")
    first, last = (date.fromisoformat(case.data["days"][end]) for end in ("first", "last"))
    reason = f"{PASS.name} {case.number}"
    if case.applicant_id is None or last < campus_today():
        return
    if DoorRule.objects.filter(person_id=case.applicant_id, reason=reason).exists():
        return
    draft = DoorRuleDraft(
        is_allowed=True,
        covers_below=False,
        starts_on=max(first, campus_today()),
        ends_on=last,
        person_id=case.applicant_id,
    )
    rule(by=BY, place=campus.place_with(case.data["place"]), draft=draft, reason=reason)
