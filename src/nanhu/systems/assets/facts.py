"""What is known of a thing, and what it went through, in words."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.kit.people import person_lines
from nanhu.kernel.money import format_yuan
from nanhu.kernel.proposals import Event
from nanhu.kernel.ui import dates
from nanhu.kernel.ui.words import term
from nanhu.platforms.datahub import api as datahub
from nanhu.systems.assets.models import Asset, Inspection, InspectionRecord, Loan, Maintenance, ReceiptFlag, Rent
from nanhu.systems.assets.services.depreciating import accumulated_fen, monthly_fen
from nanhu.systems.assets.services.moving import reason_words


def facts_of(thing: Asset) -> list[tuple[Any, Any]]:
    """What is known of it; what nobody said is left out."""
    keeper = person_lines([thing.keeper_id]).get(thing.keeper_id) if thing.keeper_id else None
    lost = accumulated_fen(thing)
    facts = [
        (_("领用人"), f"{keeper.name} {keeper.number}" if keeper else ""),
        (_("存放地点"), thing.room.name if thing.room else ""),
        (_("使用单位"), thing.unit.name),
        (_("分类"), thing.classification),
        (_("厂家和型号"), f"{thing.maker} {thing.model}".strip()),
        (_("序列号"), thing.serial),
        (_("RFID 标签"), thing.tag),
        (_("用途"), thing.get_use_display()),
        (_("取得方式"), f"{thing.get_acquired_display()} {dates.short_day(thing.acquired_on, None)}"),
        (_("数量"), f"{thing.quantity} {thing.classification.measure}"),
        (_("投入使用"), dates.short_day(thing.put_into_use_on, None)),
        (_("保修到"), dates.short_day(thing.warranty_until, None) if thing.warranty_until else ""),
        (_("上次见到"), dates.short_day(thing.last_seen_at, None) if thing.last_seen_at else ""),
        (_("账面原值"), format_yuan(thing.value_fen)),
        (_("累计折旧"), format_yuan(lost)),
        (_("净值"), format_yuan(thing.value_fen - lost)),
        (_("本月折旧"), format_yuan(monthly_fen(thing))),
        (_("借出到"), ", ".join(map(out_words, loans_of(thing)))),
        (_("租金"), rent_words(thing)),
        (_("服务大厅"), request_words(thing)),
        (_("经费项目"), thing.funds),
        (_("供应商"), thing.supplier),
        (_("合同号"), thing.contract),
        (_("发票号"), f"{thing.invoice} {misinvoiced_words(thing)}".strip()),
        (_("原编号"), thing.former_number),
        *(
            (one.get_kind_display(), due_words(one))
            for one in Inspection.living().filter(asset=thing).order_by("due_on", "pk")
        ),
    ]
    return [(word, said) for word, said in facts if said]


OUT = frozenset({Asset.State.LENT, Asset.State.MISSING})


def loans_of(thing: Asset) -> Iterable[Loan]:
    """What is out, or was lost there; nothing else is asked for."""
    return thing.loans.filter(returned_at=None).select_related("letting") if thing.state in OUT else ()


def out_words(loan: Loan) -> str:
    day = dates.short_day(loan.due_on, campus_today().year)
    return f"{loan.letting.taker} {day}" if loan.letting else day


def rent_words(thing: Asset) -> str:
    """Of what is let now; nothing where it costs nothing."""
    if thing.state not in OUT:
        return ""
    first = Q(letting__loan__returned_at=None, letting__loan__isnull=False)
    goes_on = Q(letting__extends__loan__returned_at=None, letting__extends__loan__isnull=False)
    sums = Rent.objects.filter(first | goes_on, letting__asset=thing).exclude(bill__state="cancelled")
    found = sums.aggregate(billed=Sum("bill__amount_fen"), paid=Sum("bill__paid_fen"))
    if found["billed"] is None:
        return ""
    return _("应缴 %(billed)s，已缴 %(paid)s") % {name: format_yuan(fen) for name, fen in found.items()}


def request_words(thing: Asset) -> str:
    """How far the service hall is with what is broken now."""
    is_broken = thing.state == Asset.State.IN_REPAIR
    repair = thing.maintenance.filter(result=Maintenance.Result.OPEN).exclude(request="").first() if is_broken else None
    states = datahub.codes_of("service.request", "state")
    return f"{repair.request} {term(states.get(repair.request_state, ''))}".strip() if repair else ""


def misinvoiced_words(thing: Asset) -> Any:
    flags = ReceiptFlag.to_set_right().filter(receipt__lines=thing.receipt_line_id)
    return ReceiptFlag.Result.OPEN.label if thing.receipt_line_id and flags.exists() else ""


def due_words(inspection: Any) -> str:
    """Of one that knows its last `result`."""
    is_late = inspection.due_on < campus_today()
    words = _("%(day)s 到期，已过期") if is_late else _("%(day)s 到期")
    if inspection.result == InspectionRecord.Result.FAILED:
        words = _("上次不合格，%(day)s 到期")
    return words % {"day": dates.short_day(inspection.due_on, campus_today().year)}


def events_of(thing: Asset) -> list[Event]:
    """What it went through, inspections among it."""
    moves = thing.movements.order_by("at", "pk")
    events = [Event(one.get_kind_display(), one.by_name, one.at, reason_words(one.kind, one.reason)) for one in moves]
    for one in InspectionRecord.objects.filter(inspection__asset=thing).select_related("inspection").order_by("pk"):
        what = f"{one.inspection} {one.get_result_display()}"
        day = dates.short_day(one.done_on, None)
        said = " · ".join(part for part in (day, one.inspector, one.certificate) if part)
        events.append(Event(what, one.by_name, one.at, said))
    return sorted(events, key=lambda event: event.at or now())
