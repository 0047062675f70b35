"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

REASONS: tuple[Text, ...] = (
    _("场地借用 %(what)s"),
    _("场地借用结束"),
    _("申请人已离校"),
)
ACTIONS: dict[str, Text] = {
    "venues.book": _("申请场地"),
    "venues.approve": _("批准场地借用"),
    "venues.refuse": _("场地借用未获批准"),
    "venues.release": _("超时未批放开场地"),
    "venues.cancel": _("取消场地借用"),
    "venues.displace": _("征用场地"),
    "venues.move": _("改到别的场地"),
    "venues.block": _("停用一段时间"),
    "venues.unblock": _("放开停用的时间"),
    "venues.bring_in": _("导入已有的预订"),
    "venues.wait": _("排场地候补"),
    "venues.offer": _("候补轮到"),
    "venues.stop_waiting": _("退出场地候补"),
    "venues.hand_out_key": _("领出场地钥匙"),
    "venues.take_back_key": _("收回场地钥匙"),
    "venues.note_present": _("刷门到场"),
    "venues.note_absent": _("记未到场"),
    "venues.object": _("申诉未到场"),
    "venues.pardon": _("免记未到场"),
    "venues.unmark": _("恢复记错的借用"),
    "venues.uphold": _("维持未到场"),
    "venues.close": _("场地借用结束"),
    "venues.register": _("登记场地"),
    "venues.change": _("修改场地"),
    "venues.set_season": _("写开放时间"),
    "venues.drop_season": _("去掉一套开放时间"),
    "venues.add_post": _("登记审批岗位"),
    "venues.drop_post": _("去掉审批岗位"),
    "venues.add_picture": _("放场地照片"),
    "venues.drop_picture": _("取下场地照片"),
    "venues.withdraw": _("停止预约场地"),
    "venues.restore": _("恢复预约场地"),
    "venues.open_draw": _("开场地抽签"),
    "venues.enter_draw": _("报名场地抽签"),
    "venues.leave_draw": _("退出场地抽签"),
    "venues.settle_draw": _("按抽签结果分场地"),
    "venues.renew_sign": _("换门牌地址"),
}
TARGETS: dict[str, Text] = {"venue": _("场地")}
FACTS: dict[str, Text] = {
    "venue": _("场地"),
    "booked_for": _("时间"),
    "bookings": _("几天"),
    "booking": _("借用"),
    "waiting": _("候补"),
    "duty": _("管什么"),
    "slots": _("几段时间"),
    "opening": _("开放时间"),
}
VALUES: dict[str, dict[str, Text]] = {
    "duty": {"first": _("审批"), "second": _("终审"), "lab": _("实验室主任"), "technician": _("技术员")}
}
