"""What other rooms show of assets: who issued a bill, what somebody has not given back, what a person has."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.clock import campus_today
from nanhu.kernel.registry import BoxSystem, CheckResult, Outstanding, Owner, PersonalData, Text, Verdict
from nanhu.kernel.ui import dates
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.assets import elsewhere
from nanhu.systems.assets.models import Asset, Letting, Loan
from nanhu.systems.assets.models.things import GONE
from nanhu.systems.assets.services import renting
from nanhu.systems.assets.services.renting import ISSUER

WAYS: dict[str, Text] = {
    Asset.State.IN_USE: _("当面移交给接手的人，或退给单位资产员"),
    Asset.State.LENT: _("借出去了：请借用人归还，或请单位资产员收回您名下"),
    Asset.State.IN_REPAIR: _("在维修：请单位资产员收回您名下"),
    Asset.State.MISSING: _("已报失：等国资处处理"),
    Asset.State.TO_SCRAP: _("待报废：请单位资产员收回您名下"),
}
"""What somebody who leaves can do about a thing in his name, by its state."""
ledger.issuers.add(
    ledger.Issuer(key=ISSUER, name=_("国资处"), enquiries=_("责任或金额不对，请联系国资处。")),
)


def outstanding(person_ids: Collection[int], _purpose: str) -> Mapping[int, Sequence[Outstanding]]:
    """Things in somebody's name, and things that somebody borrowed; of what he never confirmed with the page to say that it never came. And
    what is let, as long as its rent is billed to him."""
    url = reverse("assets:mine:hand_over")
    found: dict[int, list[Outstanding]] = {}
    held = Asset.objects.filter(keeper__in=person_ids, state__in=WAYS).order_by("number")
    for person_id, number, name, state in held.values_list("keeper", "number", "name", "state"):
        one = Outstanding(what=f"{name} {number}", how=WAYS[state], url=url if state == Asset.State.IN_USE else "")
        found.setdefault(person_id, []).append(one)
    lent = Loan.objects.filter(borrower__in=person_ids, returned_at=None).order_by("due_on")
    for loan in lent.select_related("asset"):
        answer = "" if loan.confirmed_at else reverse("assets:mine:borrowed")
        one = Outstanding(what=f"{loan.asset.name} {loan.asset.number}", how=way_back(loan), url=answer)
        found.setdefault(loan.borrower_id or 0, []).append(one)
    for letting in renting.still_owing().filter(payer__in=person_ids).select_related("asset").order_by("due_on"):
        one = Outstanding(what=f"{letting.asset.name} {letting.asset.number}", how=way_out(letting))
        found.setdefault(letting.payer_id or 0, []).append(one)
    return found


def way_back(loan: Loan) -> Text:
    if loan.asset.state == Asset.State.MISSING:
        return WAYS[Asset.State.MISSING]
    late = _("已过期，") if loan.due_on < campus_today() else ""
    day = dates.short_day(loan.due_on, campus_today().year)
    return _("%(late)s%(day)s 前还给单位资产员") % {"late": late, "day": day}


def way_out(letting: Letting) -> Text:
    """For who pays its rent, of one that `still_owing` gave."""
    is_over: bool = letting.is_over  # type: ignore[attr-defined]  # annotated there
    if is_over:
        return _("租金还没开给您：请等财务开出再缴清")
    if letting.asset.state == Asset.State.MISSING:
        return WAYS[Asset.State.MISSING]
    return _("出租在外，租金开给您：请单位资产员收回，或续租时换人缴费")


def things_of(owner: Owner, _since: datetime | None) -> Iterable[Mapping[str, object]]:
    """What stands in a person's name; all of it, for it is a state and not a history."""
    rows = Asset.objects.filter(keeper=owner.person_id).exclude(state__in=GONE).order_by("number")
    for one in rows.select_related("room"):
        room = one.room.name if one.room else ""
        yield {"number": one.number, "name": one.name, "state": str(one.get_state_display()), "room": room}


registry.tiles.add(
    registry.Tile(
        key="assets.mine",
        title=_("我的资产"),
        load=elsewhere.tile,
        icon="laptop",
        faces=frozenset({"staff"}),
        order=66,
    )
)
registry.searchables.add(
    registry.Searchable(key="assets.things", title=_("资产"), icon="package", load=elsewhere.things_found, order=60)
)
registry.calendar_feeds.add(
    registry.CalendarFeed(key="assets.days", title=_("资产：保修和归还"), load=elsewhere.occurrences, order=60)
)
registry.obligations.add(registry.Obligation(key="assets.things", office=_("国资处"), load=outstanding, order=60))
registry.personal_data.add(
    PersonalData(key="assets.things", title=_("我名下的资产"), load=things_of, description=_("编号、名称、状态、地点"))
)


def register_works() -> CheckResult:
    """The register answers; what it holds is checked by the office's own pages."""
    count = Asset.objects.exclude(state__in=GONE).count()
    return CheckResult(verdict=Verdict.OK, message=_("%(count)s 件在册") % {"count": count})


registry.box_systems.add(
    BoxSystem(
        key="assets",
        owner=_("国资处"),
        applications=("assets.mine", "assets.unit", "assets.office"),
        check=register_works,
        fresh=lambda: datahub.changed_at("assets.asset"),
    )
)
