"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

REASONS: tuple[Text, ...] = (_("水电代扣首次开单"),)
ACTIONS: dict[str, Text] = {
    "dormitory.approve_room_list": _("批准宿舍水电单"),
    "dormitory.ask_undo_room_list": _("申请退回水电费"),
    "dormitory.discard_room_list": _("放弃宿舍水电单"),
    "dormitory.keep_room_list": _("不退回水电费"),
    "dormitory.make_room_list": _("登记宿舍水电单"),
    "dormitory.refuse_room_list": _("驳回宿舍水电单"),
    "dormitory.retry_room_list": _("重扣宿舍水电费"),
    "dormitory.submit_room_list": _("提交宿舍水电单"),
    "dormitory.undo_room_list": _("批准退回水电费"),
}
TARGETS: dict[str, Text] = {
    "room_list": _("房间名单"),
}
"""By what stands before the colon."""
VALUES: dict[str, dict[str, Text]] = {"kind": {"dormitory.room_list": _("宿舍水电费")}}
"""Of facts whose values are words of the program."""
FACTS: dict[str, Text] = {
    "rooms": _("房间"),
    "shares": _("分摊"),
}
