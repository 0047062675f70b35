"""How we know who reports a card lost, in words (`LossReport.proof`, joined by commas)."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

BOUND_APP: Final = "bound app"
PROOFS: Final[Mapping[str, str | Promise]] = {
    "signed in": _("本人登录"),
    "second factor": _("本人登录并二次验证"),
    "enquiry PIN": _("查询密码"),
    "identity card read": _("读身份证"),
    "id_tail": _("证件号后六位"),
    "phone": _("登记的手机号"),
    "card_tail": _("卡号后四位"),
    "resident_id": _("居民身份证"),
    "student_card": _("学生证"),
    "staff_card": _("工作证"),
    "passport": _("护照"),
    "travel_permit": _("港澳台居住证或通行证"),
    "other": _("其他有效证件"),
    "face": _("按照片核对面容"),
    "known": _("院系老师代办"),
    BOUND_APP: _("已绑定的应用"),
}
