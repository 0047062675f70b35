"""Kill -9 of database, gateway, web, worker and the emulated bank while kiosks load, tills claim and tills sell.

Afterwards every load has ended, money is conserved, each acknowledged sale is there once, and the bank's file agrees with us.
"""

import json
import random
import sqlite3
import threading
from pathlib import Path

from nanhu.kernel.database import embedded
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.conftest import Campus
from tests.faults.evidence import wait_until
from tests.faults.inside import ask, inside
from tests.faults.killing import EVERYTHING, is_whole, strike
from tests.faults.loaders import Loader, Machine, Payer, Plate, chip_of, living
from tests.faults.tills import Terminal

STUDENTS, KIOSKS, TILLS, SELLERS = 4, 2, 2, 2
PREPARE = """
import json, sys, django
django.setup()
from nanhu.kernel.actors import Actor
from nanhu.kernel.configuration import configuration
from nanhu.platforms.people import api as people
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.chip.management.commands.card_chips import card_facts
from nanhu.systems.card.chip.models import Chip
from nanhu.systems.card.chip.services import making
from nanhu.systems.card.models import Card, Price
by, students, kiosks, tills, sellers = Actor.system("test"), *map(int, sys.argv[1:])
bank = json.loads((configuration().data_dir / "emulators" / "outside.json").read_text())
found = []
for customer in reversed(bank["customers"]):
    card = Card.objects.filter(person_id=people.find_person_by_campus_no(customer["campus_no"]), state="issued", card_class="student").first()
    if card is not None and not Chip.objects.filter(card=card).exists():
        (chip,) = making.make_purses(by=by, cards=[card], is_filled=True)
        facts = card_facts(Chip.objects.select_related("card").get(pk=chip.pk))
        found.append({"uid": card.uid, "pin": facts["pin"], "bank_card": customer["card_number"], "phone": customer["phone"], "chip": facts})
    if len(found) == students:
        break
def plates(kind, count):
    return [{"number": one.number, "key": one.key, "kind": kind} for one in Terminal.objects.filter(kind=kind, state="on").exclude(pk__in=Price.objects.values("terminal")).order_by("-number")[:count]]
print(json.dumps({"students": found, "kiosks": plates("load_kiosk", kiosks), "tills": plates("pos", tills + sellers)}))
"""
COMPARE = """
import json, django
django.setup()
from nanhu.kernel.clock import campus_today
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.services import reconciliation
from nanhu.systems.card.funds.chip_checks import unexplained
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.funds.checks import funds_differences
differences = [str(one) for one in reconciliation.bank_differences(campus_today())]
print(json.dumps([differences, [str(one) for one in unexplained()], receipt_differences(), funds_differences(), [str(one) for one in ledger.check_ledger()]]))
"""
BOOKED, ENDED = {"written", "unclaimed"}, {"written", "unclaimed", "refused", "reversed"}
KILLS = [("bank",), ("gateway",), ("web", "worker"), ("database",), EVERYTHING]


def hurry(campus: Campus) -> None:
    """The clock moves on: what waits for its time waits no longer."""
    with embedded.superuser_connection(campus.folder, "nanhu") as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE card_load SET moved_at = moved_at - interval '11 minutes', due_at = now() WHERE due_at IS NOT NULL"
        )
        connection.execute(
            "UPDATE card_claim_order SET begun_at = begun_at - interval '11 minutes' WHERE state = 'writing'"
        )


def has_ended(campus: Campus) -> bool:
    """But for a chip that may have been written: it tells at its next touch."""
    hurry(campus)
    return {state for (state,) in ask(campus, "SELECT DISTINCT state FROM card_load")} <= {*ENDED, "writing"}


ACTIVE = "SELECT count(*) FROM payments_agreement WHERE state = 'active'"


def signed_students(campus: Campus, plan: dict, kiosks: list[Machine]) -> list[dict]:
    before = ask(campus, ACTIVE)[0][0]
    for one in plan["students"]:
        facts = {"card": one["uid"], "bank_card": one["bank_card"], "phone": one["phone"]}
        told = kiosks[0].ask("agreement/sign", one["pin"], **facts)
        assert told["outcome"] == "approved", told
    wait_until(campus, lambda: ask(campus, ACTIVE)[0][0] >= before + STUDENTS, "the bank did not sign")
    return plan["students"]


