"""The cast: a student, another, an international student, a teacher, two clerks; two canteen windows and their terminals."""

import itertools
import json
import time
from datetime import date
from uuid import NAMESPACE_URL, uuid5

import pytest
from django.db import connection
from django.test import Client

from nanhu.kernel.actors import Actor
from nanhu.kernel.tests import counting
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.people import api as people
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.models import Card
from nanhu.systems.card.protocol import fingerprint
from nanhu.systems.card.services import cash_exceptions
from nanhu.systems.card.services.issue import issue_cards
from nanhu.systems.card.services.merchants import MerchantOrder, TerminalOrder, set_up_merchants
from nanhu.systems.card.services.top_up import top_up_by_exception, top_up_with_cash
from nanhu.testing.sessions import signed_in

SYSTEM = Actor.system("test")
PASSWORD = "Lake-and-bridge-42"
ORIGIN = people.Origin(source="test", title="测试")
CAST = {
    "student": ("林小满", "student", "14231100001", "统招本科"),
    "other_student": ("赵一鸣", "student", "14231200001", "统招本科"),
    "guest": ("Amina Diallo", "student", "15231100002", "留学生"),
    "teacher": ("陈志远", "staff", "0020190123", "正式在编"),
    "clerk": ("周敏", "staff", "0020150007", "正式在编"),
    "second_clerk": ("何平", "staff", "0020150008", "人事代理"),
}


class Campus:
    """What a test of the card needs at hand: people by their part, their cards, clients signed in as them."""

    def __init__(self, persons: dict[str, int]) -> None:
        self.by_number = persons
        self.persons = {part: persons[campus_no] for part, (_n, _k, campus_no, _c) in CAST.items()}
        self.terminal = Terminal.objects.get(number="N1001")
        self.sequence = itertools.count(1)
        self.clients: dict[str, Client] = {}

    def card(self, part: str) -> Card:
        return Card.objects.select_related("wallet").get(person_id=self.persons[part], state__in=["issued", "lost"])

    def actor(self, part: str) -> Actor:
        account = identity.account_of(self.persons[part])
        return Actor(account_id=account.pk, name=CAST[part][0])

    def client(self, part: str) -> Client:
        """With a session of this person, once for a test."""
        if part not in self.clients:
            identity_sample.set_password_for_sample(by=SYSTEM, campus_no=CAST[part][2], password=PASSWORD)
            self.clients[part] = signed_in(CAST[part][2])
        return self.clients[part]

    def top_up(self, part: str, fen: int, form: str = "first"):
        """Cash at the counter; for a Chinese student by the exception of the second clerk."""
        clerk, card, key = self.actor("clerk"), self.card(part), uuid5(NAMESPACE_URL, f"{part}-{form}")
        if part not in {"student", "other_student"}:
            return top_up_with_cash(by=clerk, card=card, amount_fen=fen, token=key).top_up
        asked = cash_exceptions.ask_for_cash(by=clerk, card=card, amount_fen=fen, reason="银行卡被冻结", token=key)
        cash_exceptions.approve(by=self.actor("second_clerk"), exception=asked)
        asked.refresh_from_db()
        return top_up_by_exception(by=clerk, exception=asked).top_up

    def pay(self, part: str, fen: int, terminal: str = "N1001", *, uid: str = "") -> str:
        """What the gateway asks of the database when this card is held to a terminal; gives the outcome. `uid`: a former card's."""
        uid, device = uid or self.card(part).uid, Terminal.objects.get(number=terminal)
        row = {
            "n": 0,
            "t": device.pk,
            "s": next(self.sequence),
            "f": fingerprint("payment", uid, str(fen)),
            "u": uid,
            "a": fen,
            "o": time.time(),
        }
        with connection.cursor() as cursor:
            cursor.execute("SELECT outcome FROM card_pay(%s)", [json.dumps([row])])
            return cursor.fetchone()[0]


def make_finance(campus: Campus, *parts: str) -> None:
    """These take no cash any more: who keeps the books is nobody of the counter."""
    for part in parts:
        account_id = campus.actor(part).account_id
        for role in ("card.clerk", "terminals.clerk"):
            identity.revoke_role(by=SYSTEM, account_id=account_id, role=role)
        for role in ("card.finance", "payments.finance"):
            identity.grant_role(by=SYSTEM, account_id=account_id, role=role)


def queries_of(browser: Client, url: str) -> int:
    return len(counting.queries_of(browser, url))


def bring_in_the_cast() -> Campus:
    records = [
        people.PersonRecord(
            key=campus_no,
            name=name,
            affiliations=(
                people.AffiliationRecord(
                    kind=kind, campus_no=campus_no, starts_on=date(2023, 9, 1), category_name=category, state="active"
                ),
            ),
        )
        for name, kind, campus_no, category in CAST.values()
    ]
    persons = dict(people.apply_records(by=SYSTEM, records=records, origin=ORIGIN).person_ids)
    identity.open_accounts(by=SYSTEM, person_ids=persons.values())
    issue_cards(by=SYSTEM, person_ids=persons.values())
    for part in ("clerk", "second_clerk"):
        for role in ("card.clerk", "terminals.clerk", "terminals.keeper"):
            identity.grant_role(by=SYSTEM, account_id=identity.account_of(persons[CAST[part][2]]).pk, role=role)
    set_up_merchants(
        by=SYSTEM,
        merchants=[
            MerchantOrder(key="n1.rice", name="自选快餐", canteen="南院一食堂"),
            MerchantOrder(key="e3.noodle", name="岳阳米粉", canteen="东院三食堂"),
        ],
        terminals=[
            TerminalOrder(number="N1001", merchant_key="n1.rice", place="1 号窗口"),
            TerminalOrder(number="E3002", merchant_key="e3.noodle", place="2 号窗口"),
        ],
    )
    return Campus(persons)


@pytest.fixture
def campus(cast) -> Campus:
    return cast
