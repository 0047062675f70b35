"""A process for each use of venues: the venue's own posts decide, a sponsor, a technician and a unit's leader where they are wanted."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from django.db.models import Subquery, TextField, UUIDField
from django.utils.translation import gettext_noop as _

from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.platforms.flows import api as flows
from nanhu.services.venues.models import Booking, VenuePost
from nanhu.services.venues.presets import USES, Use, flow_key

SUBJECT: Final = "venues.application"
A_DAY: Final = 390
"""Working minutes."""
Duty = VenuePost.Duty
BOOKED: Final = Booking.objects.filter(application__public_id=Given("application", UUIDField())).order_by("pk")
POSTS_FOR: Final = Prepared(
    lambda: VenuePost.objects.filter(
        venue=Subquery(BOOKED.values("venue")[:1]), duty=Given("duty", TextField())
    ).order_by("pk")
)


def posts_for(case: "object", duty: str) -> Iterable[int | flows.PostAt]:
    subject = str(getattr(case, "subject_id", ""))
    rows = POSTS_FOR(application=UUID(subject), duty=duty) if subject else []
    return [flows.PostAt(unit_id=one.unit_id, office=one.office) for one in rows]


flows.resolvers["venues.first"] = lambda case: posts_for(case, Duty.FIRST)
flows.resolvers["venues.second"] = lambda case: posts_for(case, Duty.SECOND)
flows.resolvers["venues.lab"] = lambda case: posts_for(case, Duty.LAB)
flows.resolver_names |= {
    "venues.first": _("场地的审批人"),
    "venues.second": _("场地的终审人"),
    "venues.lab": _("场地的实验室主任"),
}

ASKED: Final = {
    "course": flows.Field(key="course", label=_("课程或活动名称"), is_required=False),
    "students": flows.Field(key="students", label=_("教学班"), is_required=False),
    "software": flows.Field(key="software", label=_("要用的软件、音频设备"), is_required=False),
    "platform": flows.Field(key="platform", label=_("直播平台"), is_required=False),
    "safety_plan": flows.Field(
        key="safety_plan", label=_("安全预案"), kind="long_text", is_required=False, is_fact=True
    ),
    "technician": flows.Field(key="technician", label=_("技术员"), kind="person", is_required=False),
}


def form_of(use: Use) -> tuple[flows.Field, ...]:
    return (
        flows.Field(key="venue", label=_("场地"), is_fact=True),
        flows.Field(key="times", label=_("时间"), kind="long_text", is_fact=True),
        flows.Field(key="title", label=_("活动名称")),
        flows.Field(key="purpose", label=_("用途"), kind="long_text", is_fact=True),
        flows.Field(key="headcount", label=_("人数"), kind="number", is_fact=True),
        flows.Field(key="unit", label=_("单位"), is_required=False),
        flows.Field(key="equipment", label=_("设备"), is_required=False),
        flows.Field(key="sponsor", label=_("负责人"), kind="person", is_required=False),
        *(ASKED[one] for one in use.asks if one in ASKED),
        flows.Field(key="missed", label=_("本学期未到场"), kind="number", is_required=False, is_fact=True),
        flows.Field(key="levels", label=_("审批级数"), kind="number", is_required=False, is_inner=True),
    )


def steps_of(use: Use) -> tuple[flows.Step, ...]:
    """Each with the condition under which it is wanted; the first always is."""
    wanted: list[tuple[str, str, tuple[flows.Resolved | flows.PersonIn | flows.OwnPost, ...], str]] = [
        ("first", _("场地审批"), (flows.Resolved(name="venues.first"),), "")
    ]
    if "head_of_lab" in use.asks:
        wanted.append(("lab", _("实验室主任审批"), (flows.Resolved(name="venues.lab"),), ""))
    if "technician" in use.asks:
        wanted.append(("technician", _("技术员确认"), (flows.PersonIn(field="technician"),), ""))
    wanted += [
        ("sponsor", _("负责人同意"), (flows.PersonIn(field="sponsor"),), "headcount > 100"),
        ("leader", _("单位负责人同意"), (flows.OwnPost(office="head"),), "missed >= 3"),
        ("second", _("终审"), (flows.Resolved(name="venues.second"),), "levels > 1"),
    ]
    return tuple(
        flows.Step(
            key=key,
            name=name,
            kind="approve",
            who=who,
            can_return=False,
            agrees_in_bulk=True,
            edges=edges_to(wanted[place + 1 :]),
        )
        for place, (key, name, who, _when) in enumerate(wanted)
    )


def edges_to(later: "Sequence[tuple[str, str, object, str]]") -> tuple[flows.Edge, ...]:
    """To the first of the later steps that is wanted, else to the end."""
    edges = []
    for key, _name, _who, when in later:
        edges.append(flows.Edge(to=key, when=when))
        if not when:
            return tuple(edges)
    return (*edges, flows.Edge(to="end"))


for use in USES.values():
    flows.register_flow(
        flows.FlowSpec(
            key=flow_key(use.key),
            name=use.name,
            summary=use.summary,
            unit=use.unit,
            promise=A_DAY,
            prefix=use.prefix,
            faces=use.faces,
            icon=use.icon,
            retention="short",
            begins_at="venues:book:overview",
            body=flows.Body(form=form_of(use), steps=steps_of(use)),
        )
    )
