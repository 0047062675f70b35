"""One round of the retries at the bank in the thread of the test."""

from functools import partial

from nanhu.kernel.retries import drive
from nanhu.platforms.payments.services.retrying import AGREEMENTS
from nanhu.systems.card.bank.services import finder

drive_due = partial(drive, AGREEMENTS, *finder.EVERY)
