"""The retries at the bank (重试): what is asked there was written down before, and is asked again until it is known.

A room above has its own rows and steps; `bank_step` makes a step one of the line, `LEASE` and `pause_after` say how it waits.
"""

import logging
from collections.abc import Callable
from functools import partial

from django.db import models

from nanhu.kernel.retries import Again, Retries, in_the_worker
from nanhu.kernel.retries.answers import Answer, Outside
from nanhu.platforms.payments.acquirer import AcquirerSilentError
from nanhu.platforms.payments.errors import PaymentOddError
from nanhu.platforms.payments.gateway import BankSilentError
from nanhu.platforms.payments.models import Agreement, BankPayout
from nanhu.platforms.payments.services import agreements, payouts
from nanhu.platforms.payments.timing import LEASE, pause_after

log = logging.getLogger(__name__)
CHANNEL = "payments"
SILENT = (BankSilentError, AcquirerSilentError, PaymentOddError)


def bank_step[Row: models.Model](step: Callable[[Row], Answer]) -> Callable[[Row], Outside]:
    """The whole step on a thread: each writes down what it asks before it asks."""
    return lambda row: partial(heard, step, row)


def heard[Row: models.Model](step: Callable[[Row], Answer], row: Row) -> Answer:
    try:
        return step(row)
    except SILENT as error:
        log.warning("%s %s: %s", type(row).__name__.lower(), getattr(row, "number", row.pk), error)
        return Again(str(error))


AGREEMENTS = Retries(
    model=Agreement, step=bank_step(agreements.look), pause=pause_after, lease=LEASE, related=("channel",), at_once=2
)
PAYOUTS = Retries(
    model=BankPayout, step=bank_step(payouts.step), pause=pause_after, lease=LEASE, related=("channel",), at_once=2
)
EVERY = (AGREEMENTS, PAYOUTS)
in_the_worker("payments", *EVERY, channel=CHANNEL)
