"""Cases that wait for money (缴费): what was paid goes on, what was not paid by its last day expires."""

from collections.abc import Iterator
from typing import Final

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.jobs import alone
from nanhu.platforms.flows.models import Case, Token, Version
from nanhu.platforms.flows.services.cases import come, expire
from nanhu.platforms.flows.services.engine import Walk, locked_case
from nanhu.platforms.flows.services.fees import SETTLED, UNDONE, bills_of, last_day
from nanhu.platforms.flows.services.standing import earliest_day
from nanhu.platforms.ledger import api as ledger

CLOCK: Final = Actor.system("flows.fees")


def settle() -> int:
    """One that fails keeps no other."""
    done = 0
    for case_id, step in waiting_for_money():
        with alone("flows.fee_not_settled", case=case_id):
            done += settle_one(case_id, step)
    return done


def waiting_for_money() -> Iterator[tuple[int, str]]:
    """Case and step, of running cases alone."""
    for version in Version.objects.filter(content__contains='"kind":"pay"'):
        steps = [step.key for step in version.body.steps if step.kind == "pay"]
        tokens = Token.objects.filter(case__version=version, case__state=Case.State.RUNNING, step__in=steps)
        yield from tokens.order_by("pk").values_list("case_id", "step")


@transaction.atomic
def settle_one(case_id: int, step: str) -> int:
    """Judged with case and bill locked: somebody may be paying."""
    case = locked_case(case_id)
    known = bills_of(case.number, step)
    [bill] = ledger.lock_bills([known[-1].pk]) if known else [None]
    if bill is None or not case.tokens.filter(step=step).exists():
        return 0
    if bill.state in SETTLED:
        come(by=CLOCK, case=case, step=step)
    elif bill.is_owed and last_day(bill) < earliest_day():
        expire(by=CLOCK, case=case)
    elif bill.state in UNDONE:
        walk = Walk(case, by=CLOCK)
        walk.bill(case.body.step(step), visit=case.tokens.get(step=step).pk)
        walk.finish()
    else:
        return 0
    return 1
