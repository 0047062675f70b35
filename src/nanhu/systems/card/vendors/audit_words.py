"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.systems.card.vendors.models.vendors import Mode, Scope

ACTIONS: dict[str, Text] = {
    "card.change_vendor": _("修改接入单位"),
    "card.make_vendor_key": _("发放接口密钥"),
    "card.register_vendor": _("登记接入单位"),
    "card.replay_vendor_event": _("重发接口通知"),
    "card.revoke_vendor_key": _("吊销接口密钥"),
    "card.set_vendor_webhook": _("设置接口通知地址"),
    "card.stop_vendor_webhook": _("停用接口通知地址"),
    "card.turn_vendor_away": _("拒绝接口请求"),
    "card.vendor_consent": _("同意接入单位查询"),
    "card.vendor_consent_ended": _("撤回接入单位授权"),
    "card.vendor_look": _("接入单位查询"),
    "card.vendor_off": _("停用接入单位"),
    "card.vendor_on": _("启用接入单位"),
}
TARGETS: dict[str, Text] = {
    "card_vendor": _("接入单位"),
}
"""By what stands before the colon."""
WHOLE_TARGETS: dict[str, Text] = {
    "card_vendor": _("不认识的接入单位"),
}
FACTS: dict[str, Text] = {
    "event": _("事件"),
    "mode": _("模式"),
    "most_fen": _("最高金额"),
    "path": _("路径"),
    "per_minute": _("每分钟"),
    "replaces": _("替换"),
    "vendor": _("接入单位"),
}
VALUES: dict[str, dict[str, Text]] = {
    "mode": dict(Mode.choices),
    "scopes": dict(Scope.choices),
}
"""Of facts whose values are words of the program."""
