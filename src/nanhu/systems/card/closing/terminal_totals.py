"""Terminals' own totals of a day (`day/total`) against the receipts of that day, terminal by terminal (A015)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from nanhu.kernel.clock import end_of, start_of
from nanhu.kernel.database.values import all_rows
from nanhu.platforms.payments.api import Found
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.closing.models import TerminalDay
from nanhu.systems.card.queries import merchant_of

KINDS = {"payments": "payment", "stored": "stored", "reversals": "reversal", "refunds": "refund"}
TOTALS = tuple(name for kind in KINDS for name in (kind, f"{kind}_fen"))
COUNTS = (*TOTALS, "waiting", "waiting_fen")
LATEST = timedelta(days=31)
"""A row that is uploaded later than this counts only in the day it is posted."""
OF_DAY = f"""
    SELECT r.terminal_id, {
    ", ".join(
        f"count(*) FILTER (WHERE {told})::bigint, coalesce(sum(r.amount_fen) FILTER (WHERE {told}), 0)::bigint"
        for told in (f"r.outcome = 'posted' AND r.kind = '{kind}'" for kind in KINDS.values())
    )
},
        count(*) FILTER (WHERE r.outcome <> 'posted')::bigint,
        coalesce(sum(r.amount_fen) FILTER (WHERE r.outcome <> 'posted'), 0)::bigint
    FROM card_receipt r LEFT JOIN card_receipt o ON o.id = r.reverses_id AND r.kind = 'reversal'
    WHERE r.posted_at >= %(since)s AND r.posted_at < %(latest)s AND r.occurred_at >= %(since)s AND r.occurred_at < %(until)s
      AND r.terminal_id IS NOT NULL AND (%(only)s::bigint IS NULL OR r.terminal_id = %(only)s)
      AND (r.outcome = 'posted' OR r.kind = 'stored') AND o.kind IS DISTINCT FROM 'hold'
    GROUP BY 1"""  # noqa: S608  names of ours, no value of a request


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalTotals:
    """`ours` by the receipts, `said` by the terminal (None where it was silent); `refused` came up and was not believed."""

    number: str
    merchant: str
    ours: dict[str, int]
    refused: tuple[int, int]
    said: dict[str, int] | None
    is_asked: bool

    @property
    def agrees(self) -> bool:
        return self.said is not None and all(self.said[name] == self.ours[name] for name in TOTALS)

    @property
    def owner(self) -> str:
        return _("%(merchant)s（终端 %(number)s）") % {"merchant": self.merchant, "number": self.number}


def net(values: dict[str, int]) -> int:
    return values["payments_fen"] + values["stored_fen"] - values["reversals_fen"] - values["refunds_fen"]


def read(day: date, only: int | None = None) -> dict[int, tuple[dict[str, int], tuple[int, int]]]:
    facts = {"since": start_of(day), "until": end_of(day), "latest": end_of(day) + LATEST, "only": only}
    return {row[0]: (dict(zip(TOTALS, row[1:-2], strict=True)), (row[-2], row[-1])) for row in all_rows(OF_DAY, facts)}


def nothing() -> tuple[dict[str, int], tuple[int, int]]:
    return dict.fromkeys(TOTALS, 0), (0, 0)


def heard_of(terminal: Terminal, day: date) -> dict[str, int]:
    return read(day, terminal.pk).get(terminal.pk, nothing())[0]


def totals_of(day: date) -> list[TerminalTotals]:
    """Every terminal that sold or spoke. One that ever told a day's total is asked for it from then on."""
    heard = read(day)
    said = {one.terminal_id: one for one in TerminalDay.objects.filter(day=day)}
    tellers = set(TerminalDay.objects.filter(day__lte=day).values_list("terminal", flat=True).distinct())
    devices = (
        Terminal.objects.filter(pk__in=heard.keys() | said.keys()).select_related("till__merchant").order_by("number")
    )
    return [
        TerminalTotals(
            number=one.number,
            merchant=name_of(one),
            ours=(found := heard.get(one.pk, nothing()))[0],
            refused=found[1],
            said=counts_of(said.get(one.pk)),
            is_asked=one.pk in tellers,
        )
        for one in devices
    ]


def name_of(terminal: Terminal) -> str:
    """Who sells with it; of what sells nothing, what it is."""
    merchant = merchant_of(terminal)
    return merchant.name if merchant else str(Terminal.Kind(terminal.kind).label)


def counts_of(row: TerminalDay | None) -> dict[str, int] | None:
    return None if row is None else {name: getattr(row, name) for name in COUNTS}


def terminal_differences(day: date) -> list[Found]:
    return [found for one in totals_of(day) if (found := difference_of(one)) is not None]


def difference_of(one: TerminalTotals) -> Found | None:
    """Named by what explains it: a silent terminal, rows it still keeps, rows we did not believe, or nothing of that."""
    if one.agrees or (one.said is None and not one.is_asked):
        return None
    if one.said is None:
        what, explained = _("终端 %(number)s 没有报日合计") % {"number": one.number}, False
    else:
        what, explained = reason_of(one, one.said)
    return Found(
        key=f"terminal:{one.number}",
        what=what,
        ours_fen=net(one.ours),
        theirs_fen=None if one.said is None else net(one.said),
        owner=one.owner,
        is_explained=explained,
    )


def reason_of(one: TerminalTotals, said: dict[str, int]) -> tuple[str, bool]:
    facts: dict[str, Any] = {"number": one.number}
    rows, fen = said["stored"] - one.ours["stored"], said["stored_fen"] - one.ours["stored_fen"]
    is_stored_alone = all(said[name] == one.ours[name] for name in TOTALS if not name.startswith("stored"))
    if is_stored_alone and (rows, fen) == one.refused and rows:
        return _("终端 %(number)s 补传的 %(rows)s 笔没有入账（卡不认识或金额不对）") % {**facts, "rows": rows}, False
    if is_stored_alone and 0 < rows <= said["waiting"] and 0 < fen <= said["waiting_fen"]:
        return _("终端 %(number)s 有 %(rows)s 笔脱机交易还没有上传") % {**facts, "rows": rows}, True
    sold, ours = said["payments"] + said["stored"], one.ours["payments"] + one.ours["stored"]
    return _("终端 %(number)s 报消费 %(sold)s 笔，凭证 %(ours)s 笔") % {**facts, "sold": sold, "ours": ours}, False


def shown_on(day: date) -> list[dict[str, Any]]:
    """What the report of a day shows of each terminal."""
    return [
        {
            "number": one.number,
            "merchant": one.merchant,
            "ours_fen": net(one.ours),
            "ours_rows": one.ours["payments"] + one.ours["stored"],
            "said_fen": None if one.said is None else net(one.said),
            "said_rows": None if one.said is None else one.said["payments"] + one.said["stored"],
            "waiting": one.said["waiting"] if one.said else 0,
            "agrees": one.agrees,
        }
        for one in totals_of(day)
    ]


def heard_on(days: Collection[date]) -> list[tuple[date, datetime]]:
    """When terminals told their totals of these days."""
    return list(TerminalDay.objects.filter(day__in=days).values_list("day", "said_at"))
