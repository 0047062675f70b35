"""The till of a terminal, and what the card knows of any: a till goes once its holds ended, its unsent sales are its merchant's loss.

Beside the list of devices it tells which revocation list each holds, which sequences are missing, and who does what no honest till does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Count, Max
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.database.values import all_rows
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.kit import Number, PageRequest, Text, form_of
from nanhu.kernel.kit.records import found_in
from nanhu.kernel.registry import Text as Words
from nanhu.platforms.access.api import DOUBTED
from nanhu.platforms.terminals.api import PARTS, Device, Part, Problem, Seen, Terminal, Unsent
from nanhu.platforms.terminals.wire import FORMER_KEY
from nanhu.systems.card.chip.models import SuspenseCase
from nanhu.systems.card.fleet.errors import HoldsOpenError
from nanhu.systems.card.fleet.exposure import KEEPS_A_LIST
from nanhu.systems.card.fleet.forms import SequenceForm
from nanhu.systems.card.fleet.models import Revocation, TerminalGap, TerminalReport, TerminalWatch
from nanhu.systems.card.gateway.watch import LIMIT, SUSPENDED
from nanhu.systems.card.models import SELLING, Hold, Merchant, Till

ABUSE = SUSPENDED | {LIMIT, DOUBTED, FORMER_KEY}
"""Incidents that an honest device does not make: rows or sales beyond its limits, cards that nobody has, proofs that fail, passages of
an hour in which the door was in contact, a key that was changed."""
VENDORS = "VA"  # stands for a vendor's charges at a merchant; there is no device that could sign on
LATE_DAYS = timedelta(days=7)
GAPS_SHOWN = 20
LATE = """
    SELECT r.terminal_id, count(*) FROM card_revocation v JOIN card_card c ON c.id = v.card_id
    JOIN card_receipt r ON r.wallet_id = c.wallet_id AND r.occurred_at > %s AND r.outcome = 'posted'
    WHERE v.reason IS NOT NULL AND v.changed_at > %s
      AND r.card_id = c.id AND r.kind = 'stored' AND r.posted_at > greatest(v.changed_at, %s)
      AND r.terminal_id = ANY (%s)
    GROUP BY r.terminal_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What the card knows of a terminal now; `head` is the newest version of the revocation list."""

    report: TerminalReport | None
    gaps: int
    reordered: int
    repeated: int
    late: int
    head: int

    @property
    def is_behind(self) -> bool:
        return self.head > (self.report.list_version if self.report else 0)


def field_of(device: Device) -> Field:
    found: Field = device.seen[TillPart.name].facts
    return found


def merchants() -> list[tuple[str, Words]]:
    found = Merchant.objects.filter(state=Merchant.State.OPEN).order_by("canteen", "name")
    return [("", _("请选择")), *((one.key, str(one)) for one in found)]


class TillPart(Part):
    name = "till"
    fields = {
        "merchant": forms.ChoiceField(
            label=_("商户"),
            choices=merchants,
            required=False,
            help_text=_("消费机、扫码机填；门禁和自助终端不属于商户，不填"),
        )
    }
    problems = {
        "abuse": Problem(_("疑似盗用"), "danger"),
        "stored": Problem(_("有未上传")),
        "gaps": Problem(_("流水缺号"), "danger"),
        "reordered": Problem(_("流水乱序")),
        "repeated": Problem(_("重复提交")),
        "late": Problem(_("补传失效卡")),
        "list": Problem(_("名单落后")),
    }
    columns = {
        "stored": Number(_("未上传"), lambda one: one.unsent.rows),
        "gaps": Number(_("缺号"), lambda one: field_of(one).gaps, is_wide=True),
        "disorder": Text(
            _("乱序 / 重复"),
            lambda one: f"{field_of(one).reordered} / {field_of(one).repeated}",
            is_number=True,
            is_wide=True,
        ),
        "list_version": Text(
            _("名单"),
            lambda one: f"{report.list_version if (report := field_of(one).report) else '—'} / {field_of(one).head}",
            is_number=True,
            is_wide=True,
        ),
        "software": Text(
            _("软件"), lambda one: report.software if (report := field_of(one).report) else "", is_wide=True
        ),
    }
    kinds = frozenset(Terminal.Kind) - {Terminal.Kind.DOOR}
    incident_words = dict(SuspenseCase.Reason.choices) | {"terminal_limit": _("交易过于频繁、金额过大，或陌生卡过多")}
    cards, aside = "card_fleet/_device.html", "card_fleet/_sequence.html"

    def faults(self, kind: str, details: Mapping[str, Any]) -> Mapping[str, Words]:
        is_missing = kind in SELLING and not details.get("merchant") and "merchant" in details
        return {"merchant": _("消费机和扫码机要选商户")} if is_missing else {}

    def install(self, terminal: Terminal, details: Mapping[str, Any]) -> Mapping[str, str]:
        """`merchant` is the key of who sells with it, and open."""
        if terminal.kind not in SELLING:
            return {}
        locked = Merchant.objects.select_for_update(no_key=True)
        found = found_in(locked, _("这个商户"), key=details.get("merchant", ""))
        if found.state != Merchant.State.OPEN:
            raise WrongStateError(what=_("这个商户"), state=found.get_state_display())
        Till.objects.create(terminal=terminal, merchant=found)
        return {"merchant": found.key}

    def unsent(self, terminal: Terminal) -> Unsent:
        return unsent_in(TerminalReport.objects.filter(pk=terminal.pk).first())

    def check_removal(self, terminal: Terminal) -> None:
        count = Hold.objects.filter(terminal=terminal, settled_at__isnull=True).count()
        if count:
            raise HoldsOpenError(count=count)

    def remove(self, terminal: Terminal, lost: Unsent) -> None:
        Till.objects.filter(pk=terminal.pk).update(lost_fen=lost.fen)

    def look(self, devices: Sequence[Device]) -> Mapping[int, Seen]:
        keys = [one.terminal.pk for one in devices]
        tills = {one.pk: one for one in Till.objects.filter(pk__in=keys).select_related("merchant")}
        fields = fields_of(keys)
        return {(key := device.terminal.pk): seen_of(device, fields.of(key), tills.get(key)) for device in devices}

    def facts(self, request: PageRequest, device: Device) -> Mapping[str, Any]:
        gaps = TerminalGap.objects.filter(terminal=device.terminal).order_by("-noticed_at")[:GAPS_SHOWN]
        last = {"last_sequence": device.terminal.last_sequence}
        sells = device.terminal.kind in self.kinds
        return {
            "field": field_of(device),
            "sells": sells,
            "gaps": gaps,
            "form": form_of(request, SequenceForm, initial=last),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Of all terminals, by their id."""

    head: int
    reports: Mapping[int, TerminalReport]
    gaps: Mapping[int, int]
    watched: Mapping[int, TerminalWatch]
    late: Mapping[int, int]

    def of(self, key: int) -> Field:
        watched = self.watched.get(key)
        return Field(
            report=self.reports.get(key),
            gaps=self.gaps.get(key, 0),
            reordered=watched.reordered if watched else 0,
            repeated=watched.repeated if watched else 0,
            late=self.late.get(key, 0),
            head=self.head,
        )


