"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.systems.card.bank.models import Appeal, Load, OnlineTopUp

REASONS: tuple[Text, ...] = (
    _("本人自查校园卡资料"),
    _("电子校园卡绑定验证码"),
    _("在%(what)s挂失"),
    _("在%(what)s解除"),
    _("误绑申诉：%(what)s"),
    _("手机已停用"),
    _("换了手机或账号"),
    _("手机丢了，本人解除"),
    _("本人解除"),
)
ACTIONS: dict[str, Text] = {
    "card.appeal_binding": _("申诉错误绑定"),
    "card.ask_binding": _("申请绑定应用"),
    "card.ask_load": _("申请圈存"),
    "card.ask_top_up": _("申请在线充值"),
    "card.bind_app": _("绑定应用"),
    "card.binding_failed": _("绑定核对失败"),
    "card.decide_appeal": _("处理绑定申诉"),
    "card.move_load": _("圈存状态变化"),
    "card.move_top_up": _("充值状态变化"),
    "card.pause_app": _("应用核对失败过多，暂停绑定"),
    "card.send_back": _("退回银行卡"),
    "card.refuse_binding_code": _("绑定验证码不对"),
    "card.unbind_app": _("解除绑定应用"),
    "card.unlock_binding": _("解除绑定锁定"),
}
TARGETS: dict[str, Text] = {
    "card_appeal": _("绑定申诉"),
    "card_load": _("圈存"),
    "card_online_top_up": _("在线充值"),
    "refused-number": _("没有对上的学工号"),
}
"""By what stands before the colon."""
FACTS: dict[str, Text] = {
    "binding": _("绑定"),
    "day": _("日期"),
    "failures": _("失败次数"),
    "load": _("圈存"),
    "query_id": _("查询编号"),
    "top_up": _("充值"),
    "virtual_no": _("虚拟卡号"),
}
VALUES: dict[str, dict[str, Text]] = {
    "card.decide_appeal state": dict(Appeal.State.choices),
    "card.move_load state": dict(Load.State.choices),
    "card.ask_top_up source": dict(OnlineTopUp.Source.choices),
    "card.move_top_up state": dict(OnlineTopUp.State.choices),
}
"""Of facts whose values are words of the program; a state is another word at each of these deeds."""
