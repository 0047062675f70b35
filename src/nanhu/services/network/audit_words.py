"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.services.network.models import Nas, NetworkRole, Service
from nanhu.services.network.queries import CAUSES

ACTIONS: dict[str, Text] = {
    "network.register_nas": _("登记接入设备"),
    "network.change_nas": _("修改接入设备"),
    "network.withdraw_nas": _("撤下接入设备"),
    "network.read_old_system": _("读入旧认证系统的上网记录"),
    "network.write_clients": _("写出接入设备的密钥给 FreeRADIUS"),
    "network.enter_policy": _("录入上网策略"),
    "network.end_policy": _("撤销上网策略"),
    "network.renew_guest": _("访客再上七天网"),
    "network.disconnect": _("断开一次上线"),
    "network.cut_session": _("断开这次上网"),
    "network.cut_person": _("断开一个账号的所有设备"),
    "network.retry_disconnect": _("重发断网请求"),
    "network.search_log": _("查上网记录"),
    "network.trace_address": _("查某时某地址是谁"),
    "network.rename_device": _("给设备起名"),
    "network.remove_device": _("移除设备"),
    "network.let_in_device": _("允许设备再上线"),
    "network.ask_handover": _("提出移交上网记录"),
    "network.approve_handover": _("同意移交上网记录"),
    "network.refuse_handover": _("不同意移交上网记录"),
    "network.fetch_handover": _("下载移交的上网记录"),
}
TARGETS: dict[str, Text] = {
    "network-nas": _("接入设备"),
    "network-policy": _("上网策略"),
    "network-session": _("一次上线"),
    "network-log": _("上网记录"),
    "network-device": _("设备"),
    "network-handover": _("移交上网记录"),
}
WHOLE_TARGETS: dict[str, Text] = {"network-nas:*": _("接入设备")}
FACTS: dict[str, Text] = {
    "cause": _("原因"),
    "devices": _("同时在线设备"),
    "for_role": _("对象"),
    "style": _("断网方式"),
    "applications": _("应用"),
    "new_secret": _("换了密钥"),
    "sought": _("查的是"),
    "moment": _("时间"),
    "warrant": _("法律文书号"),
    "lines": _("行数"),
    "digest": _("文件的 SHA-256"),
}
VALUES: dict[str, dict[str, Text]] = {
    "network.disconnect cause": dict(CAUSES),
    "network.enter_policy for_role": dict(NetworkRole.choices),
    "network.enter_policy service": {**dict(Service.choices), Service.EDUROAM: _("eduroam 漫游")},
    **{f"network.{one}_nas kind": dict(Nas.Kind.choices) for one in ("register", "change", "withdraw")},
}