def fields_of(keys: Sequence[int]) -> Fields:
    gaps = TerminalGap.objects.filter(terminal__in=keys, filled_at__isnull=True)
    missing = gaps.values_list("terminal").annotate(count=Count("id"))
    return Fields(
        head=Revocation.objects.aggregate(head=Max("version"))["head"] or 0,
        reports=TerminalReport.objects.in_bulk(keys),
        gaps=dict(missing),
        watched={one.pk: one for one in TerminalWatch.objects.filter(pk__in=keys, day=campus_today())},
        late=late_rows_since(now() - LATE_DAYS, keys),
    )


def seen_of(device: Device, field: Field, till: Till | None) -> Seen:
    return Seen(
        facts=field,
        problems=problems_of(device, field),
        place=till.merchant.canteen if till else "",
        owner=till.merchant.name if till else "",
        unsent=unsent_in(field.report),
        lost_fen=till.lost_fen if till else 0,
        is_device=not device.number.startswith(VENDORS),
    )


def problems_of(device: Device, field: Field) -> frozenset[str]:
    terminal = device.terminal
    is_in_use = terminal.state == Terminal.State.ON and terminal.last_seen is not None
    found = {
        "abuse": bool(ABUSE & device.incidents.keys()),
        "stored": field.report is not None and field.report.stored_rows > 0,
        "gaps": field.gaps > 0,
        "reordered": field.reordered > 0,
        "repeated": field.repeated > 0,
        "late": field.late > 0,
        "list": is_in_use and terminal.kind in KEEPS_A_LIST and field.is_behind,
    }
    return frozenset(name for name, is_so in found.items() if is_so)


def unsent_in(report: TerminalReport | None) -> Unsent:
    return Unsent(report.stored_rows, report.stored_fen) if report else Unsent()


def late_rows_since(moment: datetime, keys: Sequence[int]) -> dict[int, int]:
    """Stored rows that came in after their card was reported lost, replaced or closed, by terminal."""
    return dict(all_rows(LATE, [moment - LATE_DAYS, moment - LATE_DAYS, moment, list(keys)]))


PARTS.append(TillPart())
