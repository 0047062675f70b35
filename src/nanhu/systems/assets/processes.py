"""Transfers (调拨) and disposals (处置) as processes: begun on the room's pages, answered there or in 待办, carried out with the last word."""

from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_noop as _

from nanhu.platforms.flows import api as flows
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.systems.assets.models import Disposal, Transfer
from nanhu.systems.assets.policies import OFFICE, POST

TRANSFER, DISPOSAL = Transfer.process, Disposal.process
BEGIN, ACCEPT = "assets.begin_transfer", "assets.accept_transfer"
OTHER, CLERK = "other", "office"
"""Steps at which somebody is asked: the unit that did not ask, the asset office."""
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
    found = keepers_of(Transfer.objects.get(public_id=UUID(case.subject_id)).other_unit_id)
    return [flows.PostAt(unit_id=found.unit_id, office=POST)] if found else []


def clerks(case: flows.Case) -> list[int]:
    """Of the office, but for those whose own case it is; where there is no other, they are told so as they decide."""
    parties = {*PARTIES[case.subject_key](UUID(case.subject_id)), case.applicant_id}
    every = able(one.person_id for one in identity.holders_of(OFFICE))
    return [one for one in every if one not in parties] or every


def parties_of_transfer(public_id: UUID) -> Collection[int | None]:
    found = Transfer.objects.select_related("asset", "accepted_by").get(public_id=public_id)
    accepted = found.accepted_by.person_id if found.accepted_by else None
    return {found.to_keeper_id, found.asset.keeper_id, accepted}


def parties_of_lot(public_id: UUID) -> Collection[int | None]:
    return set(Disposal.objects.filter(public_id=public_id).values_list("lines__asset__keeper", flat=True))


PARTIES: Final = {TRANSFER: parties_of_transfer, DISPOSAL: parties_of_lot}
flows.resolvers["assets.other_keepers"] = other_keepers
flows.resolvers["assets.clerks"] = clerks
flows.resolver_names |= {"assets.other_keepers": _("对方单位的资产员"), "assets.clerks": _("国资处经办人")}
BY_OFFICE: Final = flows.Resolved(name="assets.clerks")


def answered(key: str, name: str, *who: flows.Resolved) -> flows.Step:
    return flows.Step(
        key=key, name=name, kind="approve", who=who, needed="first", proves=True, can_return=False, promise=TWO_DAYS
    )


def done(key: str, name: str, action: str, *edges: flows.Edge, is_final: bool = False) -> flows.Step:
    return flows.Step(key=key, name=name, kind="automatic", action=action, edges=edges, is_final=is_final)


flows.register_flow(
    flows.FlowSpec(
        key=TRANSFER,
        name=_("资产调拨"),
        summary=_("单位之间调拨资产：对方单位资产员同意后，由国资处批"),
        unit="1014",
        promise=2 * TWO_DAYS,
        prefix="DB",
        faces=frozenset(),
        icon="arrow-left-right",
        body=flows.Body(
            form=(
                flows.Field(key="thing", label=_("资产"), is_fact=True),
                flows.Field(key="value", label=_("账面原值"), kind="money"),
                flows.Field(key="from_unit", label=_("调出单位"), is_fact=True),
                flows.Field(key="to_unit", label=_("调入单位"), is_fact=True),
                flows.Field(key="keeper", label=_("领用人"), kind="person"),
                flows.Field(key="room", label=_("存放地点")),
                flows.Field(key="reason", label=_("原因"), kind="long_text"),
                flows.Field(key="answer", label=_("对方单位"), is_required=False),
            ),
            steps=(
                done(
                    "asked",
                    _("找对方单位资产员"),
                    BEGIN,
                    flows.Edge(to=OTHER, when=f"answer = '{WAITS}'"),
                    flows.Edge(to=CLERK),
                ),
                answered(OTHER, _("对方单位答复"), flows.Resolved(name="assets.other_keepers"), BY_OFFICE),
                done("accepted", _("登记答复"), ACCEPT),
                answered(CLERK, _("国资处审批"), BY_OFFICE),
                done("moved", _("调到新单位"), TRANSFER, is_final=True),
            ),
        ),
    )
)
flows.register_flow(
    flows.FlowSpec(
        key=DISPOSAL,
        name=_("资产处置"),
        summary=_("报废、报损、捐赠、出售：一位经办人提出，另一位审批后出账"),
        unit="1014",
        promise=TWO_DAYS,
        prefix="BF",
        faces=frozenset(),
        icon="recycle",
        body=flows.Body(
            form=(
                flows.Field(key="title", label=_("名称"), is_fact=True),
                flows.Field(key="kind", label=_("处置方式"), is_fact=True),
                flows.Field(key="value", label=_("原值合计"), kind="money", is_fact=True),
                flows.Field(key="count", label=_("件数"), kind="number"),
                flows.Field(key="level", label=_("审批层级")),
                flows.Field(key="approval", label=_("批件文号"), is_required=False),
                flows.Field(key="reason", label=_("原因"), kind="long_text"),
            ),
            steps=(
                answered(CLERK, _("国资处审批"), BY_OFFICE),
                done("gone", _("处置出账"), DISPOSAL, is_final=True),
            ),
        ),
    )
)
