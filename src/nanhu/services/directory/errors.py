"""Expected failures of the directory."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError


class KnownAlreadyError(ConflictError):
    code = "directory.known_already"
    sentence = _("已经登记过同样的一条。")


class NotStaffError(CampusError):
    code = "directory.not_staff"
    http_status = 403
    sentence = _("只有在职教职工的手机号可以放在校内电话里。")


class NoMobileError(ConflictError):
    code = "directory.no_mobile"
    sentence = _("学校没有登记您的手机号，登记以后再选。")


class WaitsAlreadyError(ConflictError):
    code = "directory.change_waits"
    sentence = _("这个应急电话已有一次改号在等人复核。")


class NotYourUnitError(CampusError):
    code = "directory.not_your_unit"
    http_status = 403
    field = "unit"
    sentence = _("这个单位的不由您维护：只能登记您任负责人、副职或秘书的单位及其下级。")


class TwoPeopleError(ConflictError):
    code = "directory.two_people"
    sentence = _("这是应急电话：改号、取消要用“申请改号”，由另一人复核。")


class NotAShiftError(CampusError):
    code = "directory.not_a_shift"
    http_status = 422
    field = "hours"
    sentence = _("时间写成 08:00-20:00 这样；到第二天的写 20:00-08:00")


class NotANumberError(CampusError):
    code = "directory.not_a_number"
    http_status = 422
    field = "phone"
    sentence = _("请写号码，例：8703568 或 0730-8703568。")


class OnDutyAlreadyError(ConflictError):
    code = "directory.on_duty_already"
    field = "hours"
    sentence = _("这段时间这个人（或这个岗位）已经有班。")


class OverError(ConflictError):
    code = "directory.duty_over"
    field = "day"
    sentence = _("这个班次已经开始，不能再改。")


class NotAnExtensionError(CampusError):
    code = "directory.not_an_extension"
    http_status = 422
    field = "extension"
    sentence = _("分机是一到六位数字。")


class NotHoursError(CampusError):
    code = "directory.not_hours"
    http_status = 422
    field = "hours"
    sentence = _("请按 08:30-12:00 14:30-17:30 的样子写，先早后晚。")


class PhonesChangedError(ConflictError):
    code = "directory.phones_changed"
    sentence = _("这份清单里的电话后来改过或去掉了，不能整份回滚；请逐个改。")


class CannotRollBackError(ConflictError):
    code = "directory.cannot_roll_back"
    sentence = _("这份表里的班次后来改过、换过班，或被后来的表换掉了，不能整份回滚；请逐个改，或先回滚后来的那份。")


class ExchangeWaitsError(ConflictError):
    code = "directory.exchange_waits"
    sentence = _("这个班次已经有一次换班在等答复。")


class NotExchangeableError(ConflictError):
    code = "directory.not_exchangeable"
    field = "taken"
    sentence = _("这两个班次换不了：要都没有开始、各是一个人的，换完谁也不会同时在两处。")
