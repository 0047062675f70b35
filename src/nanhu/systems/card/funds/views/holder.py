"""What waits for its holder (待领款): own sums only, and what to do about each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from nanhu.kernel.clock import now
from nanhu.kernel.kit import Badge, Moment, Money, Table, Text, list_of
from nanhu.kernel.money import format_yuan
from nanhu.kernel.school import school
from nanhu.kernel.ui import dates
from nanhu.kernel.viewers import viewer_of
from nanhu.systems.card.funds import queries
from nanhu.systems.card.funds.models import Claimable
from nanhu.systems.card.queries import card_of

PAST, MOST_WAITING = 50, 500


def why(one: Claimable) -> str:
    """Where it comes from, and until when it waits."""
    said = one.reference
    if one.source == Claimable.Source.FROZEN:
        said = _now("旧卡 %(number)s 的余额") % {"number": one.reference}
        if one.set_off_fen:
            said += " · " + _now("已抵扣旧卡脱机消费 %(sum)s") % {"sum": format_yuan(one.set_off_fen)}
    elif one.source == Claimable.Source.LOAD:
        said = _now("银行已扣款，当时没有写到卡上；在圈存机或消费机上领一次即可，不会重复")
    if one.expires_at is None:
        return said
    return f"{said or '—'} · " + _now("%(time)s 前不领会退回") % {"time": dates.moment_words(one.expires_at, now())}


def state_of(one: Claimable) -> str:
    """From when it can be claimed, in words, where that is later."""
    if one.state == Claimable.State.WRITING or one.available_at <= now():
        return one.state
    return _now("%(time)s 起可领") % {"time": dates.moment_words(one.available_at, now())}


class Waiting(Table):
    source = Text(_("来源"), names=dict(Claimable.Source.choices))
    why = Text(_("说明"), why)
    created_at = Moment(_("入账"))
    state = Badge(
        _("状态"),
        state_of,
        names={"writing": _("写卡中"), "waiting": _("可以领")},
        tones={"writing": "warn", "waiting": "good"},
        tone="none",
    )
    left_fen = Money(_("金额"))


class Past(Table):
    source = Text(_("来源"), names=dict(Claimable.Source.choices))
    reference = Text(_("说明"))
    ended_at = Moment(_("了结时间"))
    state = Text(_("状态"), names=dict(Claimable.State.choices))
    amount_fen = Money(_("金额"))


@require_safe
def funds(request: HttpRequest) -> HttpResponse:
    card = card_of(viewer_of(request).person_id)
    if card is None:
        return render(request, "card/none.html", {"school": school()})
    waiting = queries.waiting_of(card.wallet)
    facts = {
        "card": card,
        "waiting": waiting,
        "list": list_of(request, Waiting, waiting.items, caption=_("待领"), per_page=MOST_WAITING),
        "past": list_of(request, Past, list(queries.past_of(card.wallet)[:PAST]), caption=_("已经了结的")),
        "school": school(),
    }
    return render(request, "card/funds/waiting.html", facts)
