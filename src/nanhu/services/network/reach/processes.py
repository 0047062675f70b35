"""F22 VPN账户申请表 as a process: asked for on the room's own page, agreed to by the leader of the applicant's unit."""

from typing import Final

from django.utils.translation import gettext_noop as _

from nanhu.platforms.flows import api as flows

KEY: Final = "network.vpn"
SUBJECT: Final = "vpn-grant"
TWO_DAYS: Final = 2 * 390
"""Working minutes of days of six and a half hours."""

VPN: Final = flows.register_flow(
    flows.FlowSpec(
        key=KEY,
        name=_("VPN 账户申请"),
        summary=_("在校外访问科研、教务、缴费等校内系统；只给教职工"),
        unit="1032",
        promise=TWO_DAYS,
        prefix="VPN",
        faces=frozenset({"staff"}),
        icon="globe-lock",
        begins_at="network_reach:book:vpn_apply",
        body=flows.Body(
            form=(
                flows.Field(key="name", label=_("姓名"), source="people.name"),
                flows.Field(key="campus_no", label=_("学工号"), source="people.campus_no"),
                flows.Field(key="unit", label=_("单位"), source="people.unit"),
                flows.Field(key="purpose", label=_("用途"), kind="long_text", most=300, is_fact=True),
                flows.Field(key="until", label=_("用到哪天"), kind="date", is_fact=True),
                flows.Field(key="promise_version", label=_("保密承诺（已同意的版本）"), most=20),
            ),
            steps=(
                flows.Step(
                    key="leader",
                    name=_("单位负责人同意"),
                    kind="approve",
                    who=(flows.OwnPost(office="head"),),
                    can_return=False,
                    is_final=True,
                ),
            ),
        ),
    )
)
