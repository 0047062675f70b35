"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.platforms.identity.models import AccessRule, Application
from nanhu.platforms.identity.registry.forms import KINDS
from nanhu.platforms.identity.services.attributes import ATTRIBUTES

REASONS: tuple[Text, ...] = (
    _("也对来宾开放"),
    _("登记时选定"),
)
ACTIONS: dict[str, Text] = {
    "identity.add_access_rule": _("添加访问规则"),
    "identity.end_maintenance": _("结束维护"),
    "identity.plan_maintenance": _("安排维护"),
    "identity.remove_access_rule": _("删除访问规则"),
}
FACTS: dict[str, Text] = {
    "account_id": _("账号"),
    "admits_grace": _("离校后的保留期内也能用"),
    "affiliation_kind": _("身份"),
    "category": _("人员类别"),
    "contact": _("负责人"),
    "contact_text": _("联系方式"),
    "demands_second_factor": _("要求两步验证"),
    "description": _("一句话说明"),
    "effect": _("效果"),
    "entitlements": _("许可（eduPersonEntitlement）"),
    "grants": _("应用内角色的名字"),
    "has_attributes_in_cas2": _("CAS 2.0 也带属性"),
    "health_url": _("健康检查地址"),
    "home_url": _("主页地址"),
    "is_enabled": _("启用"),
    "logout_url": _("退出通知地址"),
    "menu_section": _("在门户菜单中显示"),
    "notice": _("提示"),
    "owner": _("主管单位"),
    "owner_unit_id": _("主管单位"),
    "proxy_prefixes": _("代理地址"),
    "proxy_targets": _("可代理访问的应用"),
    "starts_at": _("开始"),
    "unit_id": _("单位（含下属）"),
    "user_name": _("用户名"),
}
VALUES: dict[str, dict[str, Text]] = {
    "affiliation_kind": dict(KINDS),
    "effect": dict(AccessRule.Effect.choices),
    "menu_section": dict(Application.Section.choices),
    "user_name": dict(Application.UserName.choices),
    "identity.decide_attribute_release name": {one.key: one.label for one in ATTRIBUTES.values()},
}
"""Of facts whose values are words of the program."""
