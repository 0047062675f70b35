from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError, InvalidError


class UnknownPreferenceError(CampusError):
    code: ClassVar[str] = "portal.unknown_preference"
    sentence: ClassVar[str | Promise] = _("没有这个选项。")


class AddressRefusedError(InvalidError):
    code: ClassVar[str] = "portal.address_refused"
    field = "address"
    sentence: ClassVar[str | Promise] = _(
        "这个地址不能接入（{why}）：要 https；http 和校内地址要先由学校列入名单；学工号只能写在路径或参数里。"
    )


class NotReadyError(ConflictError):
    """`missing`: in words."""

    code: ClassVar[str] = "portal.not_ready"
    sentence: ClassVar[str | Promise] = _("还不能上线：{missing}")


class CallsBusyError(CampusError):
    code: ClassVar[str] = "portal.calls_busy"
    http_status: ClassVar[int] = 503
    sentence: ClassVar[str | Promise] = _("正在等别的系统回答，过几秒再试。")


class TransferFileError(InvalidError):
    code: ClassVar[str] = "portal.transfer_file"
    field = "file"
    sentence: ClassVar[str | Promise] = _("文件没有收下：{problem}")


class KeyTakenError(ConflictError):
    code: ClassVar[str] = "portal.key_taken"
    field = "key"
    sentence: ClassVar[str | Promise] = _("这个代号已经有了。")


class PlacedTwiceError(ConflictError):
    code: ClassVar[str] = "portal.placed_twice"
    field = "first_day"
    sentence: ClassVar[str | Promise] = _("这个部门那几天已经有一张卡片，先收回它，或改日期。")


class SwitchWaitsError(ConflictError):
    code: ClassVar[str] = "portal.switch_waits"
    sentence: ClassVar[str | Promise] = _("已有一份申请在等另一位管理员。")


class NotInHandError(ConflictError):
    code: ClassVar[str] = "portal.not_in_hand"
    sentence: ClassVar[str | Promise] = _("这件更正已经不在核对这一步。")


class NotAppealableError(ConflictError):
    code: ClassVar[str] = "portal.not_appealable"
    sentence: ClassVar[str | Promise] = _("只有不同意的更正可以申诉，一件一次。")


class StewardAloneError(ConflictError):
    code: ClassVar[str] = "portal.steward_alone"
    sentence: ClassVar[str | Promise] = _("这一步只有数据管理员能同意。")


class DecidedBeforeError(ConflictError):
    code: ClassVar[str] = "portal.decided_before"
    sentence: ClassVar[str | Promise] = _(
        "前一步是您决定的、转交的，或者是别人代您决定的，或者您就是主管单位的负责人：这一步由另一位数据管理员决定。"
    )


class NoSuchNumberError(InvalidError):
    code: ClassVar[str] = "portal.no_such_number"
    field = "number"
    sentence: ClassVar[str | Promise] = _("学校记录里您没有这个学号或工号；有几个身份的，单位和状态要写明是哪一个的。")
