"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "identity.activate": _("激活账号"),
    "identity.activation_refused": _("激活未通过"),
    "identity.change_application": _("修改应用"),
    "identity.change_application_addresses": _("修改应用地址"),
    "identity.change_released_attributes": _("修改提供的属性"),
    "identity.change_state": _("修改账号状态"),
    "identity.complete_setup": _("完成首次设置"),
    "identity.decide_attribute_release": _("审批属性"),
    "identity.end_role": _("角色到期"),
    "identity.grant_role": _("授予角色"),
    "identity.merge": _("合并账号"),
    "identity.open_account": _("开通账号"),
    "identity.part": _("拆分账号"),
    "identity.register_application": _("登记应用"),
    "identity.renew": _("再次验证身份"),
    "identity.require_new_password": _("要求修改密码"),
    "identity.reset": _("柜台重置密码"),
    "identity.resume": _("恢复账号"),
    "identity.review_application": _("复核应用"),
    "identity.revoke_role": _("收回角色"),
    "identity.send_activation_code": _("发送激活验证码"),
    "identity.set_contact": _("设置找回联系方式"),
    "identity.set_grace": _("设置宽限期"),
    "identity.set_password": _("修改密码"),
    "identity.set_sample_password": _("设置示例密码"),
    "identity.set_security_questions": _("设置密保问题"),
    "identity.sign_in": _("登录"),
    "identity.sign_in_refused": _("登录失败"),
    "identity.sign_out": _("退出登录"),
    "identity.sign_out_for": _("强制退出"),
    "identity.start_anew": _("账号重新启用"),
    "identity.suspend": _("冻结账号"),
    "identity.unlock": _("解除限制"),
}
