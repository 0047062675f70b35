"""People of the sample campus who signed with the emulated bank and loaded their cards, so that the bank's desk has work to show."""

from collections.abc import Mapping, Sequence

from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import CampusError
from nanhu.platforms.payments.api import Agreement, active_agreement, sign_agreement
from nanhu.platforms.people import api as people
from nanhu.systems.card.bank.services.loads import ask_load
from nanhu.systems.card.models import Card

LOAD_FEN = (5000, 10_000, 20_000)


def begin_at_the_bank(*, by: Actor, customers: Sequence[Mapping[str, str]]) -> int:
    """The bank must answer. How many signed; whoever has an agreement is left as they are, every third of the others loads."""
    signed = 0
    for place, one in enumerate(customers):
        person_id = people.find_person_by_campus_no(one["campus_no"]) or 0
        card = Card.objects.filter(person_id=person_id, state=Card.State.ISSUED).first()
        if card is None or Agreement.objects.filter(person_id=person_id).exists():
            continue
        try:
            sign_agreement(by=by, person_id=person_id, card_number=one["card_number"], phone=one["phone"], source="web")
            signed += active_agreement(person_id) is not None
            if place % len(LOAD_FEN) == 0:
                ask_load(by=by, card=card, amount_fen=LOAD_FEN[place // len(LOAD_FEN) % len(LOAD_FEN)], terminal=None)
        except CampusError:
            continue
    return signed
