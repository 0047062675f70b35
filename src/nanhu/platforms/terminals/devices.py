"""The fleet view (I11): every terminal as it stands now, and what is odd about it. Nine queries for all of them."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Max, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.terminals.api import Address, Incident, NextKey, Terminal
from nanhu.systems.card.fleet.exposure import KEEPS_A_LIST, ONLINE
from nanhu.systems.card.fleet.models import Revocation, TerminalGap, TerminalReport, TerminalWatch
from nanhu.systems.card.gateway.watch import LIMIT, SUSPENDED

CLOCK_SECONDS = 60
ABUSE = SUSPENDED | {LIMIT}
"""Incidents that an honest till does not make: rows or sales beyond its limits, cards that nobody has, proofs that fail."""
INCIDENT_DAYS = timedelta(days=1)
SEEN_LATER = timedelta(seconds=10)
"""The gateway writes a few seconds later when it heard of a terminal."""
PROBLEMS: dict[str, str | Promise] = {
    "abuse": _("疑似盗用"),
    "stolen": _("停用后仍在联系"),
    "off": _("已停用"),
    "retired": _("已撤机"),
    "offline": _("断网"),
    "never": _("从未上线"),
    "stored": _("有未上传"),
    "gaps": _("流水缺号"),
    "reordered": _("流水乱序"),
    "repeated": _("重复提交"),
    "late": _("补传失效卡"),
    "clock": _("时钟不准"),
    "addresses": _("密钥在别处使用"),
    "incidents": _("被拒请求"),
    "list": _("名单落后"),
    "key": _("换钥中"),
}
ALARMING = frozenset({"abuse", "stolen", "addresses", "gaps", "clock"})
TONES = {"never": "quiet", "off": "quiet", "retired": "quiet"} | dict.fromkeys(ALARMING, "danger")
VENDORS = "VA"  # stands for a vendor's charges at a merchant; there is no device that could sign on
LATE_DAYS = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    terminal: Terminal
    report: TerminalReport | None
    is_online: bool
    gaps: int
    reordered: int
    repeated: int
    late: int
    incidents: Counter[str]
    addresses: list[Address]
    next_key: NextKey | None
    head: int
    problems: tuple[str, ...] = field(default=())

    @property
    def number(self) -> str:
        return self.terminal.number

    @property
    def shown_problems(self) -> list[tuple[str | Promise, str]]:
        return [(PROBLEMS[one], TONES.get(one, "attention")) for one in self.problems]

    @property
    def incident_count(self) -> int:
        return sum(self.incidents.values())

    @property
    def behind(self) -> int:
        return max(0, self.head - (self.report.list_version if self.report else 0))


def fleet() -> list[Line]:
    moment = now()
    head = Revocation.objects.aggregate(head=Max("version"))["head"] or 0
    reports = {one.pk: one for one in TerminalReport.objects.all()}
    following = {one.pk: one for one in NextKey.objects.filter(ends_at__gt=moment)}
    gaps = dict(TerminalGap.objects.filter(filled_at__isnull=True).values_list("terminal").annotate(count=Count("id")))
    watched = {one.pk: one for one in TerminalWatch.objects.filter(day=campus_today())}
    late = late_rows_since(moment - LATE_DAYS)
    addresses = addresses_since(moment - INCIDENT_DAYS)
    incidents = incidents_since(moment - INCIDENT_DAYS)
    lines = []
    for terminal in Terminal.objects.select_related("till__merchant").order_by("number"):
        line = Line(
            terminal=terminal,
            report=reports.get(terminal.pk),
            gaps=gaps.get(terminal.pk, 0),
            is_online=terminal.last_seen is not None and terminal.last_seen > moment - ONLINE,
            reordered=watched[terminal.pk].reordered if terminal.pk in watched else 0,
            repeated=watched[terminal.pk].repeated if terminal.pk in watched else 0,
            late=late.get(terminal.pk, 0),
            incidents=incidents.get(terminal.number, Counter()),
            addresses=addresses.get(terminal.pk, []),
            next_key=following.get(terminal.pk),
            head=head,
        )
        lines.append(with_problems(line))
    return lines


def with_problems(line: Line) -> Line:
    found = tuple(name for name, is_so in problems_of(line).items() if is_so)
    return Line(**{name: getattr(line, name) for name in Line.__slots__ if name != "problems"}, problems=found)


def problems_of(line: Line) -> dict[str, bool]:
    terminal, report = line.terminal, line.report
    if terminal.state == Terminal.State.RETIRED:
        return {"retired": True, "stolen": was_heard_after_it_was_retired(line)}
    is_on = terminal.state == Terminal.State.ON
    offset = terminal.clock_offset_seconds
    return {
        "abuse": bool(ABUSE & line.incidents.keys()),
        "stolen": not is_on and line.is_online,
        "off": not is_on,
        "never": is_on and terminal.last_seen is None and not terminal.number.startswith(VENDORS),
        "offline": is_on and terminal.last_seen is not None and not line.is_online,
        "addresses": is_used_elsewhere(line.addresses),
        "gaps": line.gaps > 0,
        "clock": offset is not None and abs(offset) > CLOCK_SECONDS,
        "stored": report is not None and report.stored_rows > 0,
        "reordered": line.reordered > 0,
        "repeated": line.repeated > 0,
        "late": line.late > 0,
        "incidents": line.incident_count > 0,
        "list": is_on and terminal.last_seen is not None and terminal.kind in KEEPS_A_LIST and line.behind > 0,
        "key": line.next_key is not None,
    }


def was_heard_after_it_was_retired(line: Line) -> bool:
    """What it did before is over; its key in use since then is an alarm of its own."""
    seen, gone = line.terminal.last_seen, line.terminal.retired_at
    return line.is_online and seen is not None and gone is not None and seen > gone + SEEN_LATER


def is_used_elsewhere(addresses: list[Address]) -> bool:
    """Two addresses in use at the same time: the one before was still used after the newest had begun."""
    return any(
        one.first_seen <= other.first_seen < one.last_seen for one in addresses for other in addresses if one != other
    )


def addresses_since(moment: datetime) -> dict[int, list[Address]]:
    found: dict[int, list[Address]] = defaultdict(list)
    for one in Address.objects.filter(last_seen__gt=moment):
        found[one.terminal_id].append(one)
    return found


def incidents_since(moment: datetime) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    rows = Incident.objects.filter(at__gt=moment).values_list("terminal_number", "code")
    for number, code, times in rows.annotate(times=Sum("times")):
        found[number][code] += times
    return found


LATE = """
    SELECT r.terminal_id, count(*) FROM card_revocation v JOIN card_card c ON c.id = v.card_id
    JOIN card_receipt r ON r.wallet_id = c.wallet_id AND r.occurred_at > %s AND r.outcome = 'posted'
    WHERE v.reason IS NOT NULL AND v.changed_at > %s
      AND r.card_id = c.id AND r.kind = 'stored' AND r.posted_at > greatest(v.changed_at, %s)
    GROUP BY r.terminal_id
"""


def late_rows_since(moment: datetime) -> dict[int, int]:
    """Stored rows that came in after their card was reported lost, replaced or closed, by terminal."""
    with connection.cursor() as cursor:
        cursor.execute(LATE, [moment - LATE_DAYS, moment - LATE_DAYS, moment])
        return dict(cursor.fetchall())
