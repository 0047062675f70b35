"""What a vendor may ask of the card: registered with the open API, which serves, documents and logs it."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.platforms.openapi.api import Example, Interface, Operation, Refusal, refusals_of, register
from nanhu.systems.card.protocol import SENTENCES
from nanhu.systems.card.vendors import wire
from nanhu.systems.card.vendors.errors import ERRORS, PAYMENT_REFUSALS
from nanhu.systems.card.vendors.live import cards as live_cards
from nanhu.systems.card.vendors.live import orders as live_orders
from nanhu.systems.card.vendors.live import payments as live_payments
from nanhu.systems.card.vendors.sandbox import cards as sandbox_cards
from nanhu.systems.card.vendors.sandbox import orders as sandbox_orders
from nanhu.systems.card.vendors.sandbox import payments as sandbox_payments
from nanhu.systems.card.vendors.sandbox.behaviours import MERCHANT, SANDBOX
from nanhu.systems.card.vendors.scopes import Scope
from nanhu.systems.card.vendors.settings import SETTINGS

OPERATIONS: Final = (
    Operation(
        name="account",
        method="GET",
        path="account",
        title=_("这把密钥能做什么"),
        gives=wire.Account,
        handlers={"live": live_cards.account, "test": sandbox_orders.account},
    ),
    Operation(
        name="cards.query",
        method="POST",
        path="cards/query",
        title=_("查一张卡"),
        scope=Scope.QUERY,
        takes=wire.CardQuery,
        gives=wire.Card,
        codes=("card_unknown", "consent_ended", "code_wrong", "code_expired", "code_used", "code_revoked", "day_limit"),
        handlers={"live": live_cards.query, "test": sandbox_cards.query},
    ),
    Operation(
        name="cards.block",
        method="POST",
        path="cards/{public_id}/block",
        title=_("停用一张卡"),
        scope=Scope.BLOCK,
        takes=wire.BlockOrder,
        gives=wire.Card,
        writes=True,
        codes=("card_unknown", "card_state", "day_limit"),
        handlers={"live": live_cards.block, "test": sandbox_cards.block},
    ),
    Operation(
        name="cards.unblock",
        method="POST",
        path="cards/{public_id}/unblock",
        title=_("恢复自己停用的卡"),
        scope=Scope.UNBLOCK,
        takes=wire.BlockOrder,
        gives=wire.Card,
        writes=True,
        codes=("card_unknown", "card_state", "not_your_block"),
        handlers={"live": live_cards.unblock, "test": sandbox_cards.unblock},
    ),
    Operation(
        name="payments.create",
        method="POST",
        path="payments",
        title=_("收一笔款"),
        scope=Scope.PAY,
        takes=wire.PaymentOrder,
        gives=wire.Payment,
        status=201,
        writes=True,
        codes=("merchant_refused", "consent_ended", "consent_exceeded", *PAYMENT_REFUSALS),
        handlers={"live": live_payments.pay, "test": sandbox_payments.pay},
    ),
    Operation(
        name="payments.list",
        method="GET",
        path="payments",
        title=_("最近的收款，按贵方编号找"),
        scope=Scope.PAY,
        gives=wire.PaymentList,
        parameters=("reference",),
        handlers={"live": live_payments.listed, "test": sandbox_payments.listed},
    ),
    Operation(
        name="payments.get",
        method="GET",
        path="payments/{public_id}",
        title=_("一笔收款"),
        scope=Scope.PAY,
        gives=wire.Payment,
        codes=("payment_unknown",),
        handlers={"live": live_payments.get, "test": sandbox_payments.get},
    ),
    Operation(
        name="refunds.create",
        method="POST",
        path="payments/{public_id}/refunds",
        title=_("退一笔自己收的款"),
        scope=Scope.REFUND,
        takes=wire.RefundOrder,
        gives=wire.Refund,
        status=201,
        writes=True,
        codes=("payment_unknown", "refund_too_large", "nothing_to_refund"),
        handlers={"live": live_payments.refund, "test": sandbox_payments.refund},
    ),
    Operation(
        name="orders.create",
        method="POST",
        path="orders",
        title=_("申请一张临时卡"),
        scope=Scope.ISSUE,
        takes=wire.CardOrderForm,
        gives=wire.Order,
        status=202,
        writes=True,
        codes=("unit_refused", "order_refused"),
        handlers={"live": live_orders.order_card, "test": sandbox_orders.order_card},
    ),
    Operation(
        name="orders.get",
        method="GET",
        path="orders/{public_id}",
        title=_("申请办到哪一步"),
        scope=Scope.ISSUE,
        gives=wire.Order,
        codes=("order_unknown",),
        handlers={"live": live_orders.get_order, "test": sandbox_orders.get_order},
    ),
    Operation(
        name="consents.list",
        method="GET",
        path="consents",
        title=_("持卡人给的授权，按贵方编号找"),
        scope=Scope.PAY,
        gives=wire.ConsentList,
        parameters=("reference",),
        handlers={"live": live_payments.consents, "test": sandbox_orders.consents},
    ),
)
EVENTS: Final[dict[str, Text]] = {
    "payment.succeeded": _("收款成功"),
    "payment.refused": _("收款未成"),
    "payment.settled": _("所属商户的那一天已结算"),
    "refund.succeeded": _("退款成功"),
    "card.blocked": _("停用或挂失：您停的卡，或授权给您的卡"),
    "card.unblocked": _("恢复使用：您停的卡，或授权给您的卡"),
    "consent.granted": _("持卡人给了授权"),
    "consent.ended": _("授权收回"),
}
CARD: Final = Interface(
    name="card",
    title=_("校园卡开放接口"),
    description=_(
        "给商户和软件商用的接口：查卡、停卡、收款、退款、申请临时卡。金额都是整数分。写操作要签名并带 Idempotency-Key。"
    ),
    operations=OPERATIONS,
    scopes=dict(Scope.choices),
    events=EVENTS,
    settings=SETTINGS,
    sandbox=SANDBOX,
    refusals=refusals_of(ERRORS) | {code: Refusal(status=402, sentence=SENTENCES[code]) for code in PAYMENT_REFUSALS},
    example=Example(path="payments", body=f'{{"merchant":"{MERCHANT}","amount_fen":850,"code":"SANDBOX-OK"}}'),
    error_type=wire.Error,
    fault_type=wire.Fault,
)
register(CARD)
