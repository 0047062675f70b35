"""What the portal, the doctor and the worker show of this part."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import SchoolRules
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.funds.checks import funds_agree
from nanhu.systems.card.funds.chip_checks import differences_are_explained
from nanhu.systems.card.funds.policy import read_reissue_rules, unclaimed_return_days
from nanhu.systems.card.funds.services import bill_payments
from nanhu.systems.card.funds.services.deductions import most_daily_fen, most_once_fen
from nanhu.systems.card.funds.services.payout_files import largest_fen

registry.checks.add(registry.Check(key="card.funds", title=_("校园卡待领款"), run=funds_agree, order=46))
registry.checks.add(registry.Check(key="card.chips", title=_("卡上余额"), run=differences_are_explained, order=47))
ledger.payers.add(bill_payments.DIRECT_DEBIT)
registry.school_rules.add(
    SchoolRules(key="card.reissue", read=read_reissue_rules),
    SchoolRules(key="card.unclaimed_return_days", read=unclaimed_return_days),
    SchoolRules(key="card.payout_max_fen", read=largest_fen),
    SchoolRules(key="card.deduction_max_fen", read=most_once_fen),
    SchoolRules(key="card.deduction_daily_fen", read=most_daily_fen),
)