def test_loads_claims_and_sales_survive_every_kill(doomed: Campus, tmp_path: Path) -> None:
    plan = json.loads(inside(doomed, PREPARE, *map(str, (STUDENTS, KIOSKS, TILLS, SELLERS))))
    assert len(plan["students"]) == STUDENTS
    known = inside(doomed, COMPARE)
    machines = [Machine(doomed.url, Plate(**one)) for one in (*plan["kiosks"], *plan["tills"][:TILLS])]
    students, stopping, dice = signed_students(doomed, plan, machines), threading.Event(), random.Random(4)
    loaders = [
        Loader(one, chip_of(one, tmp_path), machines, stopping, random.Random(place))
        for place, one in enumerate(students)
    ]
    sellers = [
        Payer(
            Terminal(doomed.port("gateway"), one["number"], one["key"], 5_000_000),
            [one["uid"] for one in students],
            stopping,
            dice,
        )
        for one in plan["tills"][TILLS:]
    ]

    with living([*loaders, *sellers]):
        for kinds in KILLS:
            before = sum(one.ended for one in loaders)
            wait_until(
                doomed, lambda before=before: sum(one.ended for one in loaders) >= before + 3, f"no load before {kinds}"
            )
            strike(doomed, kinds)
            wait_until(doomed, lambda: is_whole(doomed), f"the campus did not come back after {kinds}")
        sold = [len(one.acknowledged) for one in sellers]
        wait_until(
            doomed,
            lambda: all(len(one.acknowledged) > many for one, many in zip(sellers, sold, strict=True)),
            "no sale any more",
        )

    wait_until(doomed, lambda: has_ended(doomed), "not every load came to its end")
    for one in loaders:
        one.stopping = threading.Event()
        one.walk("claim", most=100, calm=True)
        one.walk("claim", most=100, calm=True)
    wait_until(
        doomed, lambda: not ask(doomed, "SELECT 1 FROM card_claim_order WHERE state = 'writing'"), "a claim is open"
    )
    wait_until(
        doomed,
        lambda: has_ended(doomed) and not ask(doomed, "SELECT 1 FROM card_load WHERE state = 'writing'"),
        "a load writes",
    )

    check_bank(doomed, students)
    check_sales(doomed, sellers)
    assert inside(doomed, COMPARE) == known
    states = dict(ask(doomed, "SELECT state, count(*) FROM card_load GROUP BY state"))
    assert states.get("written", 0) > 0
    print(states, [len(one.acknowledged) for one in sellers])


def check_bank(campus: Campus, students: list[dict]) -> None:
    """What the bank's own file holds for each load, by hand."""
    books = sqlite3.connect(campus.folder / "emulators" / "outside.sqlite", timeout=PATIENCE_SECONDS)
    net: dict[str, int] = {}
    for request, kind, fen in books.execute(
        "SELECT request, kind, fen FROM movement WHERE kind IN ('debit', 'reversal')"
    ):
        net[request] = net.get(request, 0) + (fen if kind == "debit" else -fen)
    books.close()
    loads = ask(
        campus, "SELECT c.uid, l.number, l.state, l.amount_fen FROM card_load l JOIN card_card c ON c.id = l.card_id"
    )
    ours = {one["uid"] for one in students}
    for number, state, fen in [load[1:] for load in loads if load[0] in ours]:
        assert net.get(number, 0) == (fen if state in BOOKED else 0), (number, state)


def check_sales(campus: Campus, sellers: list[Payer]) -> None:
    for one in sellers:
        rows = ask(
            campus,
            f"""SELECT r.sequence, r.amount_fen FROM card_receipt r JOIN terminals_terminal p ON p.id = r.terminal_id
                WHERE p.number = '{one.terminal.number}' AND r.outcome = 'posted' AND r.sequence > 5000000""",  # noqa: S608  our own number
        )
        kept = dict(rows)
        assert len(kept) == len(rows)
        assert one.acknowledged.items() <= kept.items()
