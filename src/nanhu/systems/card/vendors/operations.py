"""The catalogue of what a vendor may ask: the door serves it, the description tells it, the tests walk it."""

from dataclasses import dataclass
from typing import Final, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.systems.card.vendors import wire
from nanhu.systems.card.vendors.errors import PAYMENT_REFUSALS
from nanhu.systems.card.vendors.models import Scope

EVERYWHERE: Final = (
    "key_refused",
    "address_refused",
    "rate_limited",
    "parameter_refused",
    "internal_error",
    "outcome_unknown",
)
WRITING: Final = (
    "idempotency_key_missing", "idempotency_key_reused", "signature_wrong", "clock_wrong", "body_invalid",
    "body_too_large", "content_type_refused",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """`codes` are what it may be refused for beside EVERYWHERE and, where it writes, WRITING."""

    name: str
    method: Literal["GET", "POST"]
    path: str
    title: str | Promise
    scope: str = ""
    takes: type[wire.Request] | None = None
    gives: type[wire.Answer]
    status: int = 200
    codes: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    writes: bool = False

    @property
    def every_code(self) -> tuple[str, ...]:
        reading = (
            ("body_invalid", "body_too_large", "content_type_refused")
            if self.takes is not None and not self.writes
            else ()
        )
        scope = ("scope_missing",) if self.scope else ()
        return (*EVERYWHERE, *scope, *(WRITING if self.writes else reading), *self.codes)


OPERATIONS: Final = (
    Operation(name="account", method="GET", path="account", title=_("这把密钥能做什么"), gives=wire.Account),
    Operation(
        name="cards.query", method="POST", path="cards/query", title=_("查一张卡"), scope=Scope.QUERY,
        takes=wire.CardQuery, gives=wire.Card, codes=("card_unknown", "consent_ended", "code_wrong", "code_expired", "code_used", "code_revoked"),
    ),
    Operation(
        name="cards.block", method="POST", path="cards/{public_id}/block", title=_("停用一张卡"), scope=Scope.BLOCK,
        takes=wire.BlockOrder, gives=wire.Card, writes=True, codes=("card_unknown", "card_state"),
    ),
    Operation(
        name="cards.unblock", method="POST", path="cards/{public_id}/unblock", title=_("恢复自己停用的卡"),
        scope=Scope.UNBLOCK, takes=wire.BlockOrder, gives=wire.Card, writes=True,
        codes=("card_unknown", "card_state", "not_your_block"),
    ),
    Operation(
        name="payments.create", method="POST", path="payments", title=_("收一笔款"), scope=Scope.PAY,
        takes=wire.PaymentOrder, gives=wire.Payment, status=201, writes=True,
        codes=("merchant_refused", "consent_ended", "consent_exceeded", *PAYMENT_REFUSALS),
    ),
    Operation(
        name="payments.list", method="GET", path="payments", title=_("最近的收款，按贵方编号找"), scope=Scope.PAY,
        gives=wire.PaymentList, parameters=("reference",),
    ),
    Operation(
        name="payments.get", method="GET", path="payments/{public_id}", title=_("一笔收款"), scope=Scope.PAY,
        gives=wire.Payment, codes=("payment_unknown",),
    ),
    Operation(
        name="refunds.create", method="POST", path="payments/{public_id}/refunds", title=_("退一笔自己收的款"),
        scope=Scope.REFUND, takes=wire.RefundOrder, gives=wire.Refund, status=201, writes=True,
        codes=("payment_unknown", "refund_too_large", "nothing_to_refund"),
    ),
    Operation(
        name="orders.create", method="POST", path="orders", title=_("申请一张临时卡"), scope=Scope.ISSUE,
        takes=wire.CardOrderForm, gives=wire.Order, status=202, writes=True, codes=("unit_refused", "order_refused"),
    ),
    Operation(
        name="orders.get", method="GET", path="orders/{public_id}", title=_("申请办到哪一步"), scope=Scope.ISSUE,
        gives=wire.Order, codes=("order_unknown",),
    ),
    Operation(
        name="consents.list", method="GET", path="consents", title=_("持卡人给的授权，按贵方编号找"), scope=Scope.PAY,
        gives=wire.ConsentList, parameters=("reference",),
    ),
)  # fmt: skip
BY_NAME: Final = {operation.name: operation for operation in OPERATIONS}
EVENTS: Final[dict[str, str | Promise]] = {
    "payment.succeeded": _("收款成功"),
    "payment.refused": _("收款未成"),
    "payment.settled": _("所属商户的那一天已结算"),
    "refund.succeeded": _("退款成功"),
    "card.blocked": _("停用或挂失：您停的卡，或授权给您的卡"),
    "card.unblocked": _("恢复使用：您停的卡，或授权给您的卡"),
    "consent.granted": _("持卡人给了授权"),
    "consent.ended": _("授权收回"),
    "webhook.test": _("试发"),
}
