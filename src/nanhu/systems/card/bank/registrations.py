"""What payments, the doctor and the worker know of this part."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import SchoolRules
from nanhu.platforms.payments import api as payments
from nanhu.systems.card.bank import app_operations  # noqa: F401  (the operations enter themselves)
from nanhu.systems.card.bank.limits import bank_limits, school_code
from nanhu.systems.card.bank.services import money_back, retrying  # noqa: F401  (the retries enter themselves)
from nanhu.systems.card.bank.services.app_bounds import no_app_is_abused
from nanhu.systems.card.bank.services.using import CardUse
from nanhu.systems.card.services.shifts import safe

payments.USES.append(CardUse())
payments.PURPOSES.update({money_back.REFUND: money_back.Refund(), money_back.UNCLAIMED: money_back.Unclaimed()})
payments.BOOKS.append("card_bank_order")
payments.deposit_sources.add(payments.DepositSource(key="cash", name=_("保险柜现金"), account=safe))
registry.checks.add(registry.Check(key="card.apps", title=_("外部应用"), run=no_app_is_abused, order=47))
registry.school_rules.add(
    SchoolRules(key="card.bank", read=bank_limits),
    SchoolRules(key="card.apps", read=school_code),
)
