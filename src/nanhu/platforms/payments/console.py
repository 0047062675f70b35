"""The console of the bank and of the day close (银行与收付). Its pages stand in `views/`; `desk` has them all."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Console
from nanhu.platforms.payments.policies import ROLES

desk = Console(
    "payments",
    _("银行与收付"),
    icon="landmark",
    owner=_("财务处"),
    description=_("签约、对账差异、代付、到账登记、日结、凭证、外部应用"),
    roles=ROLES,
    order=41,
    styles=["payments/payments.css"],
)
