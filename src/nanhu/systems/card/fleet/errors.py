"""Expected failures of this part."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class AnswersDoNotFitError(CampusError):
    """Does not say which, nor whether there is such a person."""

    code = "card.answers_do_not_fit"
    http_status = 409
    sentence = _("核对不上，不能受理。请来电人带证件到柜台，或自己登录挂失。")


class TooManyAttemptsError(CampusError):
    code = "card.too_many_attempts"
    http_status = 429
    sentence = _("这个学工号一小时内核对失败太多次，请来电人带证件到柜台办理。")


class FoundTooOftenError(CampusError):
    code = "card.found_too_often"
    http_status = 429
    sentence = _("今天报告次数过多，请把卡送到校园卡管理办公室。")


class WindowWrongError(CampusError):
    code = "card.key_window"
    sentence = _("新旧密钥并用的时间须在 1 小时到 30 天之间。")


class SequenceWrongError(CampusError):
    code = "card.sequence_wrong"
    http_status = 422
    sentence = _("流水号须是不小于零的整数。")


class TerminalKnownError(CampusError):
    """Also the answer to a form that is sent again: the key was shown and is not shown twice."""

    code = "card.terminal_known"
    http_status = 409
    sentence = _("{number} 已经登记过。密钥只在登记时显示一次；没有记下，请在终端页面换发。")


class TerminalRetiredError(CampusError):
    code = "card.terminal_retired"
    http_status = 409
    sentence = _("{number} 已经撤机，不能再办理；重新安装请用新的编号登记。")


class OwnTerminalError(CampusError):
    code = "card.own_terminal"
    http_status = 409
    sentence = _("这台终端是您登记的，首次启用须由另一位经办人办理。")


class UnsentRowsError(CampusError):
    code = "card.unsent_rows"
    http_status = 409
    sentence = _("还有 {rows} 笔没有上传（{sum}）。先让它联网传完；传不了的，勾选确认损失后撤机。")


class HoldsOpenError(CampusError):
    code = "card.holds_open"
    http_status = 409
    sentence = _("还有 {count} 笔预扣没有结清，到时自动结清以后再撤机。")


class PlaceMissingError(CampusError):
    code = "card.place_missing"
    sentence = _("门禁要选地点，自助终端要写院区。")


class MerchantNotFoundError(CampusError):
    code = "card.merchant_not_found"
    http_status = 404
    sentence = _("没有这个商户。")


class MerchantKnownError(CampusError):
    code = "card.merchant_known"
    http_status = 409
    sentence = _("代码 {key} 已经有商户在用。")


class MerchantStateError(CampusError):
    code = "card.merchant_state"
    http_status = 409
    sentence = _("这个商户“{state}”，不能办理。")


class OwnMerchantError(CampusError):
    code = "card.own_merchant"
    http_status = 409
    sentence = _("商户由登记的人以外的财务人员同意。")


class TerminalsLeftError(CampusError):
    code = "card.terminals_left"
    http_status = 409
    sentence = _("这个商户还有终端没有撤机：{numbers}。")
