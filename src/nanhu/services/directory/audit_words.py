"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "directory.enter_phone": _("登记校内电话"),
    "directory.change_phone": _("修改校内电话"),
    "directory.confirm_phone": _("确认校内电话"),
    "directory.remove_phone": _("去掉校内电话"),
    "directory.enter_account": _("登记公众号"),
    "directory.change_account": _("修改公众号"),
    "directory.confirm_account": _("确认公众号"),
    "directory.remove_account": _("去掉公众号"),
    "directory.enter_answer": _("登记问答"),
    "directory.change_answer": _("修改问答"),
    "directory.confirm_answer": _("确认问答"),
    "directory.remove_answer": _("去掉问答"),
    "directory.ask_change": _("申请应急电话改号"),
    "directory.approve_change": _("同意应急电话改号"),
    "directory.refuse_change": _("不同意应急电话改号"),
}
TARGETS: dict[str, Text] = {
    "directory-phone": _("校内电话"),
    "directory-account": _("公众号"),
    "directory-answer": _("常见问答"),
}
