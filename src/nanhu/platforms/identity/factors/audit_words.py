"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "identity.add_contact_factor": _("开启短信或邮件验证"),
    "identity.add_passkey": _("添加通行密钥"),
    "identity.add_totp": _("绑定动态口令"),
    "identity.approve_scan": _("同意扫码登录"),
    "identity.disown_sign_in": _("否认登录"),
    "identity.first_step": _("通过第一步验证"),
    "identity.forget_browsers": _("取消记住的浏览器"),
    "identity.issue_recovery_codes": _("生成恢复码"),
    "identity.new_device": _("新设备登录"),
    "identity.refuse_scan": _("拒绝扫码登录"),
    "identity.remember_browser": _("记住浏览器"),
    "identity.remove_all_factors": _("清除全部验证方式"),
    "identity.remove_factor": _("删除验证方式"),
    "identity.second_factor": _("通过第二步验证"),
    "identity.second_step_refused": _("第二步验证失败"),
    "identity.send_contact_code": _("发送登录验证码"),
    "identity.set_sample_totp": _("设置示例动态口令"),
    "identity.suspect_passkey": _("通行密钥可疑"),
    "identity.use_recovery_code": _("使用恢复码"),
}
FACTS: dict[str, Text] = {
    "browsers": _("浏览器"),
    "came": _("收到的计数"),
    "desktop": _("电脑"),
    "passkey": _("通行密钥"),
}
VALUES: dict[str, dict[str, Text]] = {
    "identity.remove_factor what": {
        "totp": _("动态口令"),
        "passkey": _("通行密钥"),
        "contact": _("短信或邮件验证码"),
    },
}
"""Of facts whose values are words of the program."""
