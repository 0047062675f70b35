"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.audit.words import Lookup, named_in
from nanhu.kernel.registry import Text
from nanhu.kernel.ui.words import WAYS
from nanhu.platforms.identity.models import Account, Application, SsoSession
from nanhu.platforms.identity.services.attributes import ATTRIBUTES

REASONS: tuple[Text, ...] = (
    _("检查新密码是否含本人信息"),
    _("找回账号或通知本人"),
    _("登录“%(what)s”时提供"),
    _("发送激活验证码"),
    _("到期"),
    _("柜台"),
    _("合并"),
    _("拆分"),
    _("合并前的账号已有"),
    _("合并后不再需要"),
)
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
    "identity.take_doubtful_keys": _("收回来历不明的凭据"),
    "identity.unlock": _("解除限制"),
}
TARGETS: dict[str, Text] = {
    "account": _("账号"),
    "sign-in-name": _("登录名"),
}
"""By what stands before the colon."""
NAMES: dict[str, Lookup] = {
    "account": named_in(Account, "pk", "person__name"),
    "application": named_in(Application, "key", "name"),
}
FACTS: dict[str, Text] = {
    "added": _("增加"),
    "attributes": _("属性"),
    "door": _("入口"),
    "ends_at": _("结束"),
    "gone_person": _("并掉的人"),
    "is_granted": _("准予"),
    "is_new": _("新建"),
    "privacy": _("隐私告知版本"),
    "released": _("提供"),
    "removed": _("去掉"),
    "service": _("服务"),
    "session": _("会话"),
    "sessions": _("会话"),
    "set_aside": _("搁置的停用"),
    "suspension": _("带过去的停用"),
    "taken": _("失效的凭据"),
    "views": _("带过去的视图"),
    "what": _("内容"),
}
VALUES: dict[str, dict[str, Text]] = {
    "door": {"mail": _("邮箱"), "network": _("无线网或 VPN"), "wifi_page": _("上网认证页")},
    "how": {**WAYS, **dict(SsoSession.End.choices)},
    "from": dict(Account.State.choices),
    "to": dict(Account.State.choices),
    "attributes": {one.key: one.label for one in ATTRIBUTES.values()},
    "identity.merge how": {
        "moved": _("账号转到留下的人"),
        "handed_over": _("密码和密保交给留下的账号"),
        "closed": _("多出的账号停用"),
    },
    "taken": {
        "contact": _("验证码验证"),
        "key": _("访问令牌和应用专用密码"),
        "mail": _("邮箱"),
        "passkey": _("通行密钥"),
        "password": _("密码"),
        "phone": _("手机"),
        "questions": _("密保"),
        "recovery_code": _("恢复码"),
        "role": _("角色"),
        "totp": _("动态口令"),
    },
    "proof": {
        "document": _("证件"),
        "phone": _("手机验证码"),
        "sms": _("手机验证码"),
        "mail": _("邮箱验证码"),
        "passkey": _("通行密钥"),
        "questions": _("密保"),
        "counter": _("柜台"),
    },
}
"""Of facts whose values are words of the program."""
