"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.services.mobile.models import Binding

REASONS: tuple[Text, ...] = (_("开通企业微信"),)
ACTIONS: dict[str, Text] = {
    "mobile.bind": _("绑定企业微信"),
    "mobile.end_doubtful_binding": _("收回来历不明的企业微信绑定"),
    "mobile.keep_refusal": _("记录分开后，合并期间的“不开通”对两人都算数"),
    "mobile.refuse_binding": _("拒绝绑定企业微信"),
    "mobile.undo_binding": _("撤销企业微信绑定"),
    "mobile.unbind": _("解除企业微信绑定"),
    "mobile.end_binding_of_account": _("企业微信账号已不在，解除绑定"),
    "mobile.join": _("申请开通企业微信"),
    "mobile.certify": _("学生认证通过"),
    "mobile.certification_refused": _("学生认证不符"),
    "mobile.hand_in_newcomer": _("新进教职工登记"),
    "mobile.refuse_newcomer": _("答复新进教职工登记：不属实"),
    "mobile.member_joined": _("加入企业微信"),
    "mobile.member_left": _("退出企业微信"),
    "mobile.remove_member": _("移出企业微信"),
    "mobile.adopt_member": _("认领企业微信账号"),
    "mobile.review_member": _("核对企业微信账号"),
    "mobile.retry_member": _("重试企业微信成员"),
    "mobile.start_sync": _("开始同步企业微信通讯录"),
    "mobile.stop_sync": _("暂停同步企业微信通讯录"),
    "mobile.mend": _("按差异重新推送企业微信成员"),
    "mobile.resume": _("重新取企业微信凭证"),
}
TARGETS: dict[str, Text] = {
    "attempt": _("学生认证的一次填写"),
    "newcomer": _("新进教职工登记"),
}
FACTS: dict[str, Text] = {
    "queued": _("排队"),
    "userid": _("企业微信账号"),
    "is_ours": _("是同一个人"),
}
VALUES: dict[str, dict[str, Text]] = {"how": dict(Binding.How.choices)}
WHOLE_TARGETS: dict[str, Text] = {"mobile": _("企业微信通讯录")}
