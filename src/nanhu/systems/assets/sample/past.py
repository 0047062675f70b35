"""The past of a sample campus's things: cards of the system before, a year of receipts, months booked and closed with finance."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.db import transaction

from nanhu.kernel import audit, intake
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import campus_today, now, start_of
from nanhu.systems.assets.checking import Compared
from nanhu.systems.assets.models import (
    Asset,
    BookedMonth,
    Classification,
    MonthClose,
    Movement,
    Plan,
    Receipt,
    ReceiptLine,
)
from nanhu.systems.assets.queries.books import OurCard, cards_in, last_booked, month_to_close
from nanhu.systems.assets.rules import month_after, month_of, months_between
from nanhu.systems.assets.services.closing import close_month, make_close
from nanhu.systems.assets.services.depreciating import depreciate
from nanhu.systems.assets.services.moving import Before, movement_of
from nanhu.systems.assets.services.receiving import enter_cards, months_for, receive

CLOSED_AFTER, BOOKED_AFTER = timedelta(days=4, hours=10), timedelta(hours=9)
CONFIRMED_AFTER = timedelta(days=1, hours=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastThing:
    """Of the system before (`former_number`), or a line of a receipt."""

    name: str
    classification: str
    value_fen: int
    used: date
    unit_id: int
    room_id: int
    keeper_id: int | None = None
    quantity: int = 1
    model: str = ""
    maker: str = ""
    serial: str = ""
    former_number: str = ""
    supplier: str = ""
    funds: str = ""
    use: str = "teaching"
    warranty_until: date | None = None
    seen: datetime | None = None
    is_idle: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PastReceipt:
    title: str
    unit_id: int
    day: date
    invoice: str
    supplier: str
    buyer_id: int
    inspectors: tuple[int, int]
    keeper: Actor
    things: Sequence[PastThing] = field(default_factory=list)


@transaction.atomic
def enter_past(
    *, by: Actor, old: Sequence[PastThing], receipts: Sequence[PastReceipt], signers: tuple[Actor, Actor]
) -> int:
    """From the month in which the register began, a year ago, until the last that is over; `signers`: finance, and who signs after it.
    Again: nothing."""
    if Asset.objects.exists():
        return 0
    classes = {one.code: one for one in Classification.objects.all()}
    first = year_ago(month_of(campus_today()))
    began = start_of(first) + BOOKED_AFTER
    things = [thing_of(one, classes[one.classification], began) for one in old]
    terms: dict[str, int] = {}
    enter_cards(
        by=by, cards=[(one, rest_of(one, first, terms)) for one in things], kind=Movement.Kind.IMPORTED, at=began
    )
    mark_idle(by, [one for one in things if one.is_idle])
    count = len(things) + sum(receive_past(one, classes) for one in receipts)
    for month in months_from(first):
        book(by=signers[0], month=month)
    for _month in list(months_from(first))[:-1]:
        close_past(signers)
    return count


def year_ago(month: date) -> date:
    return month.replace(year=month.year - 1)


def months_from(month: date) -> Iterator[date]:
    """Those that are over."""
    while month < month_of(campus_today()):
        yield month
        month = month_after(month)


def thing_of(one: PastThing, classification: Classification, at: datetime) -> Asset:
    return Asset(
        name=one.name,
        classification=classification,
        model=one.model,
        maker=one.maker,
        serial=one.serial,
        former_number=one.former_number,
        value_fen=one.value_fen,
        quantity=one.quantity,
        acquired_on=one.used,
        put_into_use_on=one.used,
        supplier=one.supplier,
        funds=one.funds,
        use=one.use,
        unit_id=one.unit_id,
        room_id=one.room_id,
        keeper_id=one.keeper_id,
        state=Asset.State.IN_USE if one.keeper_id else Asset.State.IN_STOCK,
        confirmed_at=one.seen if one.keeper_id else None,
        last_seen_at=one.seen,
        warranty_until=one.warranty_until,
        is_idle=one.is_idle,
        created_at=at,
    )


def rest_of(asset: Asset, month: date, terms: dict[str, int]) -> Plan | None:
    """What it lost before the register began comes with it; the rest goes over the months that are left. `terms`: months by class, each
    asked for once."""
    code = asset.classification.code
    months = months_for(asset, terms.get(code))
    if months is None:
        return None
    terms[code] = months
    gone = min(months, months_between(asset.put_into_use_on, month))
    asset.carried_fen = asset.value_fen * gone // months
    if gone >= months:
        return None
    left = asset.value_fen - asset.carried_fen
    return Plan(asset=asset, from_month=month, base_fen=left, months=months - gone, by_name="system:assets")


def mark_idle(by: Actor, things: Sequence[Asset]) -> None:
    at = now() - timedelta(days=40)
    moves = [
        movement_of(
            by=by, asset=one, kind=Movement.Kind.IDLE, before=standing(one), reason="实验室调整，暂不使用", at=at
        )
        for one in things
    ]
    Movement.objects.bulk_create(moves)


def standing(asset: Asset) -> Before:
    return (asset.state, asset.unit_id, asset.keeper_id, asset.room_id)


def receive_past(one: PastReceipt, classes: Mapping[str, Classification]) -> int:
    """Signed by two on its day, handed out two days later, confirmed the day after."""
    at = start_of(one.day) + timedelta(hours=10)
    receipt = Receipt.objects.create(
        token=uuid4(),
        title=one.title,
        unit_id=one.unit_id,
        acquired_on=one.day,
        supplier=one.supplier,
        invoice=one.invoice,
        invoice_fen=sum(thing.value_fen for thing in one.things),
        buyer_id=one.buyer_id,
        first_inspector_id=one.inspectors[0],
        second_inspector_id=one.inspectors[1],
        author_id=account_of(one.keeper),
        author_name=one.keeper.name,
        created_at=at - timedelta(days=2),
    )
    lines = [
        line_of(receipt, number, thing, classes[thing.classification])
        for number, thing in enumerate(one.things, start=1)
    ]
    ReceiptLine.objects.bulk_create(lines)
    receipt.first_signed_at, receipt.second_signed_at = at, at + timedelta(hours=5)
    receive(by=one.keeper, receipt=receipt, at=at + timedelta(hours=5))
    hand_out(one, receipt)
    return len(lines)


def line_of(receipt: Receipt, number: int, one: PastThing, classification: Classification) -> ReceiptLine:
    return ReceiptLine(
        receipt=receipt,
        position=number,
        classification=classification,
        name=one.name,
        model=one.model,
        maker=one.maker,
        serials=one.serial,
        quantity=one.quantity,
        price_fen=one.value_fen // one.quantity,
        is_batch=one.quantity > 1,
        put_into_use_on=one.used,
        use=one.use,
        room_id=one.room_id,
        warranty_until=one.warranty_until,
    )


def hand_out(one: PastReceipt, receipt: Receipt) -> None:
    at = start_of(one.day) + timedelta(days=2, hours=9)
    moves, entries, things = [], [], []
    lines = Asset.objects.filter(receipt_line__receipt=receipt).order_by("receipt_line__position")
    for asset, said in zip(lines, one.things, strict=True):
        if said.keeper_id is None:
            continue
        before = standing(asset)
        asset.state, asset.keeper_id, asset.confirmed_at, asset.last_seen_at = (
            Asset.State.IN_USE,
            said.keeper_id,
            said.seen,
            said.seen,
        )
        moves.append(movement_of(by=one.keeper, asset=asset, kind=Movement.Kind.ASSIGNED, before=before, at=at))
        entries.append(audit.Record(by=one.keeper, action="assets.assigned", target=f"asset:{asset.number}"))
        if said.seen:
            moves.append(
                movement_of(
                    by=one.keeper,
                    asset=asset,
                    kind=Movement.Kind.CONFIRMED,
                    before=standing(asset),
                    at=at + CONFIRMED_AFTER,
                )
            )
        things.append(asset)
    Asset.objects.bulk_update(things, ["state", "keeper_id", "confirmed_at", "last_seen_at"])
    Movement.objects.bulk_create(moves)
    audit.record_many(entries)


def book_what_ended(by: Actor) -> None:
    """A month may turn while the sample is made: what leaves the books or changes its value needs those before it."""
    last = last_booked()
    for month in months_from(month_after(last)) if last else ():
        book(by=by, month=month)


def book(*, by: Actor, month: date) -> None:
    booked_at = min(start_of(month_after(month)) + BOOKED_AFTER, now())
    BookedMonth.objects.create(month=month, by_name=by.name, booked_at=booked_at)
    depreciate(by=by, month=month)


def close_past(signers: tuple[Actor, Actor]) -> None:
    """Finance's cards as ours, but for a computer of every fourth month that finance had not yet."""
    month = month_to_close() or month_of(campus_today())
    cards = cards_in(month)
    bought = [card.number for card in cards if card.name == "台式计算机"]
    late = bought[-1] if bought and month.month % 4 == 0 else ""
    rows = [compared(card, is_late=card.number == late) for card in cards]
    made = make_close(by=signers[0], token=uuid4(), rows=rows, file_name=f"财务资产卡片{month:%Y%m}.xlsx")
    intake.submit(by=signers[0], batch=made)
    intake.approve(by=signers[1], batch=made)
    close_month(batch_id=made.pk)
    at = start_of(month_after(month)) + CLOSED_AFTER
    times = {
        "created_at": at,
        "submitted_at": at,
        "decided_at": at + CONFIRMED_AFTER,
        "posted_at": at + CONFIRMED_AFTER,
    }
    MonthClose.objects.filter(pk=made.pk).update(**times)


def compared(card: OurCard, *, is_late: bool) -> Compared:
    value_fen, lost_fen, why = (
        (0, 0, "发票月底才到，财务下月入账") if is_late else (card.value_fen, card.accumulated_fen, "")
    )
    return Compared(
        number=card.number, name=card.name, value_fen=value_fen, accumulated_fen=lost_fen, ours=card, why=why
    )
