"""Periodic jobs of issuing: reminders to sponsors, school years, the mailbox of photographs."""

from nanhu.kernel.jobs import job
from nanhu.systems.card.issuing.services import expiring, mailing


@job("card_issuing.tell_sponsors", every="20 8 * * *")
def tell_sponsors() -> int:
    return expiring.tell_sponsors()


@job("card_issuing.move_school_years_on", every="40 2 * * *")
def move_school_years_on() -> int:
    return expiring.move_school_years_on()


@job("card_issuing.read_mailbox", every="*/2 * * * *")
def read_mailbox() -> int:
    return mailing.read_mailbox()
