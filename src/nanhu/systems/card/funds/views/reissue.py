"""Reissue at the counter (补卡): a document, a face, a fee; the old card's money frozen; and claims whose outcome is open."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Empty, Link, Moment, Money, PageRequest, Person, Table, Text, listing
from nanhu.kernel.kit.records import record
from nanhu.kernel.school import school
from nanhu.systems.card.forms import DOCUMENTS
from nanhu.systems.card.funds import queries
from nanhu.systems.card.funds.forms import ReissueForm
from nanhu.systems.card.funds.models import CardReissue
from nanhu.systems.card.funds.policy import reissue_rule
from nanhu.systems.card.funds.services.reissue import Shown, reissue
from nanhu.systems.card.models import Card
from nanhu.systems.card.views.counter import card, named, person_facts, search

SLIPS = CardReissue.objects.select_related("old_card", "new_card", "claimable").filter(state=CardReissue.State.DONE)


class OpenClaims(Table):
    number = Link(_("卡号"), "card__number", to="card", by=("card__public_id",), is_number=True)
    holder = Person(_("持卡人"), "card__person_id")
    terminal = Text(_("终端"), "terminal__number", is_number=True)
    begun_at = Moment(_("开始"))
    writing = Text(
        _("写卡"),
        lambda order: _("可能已写，等卡再读一次") if order.authorised_at else _("还没有授权写卡，十分钟后自动放回"),
    )
    amount_fen = Money(_("金额"))


def shown(_request: PageRequest, found: Card) -> dict[str, Any]:
    return {**person_facts(found), "rule": reissue_rule(), "cancel": card.address(public_id=found.public_id)}


@card.form(
    "/funds/cards/<uuid:public_id>/reissue/",
    ReissueForm,
    title=_("补卡"),
    submit=_("补卡"),
    icon="check",
    template="card/funds/reissue.html",
    facts=shown,
    to="slip",
    refused=_("没有补卡，旧卡和钱都没有动"),
)
def reissue_card(request: PageRequest, form: ReissueForm, found: Card) -> CardReissue:
    said = form.cleaned_data
    document = f"{dict(DOCUMENTS)[said['document']]} …{said['document_tail'].upper()}"
    key = f"counter:{said['key']}"
    reissue(
        by=request.actor,
        card=found,
        reason=said["reason"],
        at=str(school().card_office_place),
        fee_fen=reissue_rule().fee_fen(said["reason"]),
        key=key,
        uid=said["uid"].upper(),
        shown=Shown(document=document, is_fee_cash=said["fee_from"] == "cash"),
    )
    return CardReissue.objects.get(key=key)


@search.page("/funds/reissues/<uuid:public_id>/", title=_("补卡凭条"), subject=record(SLIPS, _("这次补卡")))
def slip(request: PageRequest, found: CardReissue) -> HttpResponse:
    return render(request, "card/funds/reissue_slip.html", {**named(found.old_card), "reissue": found})


@search.page(
    "/funds/claims/",
    title=_("待确认领款"),
    tab=_("待确认领款"),
    lead=_(
        "写卡途中断电或断网的领款：金额不会少，也不会重复。卡片下一次放到圈存机或消费机上时，按芯片计数器自动确认；"
        "卡片损坏的，补卡后金额回到待领。"
    ),
)
def open_claims(request: PageRequest) -> HttpResponseBase:
    """Money under way to a chip whose outcome nobody knows yet."""
    none = Empty(
        title=_("没有待确认领款"), icon="check", text=_("每一次领款都有结果。"), action=_("到柜台"), to="search"
    )
    return listing(request, OpenClaims, queries.open_orders(), empty=none)
