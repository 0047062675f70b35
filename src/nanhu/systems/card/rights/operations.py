"""What the library and other desks ask at the services door. Both are questions: they change nothing."""

from typing import Any, Final

from nanhu.kernel.clock import now
from nanhu.platforms.people import api as people
from nanhu.systems.card.devices.bodies import text_in, whole_in
from nanhu.systems.card.devices.operations import Asked, operation
from nanhu.systems.card.models import Card
from nanhu.systems.card.rights.services.deciding import may, may_each
from nanhu.systems.card.rights.services.verifying import found_by

DESKS: Final = frozenset({"scanner", "door", "pos", "self_service_kiosk"})
LISTED_STATES: Final = ("issued", "lost", "frozen")
MOST: Final = 2000


@operation("rights/check", kinds=DESKS, reads=True)
def check(asked: Asked) -> dict[str, Any]:
    """`card` is the chip's number, the printed one or a code of the holder's phone."""
    typed, right = text_in(asked.body, "card", longest=20).upper(), text_in(asked.body, "right", longest=20)
    card = found_by(typed)
    if card is None:
        return {"status": "blocked", "code": "card_unknown"}
    decision = may(card, right)
    person = people.person_cards([card.person_id])[card.person_id]
    return {
        "status": "valid" if decision.is_allowed else "blocked", "code": decision.code, "sentence": str(decision.reason),
        "number": card.number, "name": person.name, "class": card.card_class, "sub_class": card.sub_class,
        "patron": person.affiliations[0].campus_no if person.affiliations else "", "valid_until": str(card.valid_until),
    }  # fmt: skip


@operation("rights/list", kinds=DESKS, reads=True)
def listed(asked: Asked) -> dict[str, Any]:
    """Page by page in the order of issue; who is in none of the pages is blocked."""
    right = text_in(asked.body, "right", longest=20)
    after, limit = whole_in(asked.body, "after", least=0), whole_in(asked.body, "limit", most=MOST)
    cards = list(Card.objects.filter(pk__gt=after, state__in=LISTED_STATES).order_by("pk")[:limit])
    judged = may_each(cards, right)
    return {
        "as_of": now().isoformat(timespec="seconds"),
        "cards": [[card.uid, card.number, "valid" if judged[card.pk].is_allowed else "blocked"] for card in cards],
        "next": cards[-1].pk if len(cards) == limit else None,
    }
