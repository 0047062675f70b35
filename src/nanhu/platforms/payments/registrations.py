"""What the worker does for this room, its own sources of a day close, its checks and rules."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.platforms.payments import vouchers
from nanhu.platforms.payments.checks import groups_have_codes
from nanhu.platforms.payments.services import day_bank, day_custody, printed_roots, retrying

__all__ = ["day_bank", "day_custody", "printed_roots", "retrying"]

registry.checks.add(registry.Check(key="payments.voucher_codes", title=_("凭证科目"), run=groups_have_codes, order=48))
registry.school_rules.add(registry.SchoolRules(key="payments.voucher_codes", read=vouchers.codes))
