"""What makes a genuine transfer of the bank's app one that cannot be right (可疑到账): it is kept, and credits nobody."""

from datetime import date, timedelta

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from nanhu.kernel.clock import campus_today, start_of
from nanhu.kernel.money import format_yuan
from nanhu.kernel.ui import dates
from nanhu.systems.card.bank.limits import bank_limits
from nanhu.systems.card.bank.models import OnlineTopUp
from nanhu.systems.card.models import Card

DAYS_BACK, DAYS_AHEAD = timedelta(days=7), timedelta(days=1)


def why_suspect(*, card: Card, amount_fen: int, settled_on: date) -> str:
    """The reason in words, empty where a transfer is as transfers are. The caller holds the turn of all transfers (`lock_key`)."""
    limits, today = bank_limits(), campus_today()
    if amount_fen > limits.largest_fen:
        return _("金额超过单笔上限 {most}").format(most=format_yuan(limits.largest_fen))
    if not today - DAYS_BACK <= settled_on <= today + DAYS_AHEAD:
        return _("入账日期 {day} 不在近七天").format(day=dates.short_day(settled_on, today.year))
    to_card, to_all = sent_today(card)
    if to_card + amount_fen > limits.balance_fen:
        return _("一天内的转入超过余额上限 {most}").format(most=format_yuan(limits.balance_fen))
    if to_all + amount_fen > limits.all_transfers_fen:
        return _("全校一天内的转入超过上限 {most}").format(most=format_yuan(limits.all_transfers_fen))
    return ""


def sent_today(card: Card) -> tuple[int, int]:
    """By the bank's own app: to this wallet, and to all."""
    since = start_of(campus_today())
    rows = OnlineTopUp.objects.filter(source=OnlineTopUp.Source.BANK_APP, created_at__gte=since)
    own = Sum("amount_fen", filter=Q(card__wallet=card.wallet_id))
    sums = rows.aggregate(own=own, all=Sum("amount_fen"))
    return int(sums["own"] or 0), int(sums["all"] or 0)
