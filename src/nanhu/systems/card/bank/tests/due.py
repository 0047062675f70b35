"""One round of the retries at the bank in the thread of the test."""

from functools import partial

from nanhu.kernel.retries import drive
from nanhu.platforms.payments.services import retrying
from nanhu.systems.card.bank.services import retrying as card_retrying

drive_due = partial(drive, *retrying.EVERY, *card_retrying.EVERY)
