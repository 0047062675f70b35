"""The counter's view of one purse: what is on the card, and why it differs from the book."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Badge, Clock, Empty, Link, Moment, Money, Number, PageRequest, Table, Text, list_of
from nanhu.platforms.people import api as people
from nanhu.systems.card.chip.models import Chip, ChipRow, SuspenseCase
from nanhu.systems.card.funds.services.difference import Item, difference_of, recent_rows
from nanhu.systems.card.models import Card
from nanhu.systems.card.views.counter import card

SHOWN_ROWS = 20


class Items(Table):
    name = Text(_("原因"))
    counters = Text(_("卡上计数"), lambda item: "、".join(map(str, item.counters)), is_number=True)
    fen = Money(_("账上比卡上多"), total=True)


class Proven(Table):
    at = Clock(_("时间"))
    kind = Text(_("类型"), names=dict(ChipRow.Kind.choices))
    terminal = Text(_("终端"), "terminal__number", is_number=True)
    counter = Number(_("计数"))
    amount_fen = Money(_("金额"))
    balance_before_fen = Money(_("交易前卡上"))


class Cases(Table):
    reason = Link(_("原因"), "get_reason_display", to="card:chip:row", by=("pk",))
    created_at = Moment(_("收到"))
    state = Badge(_("状态"), names=SuspenseCase.State.choices, tones={SuspenseCase.State.OPEN: "warn"}, tone="none")


@card.page("/chip/cards/<uuid:public_id>/", title=_("卡上余额"))
def purse(request: PageRequest, found: Card) -> HttpResponse:
    chip = Chip.objects.filter(card=found).select_related("card").first()
    facts: dict[str, Any] = {"card": found, "person": people.person_card(found.person_id), "chip": chip}
    if chip is not None:
        difference, rows = difference_of(chip), recent_rows(chip, SHOWN_ROWS)
        rest = Item(key="unexplained", name=_("无法说明"), fen=difference.unexplained_fen)
        items = [*difference.items, *([rest] if rest.fen else [])]
        cases = SuspenseCase.objects.filter(card=found).order_by("-created_at")[:SHOWN_ROWS]
        none = Empty(title=_("还没有交易"), icon="nfc", text=_("卡每写一次，这里就多一行。"))
        facts |= {
            "difference": difference,
            "items": list_of(request, Items, items, caption=_("差额说明")),
            "rows": list_of(request, Proven, rows, caption=_("经卡片认证的交易"), empty=none),
            "cases": list_of(request, Cases, list(cases), caption=_("这张卡的待查交易")),
        }
    return render(request, "card/funds/chip.html", facts)
