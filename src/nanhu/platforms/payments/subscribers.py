"""Two who were taken for one are told apart: a bank card that was signed meanwhile may be the other's."""

from collections.abc import Sequence

from nanhu.kernel.actors import Actor
from nanhu.kernel.events import subscribe
from nanhu.platforms.payments.services import agreements
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import PersonsParted

BY = Actor.system("payments.agreements")


@subscribe(PersonsParted, name="payments.end_doubtful_agreements")
def end_doubtful_agreements(events: Sequence[PersonsParted]) -> None:
    """While the bank still owes an answer, or a transfer is under way over it, this is tried again later. What one of the two signed after
    they were parted is his."""
    for one in people.parted_records(events):
        agreements.end_doubtful(by=BY, person_id=one.person_id, since=one.since, until=one.until)
