"""Who looks after the contact book, and who answers newcomers."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Role

KEEPER: Final = "mobile.keeper"
PERSONNEL: Final = "mobile.personnel"
ROLES: Final = (
    Role(key=KEEPER, name=_("企业微信管理"), description=_("通讯录的成员、差异和同步；调用记录、回调记录")),
    Role(key=PERSONNEL, name=_("新进教职工核对"), description=_("核对还没有人事记录的新进教职工的登记")),
)
