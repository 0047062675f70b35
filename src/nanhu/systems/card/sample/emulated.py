"""What the emulators of a campus are told of: a dozen tills spread over the canteens, cards of every state, what the bank begins with."""

from collections.abc import Iterable
from typing import Any

from nanhu.kernel.clock import now
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.api import BANK_ACCOUNT
from nanhu.platforms.people import api as people
from nanhu.systems.card.models import Card, Till

CARDS = 10
FIXED_FEN = {"早点": 400, "浴室": 200, "洗衣": 500, "直饮水": 50, "校车": 100}
STATE_NOTES = {
    Card.State.LOST: "已挂失",
    Card.State.FROZEN: "已冻结",
    Card.State.EXPIRED: "已过期",
    Card.State.CLOSED: "已注销",
}


def chosen_terminals(count: int) -> list[dict[str, Any]]:
    """The more merchants a place has the more of them, each with one terminal, names differ while they can; and a bus."""
    tills = Till.objects.filter(is_on=True, terminal__kind="pos").select_related("terminal", "merchant")
    merchants = {till.merchant_id: till for till in tills.order_by("-terminal__number")}
    places: dict[str, list[Till]] = {}
    for till in sorted(merchants.values(), key=lambda one: one.terminal.number):
        places.setdefault(till.merchant.canteen, []).append(till)
    turns = sorted(((turn + 0.5) / len(found), place) for place, found in places.items() for turn in range(len(found)))
    picked: list[Till] = []
    for _share, place in turns[:count]:
        names = {one.merchant.name for one in picked}
        chosen = next((one for one in places[place] if one.merchant.name not in names), places[place][0])
        places[place].remove(chosen)
        picked.append(chosen)
    bus = next((one for one in merchants.values() if one.merchant.key == "bus" and one not in picked), None)
    picked += [bus] if bus is not None else []
    return [terminal_facts(one) for one in sorted(picked, key=lambda one: one.terminal.number)]


def terminal_facts(till: Till) -> dict[str, Any]:
    terminal, name = till.terminal, till.merchant.name
    return {
        "number": terminal.number,
        "key": terminal.key,
        "merchant": name,
        "canteen": till.merchant.canteen,
        "place": terminal.place,
        "fixed_fen": next((fen for word, fen in FIXED_FEN.items() if word in name), None),
    }


def chosen_cards(campus_nos: Iterable[str]) -> list[dict[str, str]]:
    """The named people's cards, then others until there are ten, with one of each state that does not pay."""
    named = [person for no in campus_nos if (person := people.find_person_by_campus_no(no)) is not None]
    living = Card.objects.select_related(None).order_by("number")
    first = {card.person_id: card for card in living.filter(person_id__in=named).order_by("-number")}
    picked = [first[person] for person in dict.fromkeys(named) if person in first]
    for state in STATE_NOTES:
        picked += living.filter(state=state).exclude(pk__in=[one.pk for one in picked])[:1]
    for card_class in Card.Class:
        others = living.filter(state=Card.State.ISSUED, card_class=card_class).exclude(
            pk__in=[one.pk for one in picked]
        )
        picked += others[: max(0, min(2, CARDS - len(picked)))]
    holders = people.person_cards({card.person_id for card in picked})
    return [card_facts(card, holders[card.person_id]) for card in picked if card.person_id in holders]


def card_facts(card: Card, holder: people.PersonCard) -> dict[str, str]:
    note = STATE_NOTES.get(Card.State(card.state), "") or str(Card.Class(card.card_class).label)
    return {"uid": card.uid, "name": holder.name, "campus_no": holder.campus_no, "note": note}


def holders(besides: Iterable[int], most: int) -> list[int]:
    """People with a card that pays, those of the lowest numbers first."""
    living = Card.objects.filter(state=Card.State.ISSUED).exclude(person_id__in=besides).order_by("number")
    return list(living.values_list("person_id", flat=True)[:most])


def held_at_bank() -> int:
    """What our books say the bank holds at this moment: the emulated bank begins with as much."""
    return -sum(ledger.net_of(account, before=now()) for account in ledger.account_ids([BANK_ACCOUNT]).values())
