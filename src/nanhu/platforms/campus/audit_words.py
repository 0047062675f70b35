"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.audit.words import Lookup, named_in
from nanhu.kernel.registry import Text
from nanhu.platforms.campus.models import Place, RoomImport, Term

ACTIONS: dict[str, Text] = {
    "campus.archive_term": _("归档学期"),
    "campus.change_term": _("修改学期"),
    "campus.close_term": _("结束学期"),
    "campus.decide_day": _("定调休日上哪天的课"),
    "campus.end_periods": _("停用节次"),
    "campus.open_term": _("开学"),
    "campus.plan_term": _("排入学期"),
    "campus.set_periods": _("设置节次"),
    "campus.approve_room_import": _("同意房间表"),
    "campus.discard_room_import": _("作废房间表"),
    "campus.fail_room_import": _("房间表没有登记成"),
    "campus.hold_rooms": _("占用房间"),
    "campus.make_room_import": _("交房间表"),
    "campus.refuse_room_import": _("不同意房间表"),
    "campus.release_rooms": _("退还房间"),
    "campus.replace_rooms": _("整学期重排房间"),
    "campus.withdraw_day": _("收回调休日的决定"),
    "campus.withdraw_term": _("撤下学期"),
    "campus.submit_room_import": _("提交房间表"),
    "campus.ask_undo_room_import": _("提出回滚房间表"),
    "campus.undo_room_import": _("回滚房间表"),
    "campus.keep_room_import": _("不同意回滚房间表"),
    "campus.rehearse_term": _("预演开学"),
    "campus.roll_over_again": _("再做没做成的步骤"),
    "campus.close_place": _("停用地点"),
    "campus.reopen_place": _("恢复地点"),
    "campus.set_up_places": _("设置地点"),
}
TARGETS: dict[str, Text] = {
    "occupancy": _("房间占用"),
    "place": _("地点"),
    "room_import": _("房间表"),
    "term": _("学期"),
    "term_day": _("校历的一天"),
}
NAMES: dict[str, Lookup] = {
    "place": named_in(Place, "key", "name"),
    "room_import": named_in(RoomImport, "public_id", "title"),
    "term": named_in(Term, "key", "name"),
}
WHOLE_TARGETS: dict[str, Text] = {
    "campus:places": _("各处地点"),
}
FACTS: dict[str, Text] = {
    "counts": _("办了多少"),
    "exam_weeks": _("考试周"),
    "first_monday": _("第一周的周一"),
    "occupancies": _("占用数"),
    "occupancies_renamed": _("改名数"),
    "periods": _("节数"),
    "places": _("地点数"),
    "rooms_added": _("新增房间"),
    "rooms_changed": _("修改房间"),
    "step": _("步骤"),
    "rooms_released": _("退还数"),
    "season": _("作息"),
    "teaching_weeks": _("教学周"),
    "term": _("学期"),
    "week": _("第几周"),
    "weekday": _("星期几"),
}
