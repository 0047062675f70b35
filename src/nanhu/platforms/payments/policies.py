"""Who works with the parties outside: clerks sign and see to differences, finance keeps the books and lets money go."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Role

CLERK, FINANCE = "payments.clerk", "payments.finance"
ROLES: Final = (
    Role(key=CLERK, name=_("银行经办"), description=_("批量签约、看签约结果，处理对账差异，停用外部应用")),
    Role(key=FINANCE, name=_("收付财务"), description=_("日结、代付文件、到账登记、凭证导出，登记外部应用、换密钥")),
)
FINANCE_ONLY: Final = (FINANCE,)
CLERKS, FINANCE_OFFICE = _("银行经办"), _("收付财务")
"""As the owners of what differs."""
