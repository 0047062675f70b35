"""Expected failures of this part."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError, InvalidError, SamePersonError


class AnswersDoNotFitError(CampusError):
    """Does not say which, nor whether there is such a person."""

    keeps_writes = True
    code = "card.answers_do_not_fit"
    sentence = _("核对不上，不能受理。请来电人带证件到柜台，或自己登录挂失。")


class TooManyAttemptsError(CampusError):
    keeps_writes = True
    code = "card.too_many_attempts"
    http_status = 429
    sentence = _("这个人一小时内核对失败太多次，请来电人带证件到柜台办理。")


class FoundTooOftenError(CampusError):
    code = "card.found_too_often"
    http_status = 429
    sentence = _("今天报告次数过多，请把卡送到校园卡管理办公室。")


class SequenceWrongError(InvalidError):
    code = "card.sequence_wrong"
    sentence = _("流水号须是不小于零的整数。")


class HoldsOpenError(ConflictError):
    code = "card.holds_open"
    sentence = _("还有 {count} 笔预扣没有结清，到时自动结清以后再撤机。")


class MerchantKnownError(ConflictError):
    code = "card.merchant_known"
    sentence = _("代码 {key} 已经有商户在用。")


class OwnMerchantError(SamePersonError):
    code = "card.own_merchant"
    sentence = _("商户由登记的人以外的财务人员同意。")


class TerminalsLeftError(ConflictError):
    code = "card.terminals_left"
    sentence = _("这个商户还有终端没有撤机：{numbers}。")
