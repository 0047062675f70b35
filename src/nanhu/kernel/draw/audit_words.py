"""What a draw writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

REASONS: tuple[Text, ...] = (
    _("没有在约定的时间公布密数"),
    _("公开数公布时名单还没有截止"),
)
ACTIONS: dict[str, Text] = {
    "draw.agree_value": _("核对公开数"),
    "draw.ask_void": _("申请作废抽签"),
    "draw.change_entry": _("修改抽签志愿"),
    "draw.close": _("截止抽签报名"),
    "draw.draw": _("公布密数并抽签"),
    "draw.enter": _("报名抽签"),
    "draw.open": _("开始抽签报名"),
    "draw.refuse_value": _("公开数不符"),
    "draw.refuse_void": _("不同意作废抽签"),
    "draw.take_back": _("撤回公开数或作废申请"),
    "draw.type_value": _("填写公开数"),
    "draw.void": _("作废抽签"),
}
TARGETS: dict[str, Text] = {
    "draw": _("抽签"),
}
FACTS: dict[str, Text] = {
    "commitment": _("密数摘要"),
    "entrant": _("参加者"),
    "entries": _("报名数"),
    "promise": _("开签约定摘要"),
    "value": _("公开数"),
    "wishes": _("志愿数"),
}
