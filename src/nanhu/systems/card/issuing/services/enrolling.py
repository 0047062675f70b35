"""Orders out of the rosters (新生发卡): everybody of a unit who has a card and no plastic yet."""

from django.db.models import Q

from nanhu.kernel.actors import Actor
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing.checking import kind_of_document
from nanhu.systems.card.issuing.models import CardOrder, OrderRow
from nanhu.systems.card.issuing.services import orders
from nanhu.systems.card.models import Card
from nanhu.systems.card.services.issue import LIVING, affiliation_of

MOST = 1000


def order_for_newcomers(*, by: Actor, unit: orders.Unit, collector: str, person_ids: list[int]) -> CardOrder:
    """The rosters are the form: nothing is typed, nothing needs approval, photos are those of the golden record."""
    wanted = without_plastic(person_ids)[:MOST]
    persons = people.person_cards(wanted)
    numbers = people.open_documents(wanted, by=by, purpose="新生制卡")
    cards = {card.person_id: card for card in Card.objects.filter(person_id__in=wanted, state__in=LIVING)}
    rows = []
    for person_id in wanted:
        person, card = persons[person_id], cards[person_id]
        tie = affiliation_of(person) or next(one for one in person.affiliations if one.is_live)
        phone = people.phone_of(person_id, by=by, purpose="新生制卡")
        rows.append(
            {
                "name": person.name,
                "campus_no": tie.campus_no,
                "sex": {"1": "男", "2": "女"}.get(person.sex, ""),
                "document_kind": kind_of_document(numbers.get(person_id, "")),
                "document": numbers.get(person_id, ""),
                "unit": tie.unit_name,
                "category": card.sub_class,
                "photo_name": f"{tie.campus_no}.jpg",
                "phone": phone,
                "collector": collector,
            }
        )
    return orders.open_order(
        by=by,
        card_class="student",
        title=f"{unit.name} 新生",
        unit=unit,
        source=CardOrder.Source.ENROLMENT,
        rows=rows,
        needs_approval=False,
    )


def without_plastic(person_ids: list[int]) -> list[int]:
    """An order that was refused or discarded gives nobody a card; nor does a draft, other than one out of the roster itself."""
    rows = OrderRow.objects.filter(person_id__in=person_ids).exclude(state=OrderRow.State.VOID)
    asked = rows.exclude(order__state__in=["refused", "discarded"]).exclude(
        ~Q(order__source=CardOrder.Source.ENROLMENT), order__state="draft"
    )
    held = set(asked.values_list("person_id", flat=True))
    living = Card.objects.filter(person_id__in=person_ids, card_class="student", state__in=LIVING).order_by("person_id")
    return [person_id for person_id in living.values_list("person_id", flat=True) if person_id not in held]
