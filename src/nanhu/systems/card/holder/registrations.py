"""What the portal shows a holder of the card."""

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.clock import now
from nanhu.kernel.money import format_yuan
from nanhu.kernel.registry import Application, LifePart, OfflinePage, Tile, TileContent, Viewer, address_of
from nanhu.systems.card.funds.queries import count_claims, waiting_of
from nanhu.systems.card.models import Card
from nanhu.systems.card.queries import own_day

LOW_BALANCE_FEN = 2000


def balance_tile(viewer: Viewer) -> TileContent | None:
    """Two queries, three where money waits to be claimed; the same tables that a payment writes, so it is true when the receipt prints."""
    found = own_day(viewer.person_id)
    if found is None:
        return None
    holding, spent = found
    is_well = holding.card.state == Card.State.ISSUED
    rows = (_("交易明细"), address_of("card:transactions"))
    claimable_fen = waiting_of(holding.card.wallet).now_fen if count_claims(viewer) else 0
    return TileContent(
        value=format_yuan(holding.balance_fen),
        caption=caption(holding.card, holding.balance_fen, spent, claimable_fen),
        source=_("校园卡系统"),
        as_of=now(),
        url=address_of("card:home"),
        tone="danger" if not is_well else "attention" if holding.balance_fen < LOW_BALANCE_FEN else "plain",
        actions=(rows, (_("挂失"), address_of("card:report_lost"))) if is_well else (rows,),
    )


def caption(card: Card, balance_fen: int, spent_fen: int, claimable_fen: int) -> str:
    if card.state != Card.State.ISSUED:
        return _now("这张卡%(state)s，不能消费") % {"state": Card.State(card.state).label}
    if claimable_fen:
        return _now("有 %(sum)s 可以领，写到卡上才能用") % {"sum": format_yuan(claimable_fen)}
    today = _now("今日已消费 %(sum)s") % {"sum": format_yuan(spent_fen)}
    return _now("余额不多了；%(today)s") % {"today": today} if balance_fen < LOW_BALANCE_FEN else today


registry.offline_pages.add(OfflinePage(key="card.transactions", address=lambda: reverse("card:transactions")))
registry.life_parts.add(LifePart(key="card.balance", topic="card", load=balance_tile))
registry.tiles.add(
    Tile(
        key="card.balance",
        title=_("校园卡余额"),
        load=balance_tile,
        order=10,
        order_on_phones=4,
        icon="credit-card",
        insists=lambda content: content.tone == "danger",
    )
)
registry.applications.add(
    Application(
        key="card.mine",
        name=_("校园卡"),
        icon="credit-card",
        url=lambda: reverse("card:home"),
        section="service",
        owner=_("校园卡管理办公室"),
        description=_("余额、交易明细、挂失"),
        order=10,
    ),
)
