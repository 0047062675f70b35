"""What the portal, the doctor and the worker show of this part."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import SchoolRules
from nanhu.platforms.payments.api import Figure, Source, figures, sources
from nanhu.systems.card.closing import day_tables as tables
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
    Figure(key="merchants", title=_("商户"), of=merchants_shown, table=tables.Merchants, order=10),
    Figure(
        key="late",
        title=_("补传的交易"),
        of=late_rows_on,
        table=tables.LateRows,
        lead=lambda _rows: _("保留发生日期，计入这一天的账。"),
        order=20,
    ),
    Figure(
        key="borne",
        title=_("挂失以后的脱机消费，由学校承担"),
        of=borne_on,
        table=tables.Borne,
        rows=lambda values: values["lines"],
        lead=tables.borne_words,
        order=30,
    ),
    Figure(
        key="terminals",
        title=_("各终端：自己报的合计与凭证"),
        of=shown_on,
        table=tables.Terminals,
        is_folded=True,
        order=40,
    ),
)
registry.school_rules.add(SchoolRules(key="card.loss_liability", read=read_rules))
