"""The office takes an order on (受理): strangers enter the golden record, cards are there, the clock begins."""

from datetime import timedelta
from itertools import groupby

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.calendar import add_working_days
from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.school import school
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing import fees
from nanhu.systems.card.issuing.checking import day_of, rows_in_making
from nanhu.systems.card.issuing.errors import (
    BeingMadeError,
    PhotosBackError,
    PhotosMissingError,
    PhotosUnseenError,
    UnitUnknownError,
)
from nanhu.systems.card.issuing.layout import DOCUMENT_KINDS, SEXES
from nanhu.systems.card.issuing.models import CardOrder, OrderRow
from nanhu.systems.card.issuing.services import photos
from nanhu.systems.card.issuing.services.orders import State, locked, note
from nanhu.systems.card.models import Card
from nanhu.systems.card.services.issue import LIVING, issue_cards

WORKING_DAYS = 3
MOST_NAMES = 10
MOST_DAYS = 366
ORIGIN = people.Origin(source="card.issuing", title="校园卡管理办公室")
CATEGORY_CODES = {
    "临聘": "hired",
    "自聘": "unit_hired",
    "讲学": "lecturer",
    "公务": "official",
    "培训": "trainee",
    "访问": "visitor",
    "交流": "exchange",
}
DOCUMENT_CODES = dict(zip(DOCUMENT_KINDS, ("1", "A", "T", "8", "9", "Z"), strict=True))


def working_days() -> int:
    return school().table("card").whole("making_days", WORKING_DAYS, most=MOST_DAYS)


def accept(*, by: Actor, order: CardOrder) -> CardOrder:
    """Three working days by the school's calendar from here on (A106)."""
    with transaction.atomic():
        current = locked(order, State.APPROVED)
        rows = list(current.rows.select_for_update().order_by("line"))
        lacking = sum(not row.photo_path and not has_portrait(row) for row in rows)
        if lacking:
            raise PhotosMissingError(count=lacking)
        if back := [row.name for row in rows if row.is_photo_back]:
            raise PhotosBackError(names="、".join(back[:MOST_NAMES]))
        if unseen := sum(bool(row.photo_path) and row.photo_seen_at is None for row in rows):
            raise PhotosUnseenError(count=unseen)
        register_strangers(by, current, [row for row in rows if row.person_id is None])
        persons = [row.person_id for row in rows if row.person_id is not None]
        issue_cards(by=by, person_ids=persons)
        living = Card.objects.select_for_update().filter(person_id__in=persons, state__in=LIVING).order_by("pk")
        cards = {card.person_id: card for card in living}
        refuse_second_card(current, persons)
        earlier = plastics_of(persons)
        for row in rows:
            row.card = cards.get(row.person_id or 0)
            row.fee_fen = fees.fee_fen(current.card_class, row.category, earlier.get(row.person_id or 0, 0))
            hand_portrait_on(by, row)
        OrderRow.objects.bulk_update(rows, ["person", "card", "fee_fen"])
        current.state, current.accepted_at, current.accepted_by_name = State.ACCEPTED, now(), by.name
        current.due_on = add_working_days(campus_today(), working_days())
        current.save(update_fields=["state", "accepted_at", "accepted_by_name", "due_on"])
        note(by, "card.accept_order", current, facts={"due": str(current.due_on), "rows": len(rows)})
        return current


def refuse_second_card(order: CardOrder, persons: list[int]) -> None:
    """Whom nobody knew when the list was judged may stand in two; the cards are locked."""
    other = rows_in_making(persons).exclude(order=order).filter(card__isnull=False).first()
    if other is not None:
        raise BeingMadeError(name=other.name, number=other.order.number, title=other.order.title)


def has_portrait(row: OrderRow) -> bool:
    person = people.person_card(row.person_id) if row.person_id else None
    return bool(person and person.photo_url)


def hand_portrait_on(by: Actor, row: OrderRow) -> None:
    content = photos.content_of(row)
    if content is not None and row.person_id is not None:
        people.set_photo(by=by, person_id=row.person_id, content=content)


def plastics_of(person_ids: list[int]) -> dict[int, int]:
    """How many cards each of them has been handed."""
    rows = OrderRow.objects.filter(person_id__in=person_ids, state=OrderRow.State.HANDED).order_by("person_id")
    held = rows.values_list("person_id", flat=True)
    return {person_id: len(list(group)) for person_id, group in groupby(held) if person_id is not None}


def register_strangers(by: Actor, order: CardOrder, rows: list[OrderRow]) -> None:
    """Whom the school does not know yet: a temporary tie to the unit that vouches for them, until their last day."""
    if not rows:
        return
    codes = {name: code for code, whole, short in people.unit_names() for name in (code, whole, short) if name}
    if any(row.unit not in codes for row in rows):
        raise UnitUnknownError(name=next(row.unit for row in rows if row.unit not in codes))
    records = [record_of(order, row, codes[row.unit]) for row in rows]
    found = people.apply_records(by=by, records=records, origin=ORIGIN, reason=order.number).person_ids
    for row in rows:
        row.person_id = found[str(row.pk)]
        row.campus_no = row.campus_no or temporary_number(order, row)


def temporary_number(order: CardOrder, row: OrderRow) -> str:
    """编码 of somebody without a number: L, the year, and the row's own number."""
    return f"L{campus_time(order.created_at):%y}{row.pk % 10**7:07}"


def record_of(order: CardOrder, row: OrderRow, unit_code: str) -> people.PersonRecord:
    known = people.find_person_by_document(row.document or "")
    tie = people.AffiliationRecord(
        kind="temporary",
        campus_no=row.campus_no or temporary_number(order, row),
        starts_on=campus_today(),
        ends_on=day_of(row.valid_until) or campus_today() + timedelta(days=365),
        unit_code=unit_code,
        state="active",
        category=CATEGORY_CODES.get(row.category, ""),
        category_name=row.category,
        status_name=row.category,
    )
    if known is not None:
        return people.PersonRecord(key=str(row.pk), person_id=known, affiliations=(tie,))
    return people.PersonRecord(
        key=str(row.pk),
        name=row.name,
        sex=SEXES.get(row.sex, "0"),
        phone=row.phone,
        document_kind=DOCUMENT_CODES.get(row.document_kind, "Z"),
        id_number=row.document,
        affiliations=(tie,),
    )
