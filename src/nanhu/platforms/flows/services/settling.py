"""Cases that wait for money (缴费): what was paid goes on, what fell due expires."""

import logging
from typing import Final

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.platforms.flows.models import Case, Token
from nanhu.platforms.flows.services.cases import expire, go_on
from nanhu.platforms.flows.services.fees import key_of
from nanhu.platforms.ledger import api as ledger

CLOCK: Final = Actor.system("flows.fees")
log = logging.getLogger(__name__)


def settle() -> int:
    """Cases that wait for money: those that were paid go on, those whose bill fell due expire. One that fails keeps no other."""
    waiting = Token.objects.filter(case__state=Case.State.RUNNING, case__version__content__contains='"kind":"pay"')
    found = [
        (token.case_id, step.key, key_of(token.case, step))
        for token in waiting.select_related("case__version")
        if (step := token.case.body.step(token.step)).kind == "pay"
    ]
    bills = {bill.key: bill for bill in ledger.Bill.objects.filter(key__in=[key for _case, _step, key in found])}
    return sum(settle_one(case_id, step, bills[key]) for case_id, step, key in found if key in bills)


def settle_one(case_id: int, step: str, bill: ledger.Bill) -> int:
    if bill.is_owed and bill.due_on >= campus_today():
        return 0
    try:
        with transaction.atomic():
            if bill.is_owed:
                expire(case_id=case_id, step=step)
            else:
                go_on(by=CLOCK, case_id=case_id, step=step)
    except Exception:
        log.exception("the fee of case %s was not settled", case_id)
        return 0
    return 1
