"""What assets decide as processes: begun on the room's pages, answered there or in 待办, carried out with the last word."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_noop as _

from nanhu.platforms.flows import api as flows
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.systems.assets.models import Argument, Decided, Disposal, Letting, Loss, Receipt, Transfer
from nanhu.systems.assets.models.receiving import EXPERTS
from nanhu.systems.assets.policies import OFFICE, POST

DECIDED: Final[dict[str, type[Decided]]] = {one.process: one for one in (Transfer, Disposal, Loss, Letting, Argument)}
BEGIN, ACCEPT, TELL, ARGUED = "assets.begin_transfer", "assets.accept_transfer", "assets.tell_loss", "assets.argued"
SIGNED: Final = {"first": "assets.sign_first", "second": "assets.sign_second"}
"""By the step at which each inspector signs."""
OTHER, PANEL, CLERK = "other", "experts", "office"
"""Steps at which somebody is asked: the unit that did not ask, the experts, the asset office."""
WAITS, ACCEPTED, VACANT = "等资产员答复", "已同意", "没有资产员"
TWO_DAYS: Final = 2 * 390
"""Working minutes of days of six and a half hours."""


def able(person_ids: Iterable[int]) -> list[int]:
    """Those of them who can sign in, or will."""
    shut_out = {identity.Account.State.SUSPENDED, identity.Account.State.ENDED}
    return [one.person_id for one in identity.accounts_of(person_ids) if one.state not in shut_out]


def keepers_of(unit_id: int) -> people.PostFound | None:
    """Who answers for a unit: its asset keeper, or where none of them can sign in that of the nearest unit above who can."""
    lost: list[int] = []
    while (found := people.find_post(unit_id, POST, climbs=True, without=lost)) is not None:
        if able(found.person_ids):
            return found
        lost += found.person_ids
    return None


def other_keepers(case: flows.Case) -> list[flows.PostAt]:
    """Nobody in a process that an office made for something else."""
    if case.subject_key != Transfer.process:
        return []
    found = keepers_of(Transfer.objects.get(public_id=UUID(case.subject_id)).other_unit_id)
    return [flows.PostAt(unit_id=found.unit_id, office=POST)] if found else []


def row_of(case: flows.Case) -> Decided:
    """Of the room, which the case decides."""
    found: Decided = DECIDED[case.subject_key]._default_manager.get(public_id=UUID(case.subject_id))  # noqa: SLF001
    return found


def clerks(case: flows.Case) -> list[int]:
    """Of the office, but for those whose own case it is; where there is no other, they are told so as they decide. Also in a process
    that an office made for something else."""
    parties = {*(row_of(case).parties if case.subject_key in DECIDED else ()), case.applicant_id}
    every = able(one.person_id for one in identity.holders_of(OFFICE))
    return [one for one in every if one not in parties] or every


flows.resolvers["assets.other_keepers"] = other_keepers
flows.resolvers["assets.clerks"] = clerks
flows.resolver_names |= {"assets.other_keepers": _("对方单位的资产员"), "assets.clerks": _("国资处经办人")}
BY_OFFICE: Final = flows.Resolved(name="assets.clerks")


def answered(key: str, name: str, *who: flows.Resolved, promise: int = TWO_DAYS) -> flows.Step:
    return flows.Step(
        key=key, name=name, kind="approve", who=who, needed="first", proves=True, can_return=False, promise=promise
    )


def done(key: str, name: str, action: str, *edges: flows.Edge, is_final: bool = False) -> flows.Step:
    return flows.Step(key=key, name=name, kind="automatic", action=action, edges=edges, is_final=is_final)


def register(
    key: str,
    form: tuple[flows.Field, ...],
    *steps: flows.Step,
    name: str,
    summary: str,
    prefix: str,
    icon: str,
    promise: int = TWO_DAYS,
) -> None:
    """Of the asset office; begun in the room alone."""
    flows.register_flow(
        flows.FlowSpec(
            key=key,
            name=name,
            summary=summary,
            unit="1014",
            promise=promise,
            prefix=prefix,
            faces=frozenset(),
            icon=icon,
            body=flows.Body(form=form, steps=steps),
        )
    )


THING: Final = flows.Field(key="thing", label=_("资产"), is_fact=True)
REASON: Final = flows.Field(key="reason", label=_("原因"), kind="long_text")
APPROVAL: Final = (
    flows.Field(key="level", label=_("审批层级")),
    flows.Field(key="approval", label=_("批件文号"), is_required=False),
)
BY_CLERK: Final = answered(CLERK, _("国资处审批"), BY_OFFICE)

register(
    Transfer.process,
    (
        THING,
        flows.Field(key="value", label=_("账面原值"), kind="money"),
        flows.Field(key="from_unit", label=_("调出单位"), is_fact=True),
        flows.Field(key="to_unit", label=_("调入单位"), is_fact=True),
        flows.Field(key="keeper", label=_("领用人"), kind="person"),
        flows.Field(key="room", label=_("存放地点")),
        REASON,
        flows.Field(key="answer", label=_("对方单位"), is_required=False),
    ),
    done("asked", _("找对方单位资产员"), BEGIN, flows.Edge(to=OTHER, when=f"answer = '{WAITS}'"), flows.Edge(to=CLERK)),
    answered(OTHER, _("对方单位答复"), flows.Resolved(name="assets.other_keepers"), BY_OFFICE),
    done("accepted", _("登记答复"), ACCEPT),
    BY_CLERK,
    done("moved", _("调到新单位"), Transfer.process, is_final=True),
    promise=2 * TWO_DAYS,
    name=_("资产调拨"),
    summary=_("单位之间调拨资产：对方单位资产员同意后，由国资处批"),
    prefix="DB",
    icon="arrow-left-right",
)
register(
    Disposal.process,
    (
        flows.Field(key="title", label=_("名称"), is_fact=True),
        flows.Field(key="kind", label=_("处置方式"), is_fact=True),
        flows.Field(key="value", label=_("原值合计"), kind="money", is_fact=True),
        flows.Field(key="count", label=_("件数"), kind="number"),
        *APPROVAL,
        REASON,
    ),
    BY_CLERK,
    done("gone", _("处置出账"), Disposal.process, is_final=True),
    name=_("资产处置"),
    summary=_("报废、报损、捐赠、出售：一位经办人提出，另一位审批后出账"),
    prefix="BF",
    icon="recycle",
)
register(
    Receipt.process,
    (
        flows.Field(key="title", label=_("采购内容"), is_fact=True),
        flows.Field(key="unit", label=_("入库单位"), is_fact=True),
        flows.Field(key="value", label=_("发票金额"), kind="money", is_fact=True),
        flows.Field(key="supplier", label=_("供应商"), is_required=False),
        flows.Field(key="first", label=_("验收人一"), kind="person"),
        flows.Field(key="second", label=_("验收人二"), kind="person"),
    ),
    flows.Step(key="inspect", name=_("请两位验收人"), kind="split", branches=tuple(SIGNED), join="both"),
    *(
        step
        for key, action in SIGNED.items()
        for step in (
            flows.Step(
                key=key,
                name=_("验收签字"),
                kind="approve",
                who=(flows.PersonIn(field=key),),
                can_return=False,
                promise=TWO_DAYS,
            ),
            done(f"{key}_signed", _("登记签字"), action, flows.Edge(to="both"), is_final=True),
        )
    ),
    flows.Step(key="both", name=_("两人都签了"), kind="join"),
    done("received", _("入库"), Receipt.process, is_final=True),
    name=_("资产验收"),
    summary=_("两位验收人看过实物、各自签字后入库"),
    prefix="YS",
    icon="clipboard-check",
)
register(
    Loss.process,
    (
        THING,
        flows.Field(key="fault", label=_("责任"), is_fact=True),
        flows.Field(key="owed", label=_("赔偿"), kind="money", is_required=False, is_fact=True),
        flows.Field(key="person", label=_("责任人"), kind="person", is_required=False),
        flows.Field(key="value", label=_("账面原值"), kind="money"),
        flows.Field(key="lost", label=_("累计折旧"), kind="money", is_required=False),
        flows.Field(key="findings", label=_("调查情况"), kind="long_text"),
        flows.Field(key="statement", label=_("责任人的说明"), kind="long_text", is_required=False),
        *APPROVAL,
    ),
    done("asked", _("看有没有要赔的人"), TELL, flows.Edge(to="told", when="owed > 0"), flows.Edge(to=CLERK)),
    flows.Step(key="told", name=_("请责任人说明"), kind="inform", who=(flows.PersonIn(field="person"),)),
    answered(CLERK, _("国资处审批"), BY_OFFICE, promise=2 * TWO_DAYS),
    done("gone", _("处置出账"), Loss.process, is_final=True),
    promise=2 * TWO_DAYS,
    name=_("资产赔偿"),
    summary=_("丢失的责任和赔偿：责任人可以说明，另一位经办人复核后出账、开应缴单"),
    prefix="PC",
    icon="search-x",
)
register(
    Letting.process,
    (
        THING,
        flows.Field(key="taker", label=_("承租、借用方"), is_fact=True),
        flows.Field(key="since", label=_("续租，原到期日"), kind="date", is_required=False),
        flows.Field(key="due", label=_("归还日期"), kind="date", is_fact=True),
        flows.Field(key="rent", label=_("每期租金"), kind="money", is_required=False),
        flows.Field(key="every", label=_("怎样收租"), is_required=False),
        flows.Field(key="payer", label=_("缴费人"), kind="person", is_required=False),
        flows.Field(key="contract", label=_("合同号")),
        flows.Field(key="unit", label=_("使用单位")),
        flows.Field(key="value", label=_("账面原值"), kind="money"),
        *APPROVAL,
        REASON,
    ),
    BY_CLERK,
    done("lent", _("借出或续租"), Letting.process, is_final=True),
    name=_("资产出租出借"),
    summary=_("单位把资产租给或借给校外、续租：资产员提出，国资处批"),
    prefix="ZJ",
    icon="handshake",
)
register(
    Argument.process,
    (
        flows.Field(key="title", label=_("仪器名称"), is_fact=True),
        flows.Field(key="unit", label=_("单位"), is_fact=True),
        flows.Field(key="value", label=_("合计"), kind="money", is_fact=True),
        flows.Field(key="count", label=_("数量"), kind="number"),
        flows.Field(key="reason", label=_("为什么要买"), kind="long_text"),
        flows.Field(key="sharing", label=_("安装、管理和共享"), kind="long_text"),
        *(
            flows.Field(key=key, label=label, kind="person")
            for key, label in zip(EXPERTS, (_("专家一"), _("专家二"), _("专家三")), strict=True)
        ),
    ),
    flows.Step(
        key=PANEL,
        name=_("专家论证"),
        kind="countersign",
        who=tuple(flows.PersonIn(field=one) for one in EXPERTS),
        needed=2,
        proves=True,
        promise=2 * TWO_DAYS,
    ),
    done("argued", _("登记论证"), ARGUED),
    BY_CLERK,
    done("agreed", _("论证通过"), Argument.process, is_final=True),
    promise=3 * TWO_DAYS,
    name=_("大型仪器论证"),
    summary=_("大型仪器购置以前：三位专家有两位同意后，由国资处批"),
    prefix="LZ",
    icon="microscope",
)
