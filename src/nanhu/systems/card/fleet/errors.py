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
