"""Expected failures of the school's calendar, its places and who stands in them."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class PlaceClosedError(CampusError):
    code = "campus.place_closed"
    http_status = 409
    sentence = _("{place}已停用。")


class PlaceNotClosedError(CampusError):
    code = "campus.place_not_closed"
    http_status = 409
    sentence = _("{place}没有单独停用：随上级地点停用的，恢复上级即可。")


class TermRefusedError(CampusError):
    http_status = 409


class TermExistsError(TermRefusedError):
    code = "campus.term_exists"
    sentence = _("{term}已经有了。")
    field = "season"


class TermsOverlapError(TermRefusedError):
    code = "campus.terms_overlap"
    sentence = _("这些周与{term}重叠（{days}）。")
    field = "first_monday"


class NotAMondayError(TermRefusedError):
    code = "campus.not_a_monday"
    http_status = 422
    sentence = _("第一周的周一须是周一，{day}不是。")
    field = "first_monday"


class TermWithoutMondayError(TermRefusedError):
    code = "campus.term_without_monday"
    sentence = _("{term}还没有写第一周的周一，不能开学。先补上，再开学。")


class AnotherTermOpenError(TermRefusedError):
    code = "campus.another_term_open"
    sentence = _("{term}还在进行。先结束它，再开学。")


class TermIsOverError(TermRefusedError):
    code = "campus.term_is_over"
    sentence = _("{term}已经结束，它的周次不再改。")


class TermHeldError(TermRefusedError):
    code = "campus.term_held"
    sentence = _("{term}已按原来的周一排了 {standing} 次占用。先撤下它们，再改第一周的周一。")
    field = "first_monday"


class MondayOutsideYearError(TermRefusedError):
    code = "campus.monday_outside_year"
    http_status = 422
    sentence = _("{year} 学年的学期从 {year} 年 7 月到次年 8 月之间开始，{day}不在其中。")
    field = "first_monday"


class DaysDecidedError(TermRefusedError):
    code = "campus.days_decided"
    sentence = _("{term}已按原来的周一定了 {decided} 天上哪天的课（{day}起）。先在“调休”里收回，再改第一周的周一。")
    field = "first_monday"


class FollowedWeekLostError(TermRefusedError):
    code = "campus.followed_week_lost"
    sentence = _("{day}上的是第 {week} 周的课，周数不能改到 {weeks}。先改那一天的决定。")
    field = "teaching_weeks"


class TermInUseError(TermRefusedError):
    code = "campus.term_in_use"
    sentence = _("{term}已有占用或别处的登记，不能撤下。")


class NoOpenTermError(TermRefusedError):
    code = "campus.no_open_term"
    sentence = _("没有进行中的学期。")


class DayOutsideTermError(TermRefusedError):
    code = "campus.day_outside_term"
    http_status = 422
    sentence = _("{day}不在任何学期里。")


class WeekOutsideTermError(TermRefusedError):
    code = "campus.week_outside_term"
    http_status = 422
    sentence = _("{term}只有 {weeks} 周。")
    field = "week"


class FollowedTwiceError(TermRefusedError):
    code = "campus.followed_twice"
    sentence = _("第 {week} 周{weekday}的课已经排在{day}上。")
    field = "week"


class FollowedDayHasLessonsError(TermRefusedError):
    """Followed by another day its lessons would be held twice."""

    code = "campus.followed_day_has_lessons"
    sentence = _("第 {week} 周{weekday}是{day}，那天照常上课，同一天的课会上两次。先把那天定为不上课或上别的课。")
    field = "week"


class DayFollowedError(TermRefusedError):
    code = "campus.day_followed"
    sentence = _("这一天的课已经排在{day}上，收回会上两次。先收回{day}的决定。")


class LessonsUndecidedError(TermRefusedError):
    code = "campus.lessons_undecided"
    sentence = _("{day}是调休上班日，学校还没有定上哪一天的课。")


class PeriodsRefusedError(CampusError):
    code = "campus.periods_refused"
    http_status = 422
    sentence = _("节次须按先后写，一节结束以后才有下一节，最多 20 节。")
    field = "periods"


class NoSuchPeriodError(CampusError):
    code = "campus.no_such_period"
    http_status = 422
    sentence = _("{season}没有第 {first}–{last} 节。")


class PlaceHeldError(CampusError):
    """`standing`: how many stand in it from now on; `what` and `when` of the next of them."""

    code = "campus.place_held"
    http_status = 409
    sentence = _(
        "{place}里从现在起还有 {standing} 项占用，最近的是“{what}”（{when}）。确要停用，勾选“里面有占用也停用”；占用不会自动取消，请通知他们改地方。"
    )
    field = "though_held"


class RoomTakenError(CampusError):
    """`clashes`: pairs of what is wanted and who stands there."""

    code = "campus.room_taken"
    http_status = 409
    sentence = _("{room} {when} 已有“{what}”。")


class RoomContestedError(RoomTakenError):
    """Who stood there went at this moment."""

    code = "campus.room_contested"
    sentence = _("想要的房间刚刚有变动，请再试一次。")


class WrongSpanError(CampusError):
    code = "campus.wrong_span"
    http_status = 422
    sentence = _("“{what}”的结束不在开始之后。")


class RoomsChangedError(CampusError):
    code = "campus.rooms_changed"
    http_status = 409
    sentence = _("{room}后来又改过，这份房间表不能回滚。")


class RoomsBelowClosedError(CampusError):
    code = "campus.rooms_below_closed"
    http_status = 409
    sentence = _("{room}从现在起还有占用，不能移到已停用的{building}。")


class RoomsInUseError(CampusError):
    code = "campus.rooms_in_use"
    http_status = 409
    sentence = _("这份房间表新增的房间里已有登记（门、占用或下级地点），不能回滚：{rooms}。")
