"""What I owe (我的应缴): open bills of the ledger, whoever issued them, and the card as one way to pay each of them."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponseBase
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.kit import Badge, Console, Day, Empty, Markup, Money, PageRequest, Table, Text, listing
from nanhu.kernel.kit.records import Seen, found_in
from nanhu.kernel.money import format_yuan
from nanhu.kernel.registry import Viewer
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.funds.services.deductions import deduct
from nanhu.systems.card.queries import own_holding

desk = Console(
    "card:bills",
    _("我的应缴"),
    icon="receipt-text",
    owner=_("财务处"),
    description=_("学校开给我、还没缴清的费用，可以用校园卡缴"),
    allows=lambda viewer: viewer.person_id is not None,
    section="service",
    order=11,
)


def issuer_of(bill: ledger.Bill) -> str:
    issuer = ledger.issuers.get(bill.issuer)
    return str(issuer.name) if issuer else ""


def standing(bill: Any) -> str:
    if bill.falls_due_on < campus_today():
        return "overdue"
    return "deferred" if bill.state == ledger.Bill.State.DEFERRED else "open"


class Bills(Table):
    name = Text(_("费用"), sort=False)
    issuer = Text(_("收费单位"), issuer_of, sort=False)
    owed = Money(_("应缴"), "owed_fen", sort=False)
    due = Day(_("最晚缴费日"), "falls_due_on", sort=False)
    state = Badge(
        _("状态"),
        standing,
        names={"overdue": _("已过期"), "deferred": _("缓缴"), "open": _("待缴")},
        tones={"overdue": "bad", "deferred": "none"},
        tone="warn",
        sort=False,
    )
    pay = Markup(_("操作"), "card/_pay_bill.html")


def own_bills(viewer: Viewer) -> Any:
    return ledger.open_bills([viewer.person_id] if viewer.person_id else [])


def own_bill(request: PageRequest, public_id: UUID) -> ledger.Bill:
    """The viewer's own; another's is not there."""
    found: ledger.Bill = found_in(own_bills(request.viewer), _("这笔应缴"), public_id=public_id)
    return found


def standing_at_paying(request: PageRequest, bill: ledger.Bill) -> dict[str, Any]:
    return {"holding": own_holding(request.viewer.person_id), "bill": bill, "issuer": issuer_of(bill)}


@desk.page("", title=_("我的应缴"), lead=_("欠谁、欠多少、最晚哪天缴；缴清的在校园卡的交易明细里。"))
def bills(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有应缴的费用"), icon="circle-check", text=_("学校开出的费用会出现在这里。"))
    return listing(request, Bills, own_bills(request.viewer), empty=none)


@bills.form(
    "<uuid:public_id>/pay/",
    forms.Form,
    title=_("缴这一笔"),
    subject=Seen(own_bill),
    submit=_("从校园卡缴"),
    icon="check",
    template="card/pay_bill.html",
    facts=standing_at_paying,
    done=lambda paid: (
        _now("已缴 %(sum)s，卡内余额 %(left)s。")
        % {"sum": format_yuan(paid.amount_fen), "left": format_yuan(paid.balance_fen)}
    ),
)
def pay(request: PageRequest, _form: forms.Form, bill: ledger.Bill) -> Any:
    """All that is owed of it, from the holder's own wallet."""
    assert request.viewer.person_id is not None  # noqa: S101  (`allows`)
    return deduct(by=request.actor, bill=bill, person_id=request.viewer.person_id)
