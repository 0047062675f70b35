"""What the portal, the doctor and the worker show of this part."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import SchoolRules
from nanhu.platforms.payments.api import Figure, Source, figures, sources
from nanhu.systems.card.closing import groups, jobs  # noqa: F401  (registering is their effect)
from nanhu.systems.card.closing.liability import read_rules
from nanhu.systems.card.closing.losses import borne_on, loss_differences
from nanhu.systems.card.closing.reconciliation import (
    late_rows_on,
    ledger_differences,
    merchants_shown,
    receipt_differences,
    suspense_differences,
)
from nanhu.systems.card.closing.terminal_totals import heard_on, shown_on, terminal_differences

sources.add(
    Source(key="ledger", title=_("总账核对"), owner=_("校园卡管理办公室"), differences=ledger_differences, order=10),
    Source(
        key="receipts",
        title=_("凭证与总账核对"),
        owner=_("校园卡管理办公室"),
        differences=receipt_differences,
        order=20,
    ),
    Source(
        key="suspense", title=_("待查交易"), owner=_("校园卡管理办公室"), differences=suspense_differences, order=24
    ),
    Source(
        key="terminals",
        title=_("终端日合计核对"),
        owner=_("校园卡管理办公室"),
        differences=terminal_differences,
        heard=heard_on,
        order=22,
    ),
    Source(key="losses", title=_("挂失责任核对"), owner=_("校园卡管理办公室"), differences=loss_differences, order=26),
)
figures.add(
    Figure(key="merchants", of=merchants_shown, template="card/closing/_day_merchants.html", order=10),
    Figure(key="late", of=late_rows_on, template="card/closing/_day_late.html", order=20),
    Figure(key="borne", of=borne_on, template="card/closing/_day_borne.html", order=30),
    Figure(key="terminals", of=shown_on, template="card/closing/_day_terminals.html", order=40),
)
registry.school_rules.add(SchoolRules(key="card.loss_liability", read=read_rules))
