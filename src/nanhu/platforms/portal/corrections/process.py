"""The process of a correction: its owner mends it at the source, or says why not; it ends only when the new value has come."""

from typing import Final

from django.utils.translation import gettext_noop as _

from nanhu.platforms.flows import api as flows
from nanhu.platforms.portal.corrections.fields import APPEAL_RESOLVER, RESOLVER, refuse_made_up

KEY: Final = "portal.correction"
CHECK, ARRIVAL = "check", "arrival"
PAPERS: Final = "papers"
APPEAL: Final = "portal.correction_appeal"
THREE_DAYS: Final = 3 * 390
"""Working minutes of days of six and a half hours, after which the leader of who has it is told."""

CORRECTION: Final = flows.register_flow(
    flows.FlowSpec(
        key=KEY,
        name=_("更正个人信息"),
        summary=_("姓名、学工号、单位、状态、照片有错，请负责的部门在源头改"),
        unit="1017",
        promise=THREE_DAYS,
        prefix="GZ",
        section="service",
        icon="user-round-pen",
        legal_basis=_("《个人信息保护法》第四十六条"),
        body=flows.Body(
            form=(
                flows.Field(
                    key="what",
                    label=_("哪一项有错"),
                    kind="one_of",
                    choices_from="portal.fields",
                    is_fact=True,
                    is_key=True,
                ),
                flows.Field(
                    key="number",
                    label=_("哪个学号或工号的"),
                    is_required=False,
                    most=40,
                    is_key=True,
                    help=_("有几个身份时填；姓名、照片不用填"),
                ),
                flows.Field(key="wanted", label=_("应当是"), most=200, is_fact=True, help=_("照片写“见附件”")),
                flows.Field(key="why", label=_("为什么"), kind="long_text", most=500),
                flows.Field(
                    key=PAPERS,
                    label=_("证明材料"),
                    kind="files",
                    is_required=False,
                    grows=True,
                    required_when="what in ('people.name', 'people.campus_no')",
                    help=_("改姓名、学工号要有：身份证件、录取或任职文件的照片"),
                ),
            ),
            steps=(
                flows.Step(
                    key=CHECK,
                    name=_("核对，在源头改好"),
                    kind="approve",
                    who=(flows.Resolved(name=RESOLVER),),
                    promise=THREE_DAYS,
                ),
                flows.Step(key=ARRIVAL, name=_("等新的值到达"), kind="wait", on_refuse=CHECK),
            ),
            most_open=5,
        ),
    )
)

flows.admissions[KEY] = refuse_made_up

flows.register_flow(
    flows.FlowSpec(
        key=APPEAL,
        name=_("更正申诉"),
        summary=_("负责的部门不同意更正，请另一位负责人看"),
        unit="1017",
        promise=THREE_DAYS,
        prefix="GS",
        section="service",
        icon="scale",
        faces=frozenset(),
        legal_basis=_("《个人信息保护法》第四十六条"),
        body=flows.Body(
            form=(
                flows.Field(key="number", label=_("哪一件更正"), is_fact=True, is_key=True, most=40),
                flows.Field(key="wanted", label=_("应当是"), is_fact=True, most=200),
                flows.Field(key="why", label=_("为什么不服"), kind="long_text", most=500),
                flows.Field(
                    key=PAPERS,
                    label=_("申诉材料"),
                    kind="files",
                    is_required=False,
                    grows=True,
                    help=_("申诉以后也可以在“我的申请”里补充"),
                ),
            ),
            steps=(
                flows.Step(
                    key="appeal",
                    name=_("另一位负责人看"),
                    kind="approve",
                    who=(flows.Resolved(name=APPEAL_RESOLVER),),
                    promise=THREE_DAYS,
                ),
            ),
        ),
    )
)
