"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.services.directory.models import StaffMobile

REASONS: tuple[Text, ...] = (_("校内电话"),)
ACTIONS: dict[str, Text] = {
    "directory.enter_phone": _("登记校内电话"),
    "directory.change_phone": _("修改校内电话"),
    "directory.say_wrong_phone": _("说校内电话不对"),
    "directory.say_wrong_answer": _("说问答不对"),
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
    "directory.add_duty": _("排班"),
    "directory.change_duty": _("改班次"),
    "directory.remove_duty": _("去掉班次"),
    "directory.make_duty_list": _("交值班表"),
    "directory.submit_duty_list": _("提交值班表"),
    "directory.discard_duty_list": _("作废值班表"),
    "directory.approve_duty_list": _("同意值班表"),
    "directory.refuse_duty_list": _("不同意值班表"),
    "directory.take_duty_list": _("发布值班表"),
    "directory.ask_undo_duty_list": _("提出回滚值班表"),
    "directory.undo_duty_list": _("回滚值班表"),
    "directory.keep_duty_list": _("不同意回滚值班表"),
    "directory.make_phone_list": _("交电话清单"),
    "directory.submit_phone_list": _("提交电话清单"),
    "directory.discard_phone_list": _("作废电话清单"),
    "directory.approve_phone_list": _("同意电话清单"),
    "directory.refuse_phone_list": _("不同意电话清单"),
    "directory.take_phone_list": _("写入电话清单"),
    "directory.ask_undo_phone_list": _("提出回滚电话清单"),
    "directory.undo_phone_list": _("回滚电话清单"),
    "directory.keep_phone_list": _("不同意回滚电话清单"),
    "directory.ask_exchange": _("请求换班"),
    "directory.accept_exchange": _("同意换班"),
    "directory.decline_exchange": _("不换班"),
    "directory.withdraw_exchange": _("收回换班"),
    "directory.lapse_exchange": _("换班没有换成"),
    "directory.show_mobile": _("把手机号放进校内电话"),
    "directory.hide_mobile": _("从校内电话收回手机号"),
    "directory.enter_hours": _("登记作息"),
    "directory.end_hours": _("停用作息"),
}
TARGETS: dict[str, Text] = {
    "directory-phone": _("校内电话"),
    "directory-account": _("公众号"),
    "directory-answer": _("常见问答"),
    "duty": _("班次"),
    "duty_list": _("值班表"),
    "phone_list": _("电话清单"),
    "unit_hours": _("办公作息"),
}
FACTS: dict[str, Text] = {
    "which_duty": _("班次"),
    "which_hours": _("办公作息"),
    "who": _("谁"),
    "shown_to": _("谁看得到"),
}
VALUES: dict[str, dict[str, Text]] = {"shown_to": dict(StaffMobile.Audience.choices)}
