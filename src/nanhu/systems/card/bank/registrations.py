"""What the portal, the doctor and the worker show of this part."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import Application, SchoolRules
from nanhu.platforms.payments import api as payments
from nanhu.platforms.payments.api import sources, sources_of_custody
from nanhu.systems.card.bank import operations, subscribers, tasks
from nanhu.systems.card.bank.day_close import BANK, CUSTODY
from nanhu.systems.card.bank.limits import bank_limits, school_code
from nanhu.systems.card.bank.services import finder, money_back
from nanhu.systems.card.bank.services.app_bounds import no_app_is_abused
from nanhu.systems.card.bank.services.using import CardUse
from nanhu.systems.card.policies import CLERK, FINANCE

payments.USES.append(CardUse())
payments.PURPOSES.update({money_back.REFUND: money_back.Refund(), money_back.UNCLAIMED: money_back.Unclaimed()})
payments.BOOKS.append("card_bank_order")
sources.add(BANK)
sources_of_custody.add(CUSTODY)
registry.applications.add(
    Application(
        key="card.bank",
        name=_("银行与圈存"),
        icon="landmark",
        url=lambda: reverse("card:card_bank:desk"),
        section="work",
        roles=frozenset({CLERK, FINANCE}),
        owner=_("校园卡管理办公室"),
        description=_("签约、批量预签约、圈存未领、对账差异、误绑申诉、代付文件"),
        order=45,
    )
)
registry.checks.add(registry.Check(key="card.apps", title=_("外部应用"), run=no_app_is_abused, order=47))
__all__ = ["finder", "operations", "subscribers", "tasks"]
registry.school_rules.add(
    SchoolRules(key="card.bank", read=bank_limits),
    SchoolRules(key="card.apps", read=school_code),
)
