"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nanhu.kernel.audit.words import Lookup, named_in
from nanhu.kernel.registry import Text
from nanhu.platforms.openapi.models import Mode, Vendor

ACTIONS: dict[str, Text] = {
    "openapi.change_vendor": _("修改接入单位"),
    "openapi.make_key": _("发放接口密钥"),
    "openapi.pause_webhook": _("暂停接口通知"),
    "openapi.refuse_request": _("拒绝接口请求"),
    "openapi.register_vendor": _("登记接入单位"),
    "openapi.replay_event": _("重发接口通知"),
    "openapi.resume_webhook": _("继续接口通知"),
    "openapi.revoke_key": _("吊销接口密钥"),
    "openapi.set_webhook": _("设置接口通知地址"),
    "openapi.stop_webhook": _("停用接口通知地址"),
    "openapi.vendor_off": _("停用接入单位"),
    "openapi.vendor_on": _("启用接入单位"),
}
TARGETS: dict[str, Text] = {
    "openapi_vendor": _("接入单位"),
}
"""By what stands before the colon."""
NAMES: dict[str, Lookup] = {
    "openapi_vendor": named_in(Vendor, "pk", "company"),
}
WHOLE_TARGETS: dict[str, Text] = {
    "openapi_vendor": _("不认识的接入单位"),
}
FACTS: dict[str, Text] = {
    "event": _("事件"),
    "events": _("补送几件"),
    "mode": _("模式"),
    "operation": pgettext_lazy("one", "接口"),
    "per_minute": _("每分钟"),
    "replaces": _("替换"),
}
VALUES: dict[str, dict[str, Text]] = {
    "mode": dict(Mode.choices),
}
"""Of facts whose values are words of the program."""
