"""Merchants (商户) and the terminals that a school begins with."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.terminals.api import Terminal, new_terminal_key
from nanhu.systems.card.models import Merchant, Till


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantOrder:
    """A merchant as it is set up; `key` is its lasting name."""

    key: str
    name: str
    canteen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalOrder:
    """A terminal as it is set up; a till has a merchant, whatever sells nothing has none."""

    number: str
    merchant_key: str = ""
    place: str = ""
    kind: str = Terminal.Kind.POS


def set_up_merchants(
    *, by: Actor, merchants: Sequence[MerchantOrder], terminals: Sequence[TerminalOrder] = ()
) -> tuple[int, int]:
    """Add what is missing of these merchants and terminals; returns how many of each were added."""
    with transaction.atomic():
        known_merchants = existing_merchants()
        added_merchants = add_merchants([m for m in merchants if m.key not in known_merchants])
        known = set(Terminal.objects.values_list("number", flat=True))
        ids = existing_merchants()
        missing = [t for t in terminals if t.number not in known]
        added_terminals = Terminal.objects.bulk_create(
            Terminal(number=t.number, kind=t.kind, place=t.place, key=new_terminal_key()) for t in missing
        )
        Till.objects.bulk_create(
            Till(terminal=made, merchant_id=ids[order.merchant_key])
            for made, order in zip(added_terminals, missing, strict=True)
            if order.merchant_key
        )
        facts = {"merchants": len(added_merchants), "terminals": len(added_terminals)}
        audit.record(by=by, action="card.set_up_merchants", target="card:merchants", facts=facts)
        return len(added_merchants), len(added_terminals)


def existing_merchants() -> dict[str, int]:
    return dict(Merchant.objects.values_list("key", "id"))


def add_merchants(orders: Sequence[MerchantOrder]) -> list[Merchant]:
    accounts = ledger.open_accounts(
        ledger.AccountOrder(code=f"card.merchant:{order.key}", name=order.name, kind="liability") for order in orders
    )
    return Merchant.objects.bulk_create(
        Merchant(
            key=order.key, name=order.name, canteen=order.canteen, account_id=accounts[f"card.merchant:{order.key}"]
        )
        for order in orders
    )
