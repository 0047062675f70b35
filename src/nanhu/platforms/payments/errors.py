"""Expected failures of payments."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError, NotFoundError


class BankNotConnectedError(CampusError):
    code = "bank.not_connected"
    http_status = 503
    sentence = _("学校还没有接入银行，请咨询财务处。")


class BankCardNumberError(CampusError):
    code = "bank.card_number"
    sentence = _("银行卡号应为 12 到 19 位数字，请核对。")


class IdentityMissingError(ConflictError):
    code = "bank.identity_missing"
    sentence = _("学校没有登记您的证件号或手机号，银行无法核验，请联系学校补登。")


class AgreementExistsError(ConflictError):
    code = "bank.agreement_exists"
    sentence = _("您已经签约尾号 {tail} 的银行卡；要换卡请用“更换银行卡”。")


class AgreementUnderWayError(ConflictError):
    code = "bank.agreement_under_way"
    sentence = _("上一次签约还在等银行答复，请稍后再看。")


class NoAgreementError(ConflictError):
    code = "bank.no_agreement"
    sentence = _("还没有签约银行卡，请先办理签约。")


class AgreementNotFoundError(NotFoundError):
    code = "bank.agreement_not_found"
    sentence = _("没有找到这份签约。")


class AcquirerNotConnectedError(CampusError):
    code = "bank.acquirer_not_connected"
    http_status = 503
    sentence = _("学校还没有接入在线支付，请用圈存机或到柜台充值。")


class PaymentOddError(ConflictError):
    """A notice or an answer that does not fit its order: nothing is booked, a person looks."""

    code = "bank.payment_odd"
    sentence = _("支付信息与订单 {number} 不符。")


class NobodyToCreditError(ConflictError):
    code = "bank.nobody_to_credit"
    sentence = _("对方文件里没有能对上的学工号，请先向对方核实，再写明说明。")


class NothingToPayError(ConflictError):
    code = "bank.nothing_to_pay"
    sentence = _("没有等银行付款的退款。")


class DayDutiesError(ConflictError):
    code = "payments.day_duties"
    sentence = _("日结和差异说明不能是同一个人：这一天由您核对过，或由您说明过差异。")


class DayNotOverError(ConflictError):
    code = "payments.day_not_over"
    sentence = _("{day} 还没有结束，不能日结。过了零点会自动日结；现在可以核对昨天或更早的一天。")


class DayLongPastError(CampusError):
    code = "payments.day_long_past"
    http_status = 422
    sentence = _("{day} 太早：这里核对最近 {days} 天。")


class NoteMissingError(CampusError):
    code = "payments.note_missing"
    http_status = 422
    sentence = _("请写明差异的原因和处理。")


class RequestReusedError(ConflictError):
    """An app's number of a question stands for one question."""

    code = "request_reused"
    sentence = _("这个请求号已经用过。")


class DepositKnownError(ConflictError):
    code = "bank.deposit_known"
    sentence = _("银行流水号 {reference} 已经登记过。")
    field = "reference"


class DepositTooLargeError(ConflictError):
    code = "bank.deposit_too_large"
    sentence = _("该账户账面只有 {left}，请核对回单和金额。")
    field = "amount"


class ChannelKnownError(ConflictError):
    code = "payments.channel_known"
    sentence = _("代码 {key} 已经有了，请换一个。")
    field = "key"
