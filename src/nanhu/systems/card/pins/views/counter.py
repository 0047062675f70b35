"""The office's pages: setting a PIN back (A126, A130), how many are still initial (A132), rows above a limit."""

from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from nanhu.kernel.kit import (
    Badge,
    Clock,
    Empty,
    Link,
    Money,
    Number,
    PageRequest,
    Person,
    Table,
    Text,
    list_of,
    listing,
)
from nanhu.systems.card.models import Card
from nanhu.systems.card.pins import queries
from nanhu.systems.card.pins.forms import ResetForm
from nanhu.systems.card.pins.models import Kind, LimitBreach
from nanhu.systems.card.pins.services.changing import reset_pin
from nanhu.systems.card.pins.services.limits import limits_of
from nanhu.systems.card.protocol import receipt_number
from nanhu.systems.card.views.counter import card, person_facts, search

PAGE = 30


class Unchanged(Table):
    card_class = Text(_("卡类"), names=dict(Card.Class.choices))
    cards = Number(_("在用的卡"))
    payment = Number(_("消费密码未改"))
    enquiry = Number(_("查询密码未改"))


class Breaches(Table):
    number = Link(_("卡号"), "receipt__card__number", to="card", by=("receipt__card__public_id",), is_number=True)
    holder = Person(_("持卡人"), "receipt__card__person_id")
    occurred_at = Clock(_("时间"), "receipt__occurred_at")
    terminal = Text(_("终端"), "receipt__terminal__number", is_number=True)
    merchant = Text(_("商户"), "receipt__merchant__name")
    receipt = Text(_("凭证号"), lambda one: receipt_number(one.pk), is_number=True, is_wide=True)
    amount = Money(_("金额"), "receipt__amount_fen")
    spent_fen = Money(_("累计"))
    limit_fen = Money(_("限额"))
    which = Text(_("哪个限额"), names={"meal": _("餐限额"), "daily": _("日限额")})
    pin = Badge(_("卡密码"), names=LimitBreach.Entered.choices, tones={"wrong": "bad"}, tone="warn")


@search.page("/pins/counter/", title=_("卡密码与限额"), tab=_("密码与限额"))
def overview(request: PageRequest) -> HttpResponseBase:
    no_cards = Empty(title=_("还没有发卡"), icon="key-round", text=_("发卡后，这里统计尚未修改初始密码的人。"))
    unchanged = list_of(request, Unchanged, queries.unchanged_pins(), caption=_("还是初始密码的卡"), empty=no_cards)
    none = Empty(
        title=_("没有"),
        icon="shield-check",
        text=_("消费机断网时，超过限额而没有输对密码的交易会列在这里：账照记，请查那台消费机。"),
    )
    facts = {"unchanged": unchanged, "locked": queries.locked_pins()}
    template = "card/pins/overview.html"
    return listing(request, Breaches, queries.breaches(), empty=none, per_page=PAGE, template=template, facts=facts)


def shown(_request: PageRequest, found: Card) -> dict[str, Any]:
    return {**person_facts(found), "states": queries.pin_states(found), "limits": limits_of(found)}


@card.form(
    "/pins/counter/cards/<uuid:public_id>/",
    ResetForm,
    title=_("修改或重置密码"),
    submit=_("办理"),
    icon="shield-check",
    template="card/pins/counter_card.html",
    facts=shown,
    guards=[sensitive_post_parameters("new", "again")],
    done=str,
    refused=_("密码没有改"),
)
def reset(request: PageRequest, form: ResetForm, found: Card) -> str:
    """Both PINs of a card are shown, and one is set back."""
    said = {name: form.cleaned_data[name] for name in ("kind", "document", "reason", "new")}
    reset_pin(by=request.actor, card=found, **said)
    what = _now("%(pin)s已改为新密码。") if said["new"] else _now("%(pin)s已恢复为初始密码，请提醒本人尽快修改。")
    return what % {"pin": Kind(said["kind"]).label}
