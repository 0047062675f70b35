"""What the library and other desks ask at the services door. Both are questions: they change no card."""

import hmac
from typing import Any, Final

from nanhu.kernel.clock import now
from nanhu.platforms.people import api as people
from nanhu.platforms.terminals.api import Request, Terminal, operation, text_in, whole_in
from nanhu.systems.card.chip.presence import check_or_count_name
from nanhu.systems.card.models import SELLING, Card
from nanhu.systems.card.rights.services.deciding import may, may_each
from nanhu.systems.card.services.issue import campus_no_of
from nanhu.systems.card.verification.services.verifying import found_on_reader

LISTS: Final = frozenset({Terminal.Kind.DOOR, Terminal.Kind.SELF_SERVICE_KIOSK})
LISTED_STATES: Final = ("issued", "lost", "frozen")
MOST: Final = 2000
LIST_PURPOSE: Final = b"nanhu-terminal-1-rights"
HASH_DIGITS: Final = 20


@operation("rights/check", kinds=SELLING | LISTS, reads=True)
def check(request: Request) -> dict[str, Any]:
    """`card` is the chip's number as the reader read it, or a code of the holder's phone: what lies there, never a number that
    somebody can count up. A till or a door is told no more of the person than others in the queue see; a desk that lends is,
    of numbers alone so many times a day."""
    typed, right = text_in(request.body, "card", longest=20).upper(), text_in(request.body, "right", longest=20)
    card = found_on_reader(typed)
    if card is None:
        return {"status": "blocked", "code": "card_unknown"}
    decision = may(card, right)
    person = people.person_cards([card.person_id])[card.person_id]
    answer = {
        "status": "valid" if decision.is_allowed else "blocked",
        "code": decision.code,
        "sentence": str(decision.reason),
        "class": card.card_class,
        "sub_class": card.sub_class,
        "valid_until": str(card.valid_until),
    }
    if request.terminal.kind != Terminal.Kind.SELF_SERVICE_KIOSK:
        return answer | {"name": people.masked_name(person.name)}
    if typed == card.uid:
        check_or_count_name(request, card)
    return answer | {"number": card.number, "name": person.name, "patron": campus_no_of(person)}


@operation("rights/list", kinds=LISTS, reads=True)
def listed(request: Request) -> dict[str, Any]:
    """Page by page in the order of issue; who is in none of the pages is blocked. The list names nobody: numbers are hashed under
    the terminal's own key."""
    right = text_in(request.body, "right", longest=20)
    after, limit = whole_in(request.body, "after", least=0), whole_in(request.body, "limit", most=MOST)
    cards = list(Card.objects.filter(pk__gt=after, state__in=LISTED_STATES).order_by("pk")[:limit])
    judged, key = may_each(cards, right), bytes.fromhex(request.terminal.key)
    return {
        "as_of": now().isoformat(timespec="seconds"),
        "cards": [
            [mark_in_list(key, card.uid), "valid" if judged[card.pk].is_allowed else "blocked"] for card in cards
        ],
        "next": cards[-1].pk if len(cards) == limit else None,
    }


def mark_in_list(terminal_key: bytes, uid: str) -> str:
    """What stands for a chip's number in the list of one terminal."""
    own = hmac.digest(terminal_key, LIST_PURPOSE, "sha256")
    return hmac.digest(own, uid.encode(), "sha256").hex()[:HASH_DIGITS]
