"""What the day close hears of the bank and of UnionPay: the differences of the day, each with its owner, or that no file could be had."""

from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanhu.systems.card.bank.acquirer import AcquirerSilentError
from nanhu.systems.card.bank.gateway import BankSilentError
from nanhu.systems.card.bank.models import Channel, Difference, Statement
from nanhu.systems.card.bank.services.reconciliation import bank_differences, open_differences
from nanhu.systems.card.bank.services.suspense import open_suspects
from nanhu.systems.card.closing.services.settling import end_of
from nanhu.systems.card.closing.sources import Custody, Found, Source

LOOKED_BACK = timedelta(days=92)


def differences(day: date) -> list[Found]:
    try:
        return [told(one) for one in bank_differences(day)]
    except (BankSilentError, AcquirerSilentError):
        return [missing(), *(told(one) for one in open_differences(day))]


def missing() -> Found:
    return Found(key="file", what=_("对账文件还没有取得"))


def told(one: Difference) -> Found:
    return Found(
        key=f"{one.channel.key}:{one.order}", what=f"{one.channel.name} · {one.get_kind_display()} · {one.order}",
        ours_fen=one.ours_fen, theirs_fen=one.theirs_fen, owner=one.owner, is_explained=one.kind == Difference.Kind.UNDER_WAY,
    )  # fmt: skip


BANK = Source(
    key="bank",
    title=gettext_lazy("银行与银联核对"),
    owner=gettext_lazy("校园卡管理办公室"),
    differences=differences,
    order=30,
)


def custodial_balance(day: date) -> int | None:
    """What the banks say they held for us at the end of that day, as their files brought it; None while one has not."""
    banks = set(Channel.objects.filter(kind=Channel.Kind.BANK, is_on=True).values_list("pk", flat=True))
    told = dict(
        Statement.objects.filter(channel__in=banks, day=day, balance_fen__isnull=False).values_list(
            "channel", "balance_fen"
        )
    )
    return sum(fen for fen in told.values() if fen is not None) if banks and set(told) == banks else None


CROSSING = """
    WITH theirs AS (
        SELECT "order" AS number, sum(CASE WHEN kind IN ('pay_out', 'reversal') THEN -amount_fen ELSE amount_fen END)::bigint AS fen
        FROM card_bank_statement_row WHERE channel_id = %(channel)s AND day > %(first)s AND day <= %(day)s GROUP BY 1
    ), ours AS (
        SELECT number, CASE WHEN counts OR is_under_way THEN (sign * moved_fen)::bigint ELSE 0 END AS fen, moved_at FROM card_bank_order
        WHERE channel_id = %(channel)s
          AND (settled_on > %(first)s OR settled_on IS NULL AND is_under_way OR number IN (SELECT number FROM theirs))
    )
    SELECT number, coalesce(t.fen, 0), CASE WHEN o.moved_at < %(until)s THEN o.fen ELSE 0 END, coalesce(o.fen <> 0, false)
    FROM theirs t FULL JOIN ours o USING (number)
    WHERE coalesce(t.fen, 0) <> CASE WHEN o.moved_at < %(until)s THEN o.fen ELSE 0 END
    ORDER BY number
"""


def crossing(day: date) -> list[Found]:
    """Orders that the bank had moved by the end of that day and our books had not, or the other way round."""
    found = []
    for channel in Channel.objects.filter(kind=Channel.Kind.BANK, is_on=True).order_by("id"):
        facts: dict[str, Any] = {"channel": channel.pk, "first": day - LOOKED_BACK, "day": day, "until": end_of(day)}
        with connection.cursor() as cursor:
            cursor.execute(CROSSING, facts)
            found += [crossed(channel, *row) for row in cursor.fetchall()]
    return found


def crossed(channel: Channel, order: str, theirs_fen: int, ours_fen: int, is_booked: bool) -> Found:
    words = (
        _("%(bank)s · %(order)s：另一天入账")
        if is_booked and (theirs_fen or ours_fen)
        else _("%(bank)s · %(order)s：还没有入账，见银行与银联核对")
    )
    return Found(
        key=f"{channel.key}:{order}", what=words % {"bank": channel.name, "order": order}, ours_fen=ours_fen,
        theirs_fen=theirs_fen, is_explained=True,
    )  # fmt: skip


def suspects(day: date) -> list[Found]:
    """Notices of the bank that nobody was credited for, each with its reason."""
    words = _("%(bank)s · %(order)s：可疑的到账通知，%(why)s")
    return [
        Found(
            key=f"suspect:{one.channel.key}:{one.order}", owner=one.owner, ours_fen=0, theirs_fen=one.theirs_fen,
            what=words % {"bank": one.channel.name, "order": one.order, "why": one.why},
        )
        for one in open_suspects(day)
    ]  # fmt: skip


CUSTODY = Custody(
    key="bank",
    title=gettext_lazy("银行备付金账户"),
    balance=custodial_balance,
    items=crossing,
    suspects=suspects,
    order=30,
)
