"""Expected failures of the campus network."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError, NotFoundError


class NotAdmittedError(ConflictError):
    """`words`: the sentence that the person reads."""

    code = "network.not_admitted"
    sentence: ClassVar[str | Promise] = "{words}"


class DevicesFullError(NotAdmittedError):
    """As many devices are on line as the policy allows: the person chooses which one goes."""

    code = "network.devices_full"
    sentence = _("同时在线的设备已到上限（{devices} 台）：先让一台下线，再上线。")


class NotThenError(NotAdmittedError):
    code = "network.not_then"
    sentence = _("这个时段不开放，{opens} 到 {closes} 可以上网。")


class ServiceRefusedError(NotAdmittedError):
    code = "network.service_refused"


class KeptOffError(NotAdmittedError):
    code = "network.kept_off"
    sentence = _("您让这台设备下了线。要再用它，先在“我的设备”里点“允许再上线”。")


class NasKnownError(ConflictError):
    code = "network.nas_known"
    field = "address"
    sentence = _("这个地址已经登记过一台接入设备。")


class NasAddressError(CampusError):
    code = "network.nas_address"
    field = "address"
    sentence = _("这个地址不能登记：要校园网里接入设备自己的地址。")


class SecretError(CampusError):
    code = "network.secret"
    field = "secret"
    sentence = _("密钥只能用英文字母、数字和符号，最多 128 个。")


class LogGoneError(CampusError):
    """Whoever asks of what was forgotten must not read that nobody was there."""

    code = "network.log_gone"
    field = "since"
    sentence = _("记录保存半年，{day}以前的已经清除。")


class UnknownStyleError(CampusError):
    code = "network.unknown_style"
    field = "style"
    sentence = _("不认得这种断网方式。")


class NotOpenError(ConflictError):
    code = "network.not_open"
    sentence = _("这次上线已经结束。")


class HandoverGoneError(NotFoundError):
    code = "network.handover_gone"
    sentence = _("没有可以下载的文件：只有经办的两个人能下载，保存三十天。")


class UnknownAgentError(CampusError):
    """The key is no gateway's. An agent reads the code alone."""

    code = "network.unknown_agent"
    http_status = 403
