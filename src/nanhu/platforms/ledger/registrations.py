"""What the doctor asks of the ledger, and who still owes."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.platforms.ledger.arrears import outstanding_arrears
from nanhu.platforms.ledger.checks import balances_agree, months_are_ahead, seals_hold

registry.checks.add(
    registry.Check(key="ledger.balances", title=_("总账平衡"), run=balances_agree, order=40),
    registry.Check(key="ledger.months", title=_("总账月分区"), run=months_are_ahead, order=41),
    registry.Check(key="ledger.seals", title=_("总账封印"), run=seals_hold, order=42),
)
registry.obligations.add(registry.Obligation(key="ledger.arrears", office=_("财务处"), load=outstanding_arrears))
