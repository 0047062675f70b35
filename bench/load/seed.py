"""Fills a migrated campus for the load client: people with cards and money, merchants with terminals.

    python -m bench.load.seed PEOPLE TERMINALS OUT.json

Writes the terminals with their keys and the cards. Runs inside the environment of the campus.
"""

import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import django


def main() -> None:
    django.setup()
    from django.db import connection

    from nanhu.kernel.actors import Actor
    from nanhu.kernel.clock import campus_today
    from nanhu.platforms.ledger import api as ledger
    from nanhu.platforms.people import api as people
    from nanhu.platforms.terminals.api import Terminal
    from nanhu.systems.card.models import Card
    from nanhu.systems.card.services.issue import issue_cards
    from nanhu.systems.card.services.merchants import MerchantOrder, TerminalOrder, set_up_merchants

    count, terminal_count, out = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    by = Actor.system("load")
    end = campus_today() + timedelta(days=700)
    records = [
        people.PersonRecord(
            key=str(i),
            name=f"林{'〇一二三四五六七八九'[i % 10]}",
            id_number=document(i),
            affiliations=(
                people.AffiliationRecord(
                    kind="student", campus_no=f"14231{i:06d}", starts_on=date(2023, 9, 1), ends_on=end, state="active"
                ),
            ),
        )
        for i in range(count)
    ]
    origin = people.Origin(source="load", title="压力测试")
    persons = people.apply_records(by=by, records=records, origin=origin).person_ids
    issue_cards(by=by, person_ids=persons.values())
    set_up_merchants(
        by=by,
        merchants=[MerchantOrder(key=f"load.{i}", name=f"窗口 {i}", canteen="南院一食堂") for i in range(40)],
        terminals=[TerminalOrder(number=f"L{i:04d}", merchant_key=f"load.{i % 40}") for i in range(terminal_count)],
    )
    source = ledger.open_accounts([ledger.AccountOrder(code="load.source", name="压力测试", kind="asset")])[
        "load.source"
    ]
    wallets = list(Card.objects.filter(person_id__in=persons.values()).values_list("wallet_id", flat=True))
    legs = [ledger.Leg(debit_account_id=source, credit_account_id=w, amount_fen=1_000_000) for w in wallets]
    ledger.post(by=by, kind="load.money", legs=legs)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    out.write_text(json.dumps(plan_of(Terminal, Card, persons)))


def document(place: int) -> str:
    """A well-formed resident ID for each; its last six, X as 0, are the initial PIN."""
    from nanhu.platforms.people import api as people

    body = f"430602{1990 + place // 27000 % 9}{1 + place // 2700 % 10:02d}{1 + place // 100 % 27:02d}{100 + place % 100:03d}"
    return body + people.id_check_character(body)


def plan_of(terminals: Any, cards: Any, persons: dict[str, int]) -> dict[str, Any]:
    places = {person_id: int(key) for key, person_id in persons.items()}
    held = list(cards.objects.filter(person_id__in=places).values_list("uid", "person_id"))
    return {
        "terminals": [
            {"number": one.number, "key": one.key, "sequence": 1}
            for one in terminals.objects.filter(number__startswith="L").order_by("number")
        ],
        "cards": [uid for uid, _person in held],
        "pins": {uid: document(places[person])[-6:].replace("X", "0") for uid, person in held},
    }


if __name__ == "__main__":
    main()
