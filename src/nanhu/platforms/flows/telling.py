"""Telling people by mail that something waits for them, that it is late, or what became of it."""

from collections.abc import Iterable

from django.urls import reverse

from nanhu.kernel.configuration import configuration
from nanhu.kernel.delivery.mails import send_mail
from nanhu.platforms.flows.assigning import Holder
from nanhu.platforms.flows.models import Case
from nanhu.platforms.people import api as people


def tell(holders: Iterable[Holder], case: Case, words: str) -> None:
    """Whoever has an address; in the caller's transaction. The case's contents stay out of mails."""
    ids = {person for holder in holders for person in members_of(holder)}
    address = f"{configuration().public_url}{reverse('flows:case', kwargs={'public_id': case.public_id})}"
    for card in people.person_cards(ids).values():
        if card.email:
            send_mail(email=card.email, subject=words[:120], text=f"{words}\n\n{address}\n")


def members_of(holder: Holder) -> tuple[int, ...]:
    if holder.person_id is not None:
        return (holder.person_id,)
    found = people.find_post(holder.unit_id, holder.office) if holder.unit_id else None
    return found.person_ids if found else ()
