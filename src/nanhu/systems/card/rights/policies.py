"""Who sets the rules, who verifies."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Role

MANAGER = "card.manager"
MANAGER_ROLE = Role(key=MANAGER, name=_("一卡通主管"), description=_("定卡的权限规则、办事机构授权和规章版本，管制卡"))
GUARD = "card.guard"
