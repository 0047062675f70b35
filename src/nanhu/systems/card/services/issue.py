"""Issuing cards (发卡): a wallet and a card for each person who lives on campus, many at a time."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from uuid import uuid4

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.crypto import blind_index
from nanhu.kernel.database.values import all_rows
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.systems.card.models import Card, Wallet
from nanhu.systems.card.rules import Tie, kind_of, leading_tie, validity

GUEST = "guest"  # vouched for by somebody, and no member of the school: no card
LIVING = (Card.State.ISSUED, Card.State.LOST)


def issue_cards(*, by: Actor, person_ids: Iterable[int]) -> int:
    """Give a wallet and a card to those of these persons who are tied to the school and have none; returns how many."""
    with transaction.atomic():
        found = {card.person_id: card for card in people.person_cards(sorted(set(person_ids))).values()}
        ties = {person_id: tie for person_id, card in found.items() if (tie := tie_of(card)) is not None}
        lacking = sorted(set(ties) - set(holders(ties)))
        wallets = open_wallets(lacking, {person_id: found[person_id].name for person_id in lacking})
        cards = Card.objects.bulk_create(new_cards(lacking, ties, wallets), batch_size=5000)
        audit.record_many(
            audit.Record(by=by, action="card.issue", target=f"card:{card.number}", facts={"person": card.person_id})
            for card in cards
        )
        return len(cards)


def tie_of(card: people.PersonCard) -> Tie | None:
    return leading_tie(tie for _one, tie in ties_of(card))


def affiliation_of(card: people.PersonCard) -> people.AffiliationCard | None:
    """The one that the card follows, with its number and unit: not always the newest."""
    leading = tie_of(card)
    return next((one for one, tie in ties_of(card) if tie == leading), None)


def followed_or_last(card: people.PersonCard | None) -> people.AffiliationCard | None:
    """The one that the card follows; of somebody who has no such any more, or is a guest, the one by which he is met elsewhere."""
    return (affiliation_of(card) or card.leading_tie()) if card else None


def campus_no_of(card: people.PersonCard | None) -> str:
    """Empty where there is none."""
    return followed.campus_no if (followed := followed_or_last(card)) else ""


def refused_number(campus_no: str) -> str:
    """What the audit log gets of a number that did not fit, by its fingerprint: people type passwords and others' numbers into its box."""
    return (
        f"refused-number:{blind_index(people.normalise_campus_no(campus_no), purpose='card.refused_number').hex()[:16]}"
    )


def ties_of(card: people.PersonCard) -> list[tuple[people.AffiliationCard, Tie]]:
    return [
        (one, Tie(kind=one.kind, category_name=one.category_name, starts_on=one.starts_on, ends_on=one.ends_on))
        for one in card.affiliations
        if one.is_live and one.kind != GUEST
    ]


def holders(person_ids: Iterable[int]) -> list[int]:
    living = Card.objects.filter(person_id__in=list(person_ids), state__in=LIVING)
    return list(living.values_list("person_id", flat=True))


def open_wallets(person_ids: Sequence[int], names: Mapping[int, str]) -> dict[int, int]:
    """The wallet accounts of these persons, opened where they are missing."""
    known = dict(Wallet.objects.filter(person_id__in=person_ids).values_list("person_id", "account_id"))
    missing = [person_id for person_id in person_ids if person_id not in known]
    if not missing:
        return known
    accounts = ledger.open_accounts(
        order
        for person_id in missing
        for order in (
            ledger.AccountOrder(
                code=f"card.wallet:{person_id}",
                name=names[person_id],
                kind="liability",
                person_id=person_id,
                floor_fen=0,
            ),
            ledger.AccountOrder(
                code=f"card.owed:{person_id}", name=names[person_id], kind="asset", person_id=person_id, floor_fen=0
            ),
        )
    )
    Wallet.objects.bulk_create(
        [
            Wallet(
                account_id=accounts[f"card.wallet:{person_id}"],
                person_id=person_id,
                receivable_id=accounts[f"card.owed:{person_id}"],
            )
            for person_id in missing
        ],
        batch_size=5000,
    )
    return known | {person_id: accounts[f"card.wallet:{person_id}"] for person_id in missing}


def new_cards(person_ids: Sequence[int], ties: Mapping[int, Tie], wallets: Mapping[int, int]) -> list[Card]:
    today = campus_today()
    cards = []
    for person_id, number in zip(person_ids, next_numbers(len(person_ids)), strict=True):
        kind = kind_of(ties[person_id])
        start, end = validity(ties[person_id], today)
        cards.append(
            Card(
                public_id=uuid4(),
                person_id=person_id,
                wallet_id=wallets[person_id],
                number=number,
                uid=new_uid(),
                card_class=kind.card_class,
                sub_class=kind.sub_class,
                valid_from=start,
                valid_until=end,
            )
        )
    return cards


def next_numbers(count: int) -> list[str]:
    """Ten digits, in order of issue."""
    return [
        number
        for (number,) in all_rows(
            "SELECT to_char(nextval('card_number_seq'), 'FM0000000000') FROM generate_series(1, %s)", [count]
        )
    ]


def new_uid() -> str:
    """Seven bytes as the chips of this family answer; until a plastic card is written the number is ours."""
    return "04" + secrets.token_hex(6).upper()
