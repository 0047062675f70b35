"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.platforms.identity.recovery.models import ContactKind

REASONS: tuple[Text, ...] = (_("通知本人登记的手机号已改"),)
ACTIONS: dict[str, Text] = {
    "identity.answers_refused": _("密保回答错误"),
    "identity.ask_contact_change": _("申请更换联系方式"),
    "identity.ask_recovery_code": _("申请找回验证码"),
    "identity.begin_find": _("开始查询账号"),
    "identity.begin_reset": _("开始找回密码"),
    "identity.change_contact": _("更换联系方式"),
    "identity.contact_code_refused": _("联系方式验证码不对"),
    "identity.prove_find": _("查询账号通过验证"),
    "identity.prove_reset": _("找回密码通过验证"),
    "identity.recovery_code_refused": _("找回验证码不对"),
    "identity.reset_by_owner": _("自助重设密码"),
    "identity.verify_contact": _("柜台核验联系方式"),
}
TARGETS: dict[str, Text] = {
    "recovery": _("找回申请"),
}
"""By what stands before the colon."""
VALUES: dict[str, dict[str, Text]] = {
    "channel": dict(ContactKind.choices),
    "kind": dict(ContactKind.choices),
}
"""Of facts whose values are words of the program."""
