"""Expected failures of the directory."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class KnownAlreadyError(CampusError):
    code = "directory.known_already"
    http_status = 409
    sentence = _("已经登记过同样的一条。")


class WaitsAlreadyError(CampusError):
    code = "directory.change_waits"
    http_status = 409
    sentence = _("这个应急电话已有一次改号在等人复核。")


class ChangedMeanwhileError(CampusError):
    code = "directory.changed_meanwhile"
    http_status = 409
    sentence = _("刚才有人改过这条问答，请看看现在的内容再改。")


class NotYourUnitError(CampusError):
    code = "directory.not_your_unit"
    http_status = 403
    field = "unit"
    sentence = _("这个单位的不由您维护：只能登记您任负责人、副职或秘书的单位及其下级。")


class TwoPeopleError(CampusError):
    code = "directory.two_people"
    http_status = 409
    sentence = _("这是应急电话：改号、取消要用“申请改号”，由另一人复核。")
