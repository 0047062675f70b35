"""What the portal, the doctor and the process list show of the card."""

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.clock import now
from nanhu.kernel.money import format_yuan
from nanhu.kernel.processes import ProcessSpecification, processes
from nanhu.kernel.registry import Application, PersonalData, SchoolRules, Tile, TileContent, Viewer
from nanhu.systems.card.checks import gateway_works, receipts_agree
from nanhu.systems.card.funds.queries import waiting_of
from nanhu.systems.card.limits import read_counter
from nanhu.systems.card.models import Card
from nanhu.systems.card.personal_data import card_records, transaction_records
from nanhu.systems.card.policies import CLERK
from nanhu.systems.card.process import gateway_command
from nanhu.systems.card.queries import own_day
from nanhu.systems.card.services.loss import cool_off, may_holder_cancel
from nanhu.systems.card.views import exceptions  # noqa: F401  (its desk enters itself in the menu)

LOW_BALANCE_FEN = 2000


def balance_tile(viewer: Viewer) -> TileContent | None:
    """Three queries; the same tables that a payment writes, so it is true when the receipt prints."""
    found = own_day(viewer.person_id)
    if found is None:
        return None
    holding, spent = found
    is_well = holding.card.state == Card.State.ISSUED
    rows = (_("交易明细"), reverse("card:transactions"))
    return TileContent(
        value=format_yuan(holding.balance_fen),
        caption=caption(holding.card, holding.balance_fen, spent, waiting_of(holding.card.wallet).now_fen),
        source=_("校园卡系统"),
        as_of=now(),
        url=reverse("card:home"),
        tone="danger" if not is_well else "attention" if holding.balance_fen < LOW_BALANCE_FEN else "plain",
        actions=(rows, (_("挂失"), reverse("card:report_lost"))) if is_well else (rows,),
    )


def caption(card: Card, balance_fen: int, spent_fen: int, claimable_fen: int) -> str:
    if card.state != Card.State.ISSUED:
        return _now("这张卡%(state)s，不能消费") % {"state": Card.State(card.state).label}
    if claimable_fen:
        return _now("有 %(sum)s 可以领，写到卡上才能用") % {"sum": format_yuan(claimable_fen)}
    today = _now("今日已消费 %(sum)s") % {"sum": format_yuan(spent_fen)}
    return _now("余额不多了；%(today)s") % {"today": today} if balance_fen < LOW_BALANCE_FEN else today


registry.personal_data.add(
    PersonalData(key="card.cards", title=_("校园卡"), load=card_records, order=30),
    PersonalData(
        key="card.transactions",
        title=_("校园卡交易"),
        load=transaction_records,
        order=31,
        description=_("时间、商户、金额、余额"),
    ),
)
registry.tiles.add(Tile(key="card.balance", title=_("校园卡余额"), load=balance_tile, order=10, icon="credit-card"))
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
    Application(
        key="card.counter",
        name=_("一卡通柜台"),
        icon="hand-coins",
        url=lambda: reverse("card:counter"),
        section="work",
        roles=frozenset({CLERK}),
        owner=_("校园卡管理办公室"),
        description=_("查人、现金充值、特批、挂失与解挂"),
        order=40,
    ),
)
registry.checks.add(registry.Check(key="card.receipts", title=_("校园卡凭证"), run=receipts_agree, order=45))
registry.checks.add(registry.Check(key="card.gateway", title=_("终端网关"), run=gateway_works, order=33))
processes.add(
    ProcessSpecification(
        key="gateway",
        command=gateway_command,
        ready_url=lambda configuration: f"http://127.0.0.1:{configuration.gateway_port}/health",
        database_role="gateway",
        order=30,
    )
)
registry.school_rules.add(
    SchoolRules(key="card", read=read_counter),
    SchoolRules(key="card.loss_cool_off", read=cool_off),
    SchoolRules(key="card.loss_self_service", read=may_holder_cancel),
)
