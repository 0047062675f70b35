"""Expected failures of venues."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError


class NotFreeError(ConflictError):
    code = "venues.not_free"
    field = "begins"
    sentence = _("{when} 约不了：不在开放时间、没到提前天数，或连同布置、清场与别人相碰。{instead}")


class NoneFreeError(ConflictError):
    code = "venues.none_free"
    sentence = _("这些日期一个也约不了。")


class TooLongError(CampusError):
    code = "venues.too_long"
    field = "ends"
    sentence = _("这个场地一次最多借 {minutes} 分钟。")


class TooManyPeopleError(CampusError):
    code = "venues.too_many_people"
    field = "headcount"
    sentence = _("这里最多容纳 {capacity} 人。")


class SponsorMissingError(CampusError):
    code = "venues.sponsor_missing"
    field = "sponsor"
    sentence = _("超过 100 人要有一位教职工作负责人，并由他同意；不能是申请人自己。")


class TechnicianTakenError(ConflictError):
    code = "venues.technician_taken"
    field = "technician"
    sentence = _("这位技术员 {when} 已有别的安排，请换一位或换个时间。")


class NoTechnicianError(CampusError):
    code = "venues.no_technician"
    field = "technician"
    sentence = _("这个人不是这间直播室的技术员。")


class TooManyComingError(ConflictError):
    code = "venues.too_many_coming"
    sentence = _("您已有 {count} 次还没用的借用，先用掉或取消一些。")


class TooManyWaitingError(ConflictError):
    code = "venues.too_many_waiting"
    sentence = _("候补最多同时排 5 个。")


class IsFreeError(ConflictError):
    code = "venues.is_free"
    sentence = _("这段时间现在就空着，直接约就行。")


class WaitsAlreadyError(ConflictError):
    code = "venues.waits_already"
    sentence = _("您已经在排这段时间。")


class NeverOpenError(CampusError):
    code = "venues.never_open"
    field = "begins"
    sentence = _("这段时间不开放，或已经过去，排也等不到。")


class TooEarlyError(ConflictError):
    code = "venues.too_early"
    sentence = _("还没到时间：{at} 起才能领钥匙。")


class MeterBackwardsError(CampusError):
    code = "venues.meter_backwards"
    field = "meter"
    sentence = _("表读数比领钥匙时的 {before} 还小。")


class NoObjectionError(CampusError):
    code = "venues.no_objection"
    http_status = 409
    sentence = _("这一次不计入未到场，或已经申诉过、已过七天，不能再申诉。")


class DamageWordsError(CampusError):
    code = "venues.damage_words"
    field = "damage"
    sentence = _("要赔钱，先写明损坏了什么。")


class SeasonsOverlapError(ConflictError):
    code = "venues.seasons_overlap"
    field = "starts_on"
    sentence = _("这几天已在“{season}”里：同一天只能有一套开放时间。")


class RoomIsVenueError(ConflictError):
    code = "venues.room_is_venue"
    field = "room"
    sentence = _("这个房间已经登记成场地。")


class NoRoomError(CampusError):
    code = "venues.no_room"
    field = "room"
    sentence = _("这里不是登记过的房间。")


class CalendarRefusedError(CampusError):
    code = "venues.calendar_refused"
    field = "file"
    sentence = _("读不出日历：要 iCalendar（.ics），里面有 1 到 500 次。")


class OwnBookingError(ConflictError):
    code = "venues.own_booking"
    sentence = _("这是您自己的借用，要由别人经办。")


class OwnMarkError(ConflictError):
    code = "venues.own_mark"
    sentence = _("未到场是您记的：您可以改为不计入；要维持，由别的保管人或上级答复。")


class NotYourRoomError(CampusError):
    code = "venues.not_your_room"
    http_status = 403
    field = "room"
    sentence = _("这个房间不归本单位，请联系场地管理。")


class PrivateRoomError(CampusError):
    code = "venues.private_room"
    field = "room"
    sentence = _("办公室、寝室不外借。")


class MoreThanSeatsError(CampusError):
    code = "venues.more_than_seats"
    field = "capacity"
    sentence = _("这个房间只有 {seats} 座。")


class FeeItemClosedError(CampusError):
    code = "venues.fee_item_closed"
    field = "fee_item"
    sentence = _("财务没有开放这个收费项目。")


class FeeTooHighError(CampusError):
    code = "venues.fee_too_high"
    field = "fee_fen"
    sentence = _("借满最长时间就超过收费许可的上限 {yuan} 元。")


class NotYourUnitError(CampusError):
    code = "venues.not_your_unit"
    http_status = 403
    field = "unit"
    sentence = _("只能登记本单位及下级单位的场地。")


class DrawnHoursError(ConflictError):
    code = "venues.drawn_hours"
    field = "begins"
    sentence = _("这段时间由抽签决定，请在“抽签”里报名。")


class DrawGoesOnError(ConflictError):
    code = "venues.draw_goes_on"
    sentence = _("这里有抽签还没有抽，先抽完或作废，再停止预约。")


class NoSlotChosenError(CampusError):
    code = "venues.no_wish"
    field = "first"
    sentence = _("至少选一段时间。")


class TooManySlotsError(CampusError):
    code = "venues.too_many_slots"
    field = "hours"
    sentence = _("一次抽签要有 1 到 {most} 段时间。")


class SlotsMeetError(CampusError):
    code = "venues.slots_meet"
    field = "hours"
    sentence = _("{one} 和 {other} 离得太近：中间要留出布置、清场的时间。")


class SlotTooSoonError(CampusError):
    code = "venues.slot_too_soon"
    field = "first_day"
    sentence = _("{when} 离抽签太近：公布结果以后还要留一天审批，并满足提前天数。")
