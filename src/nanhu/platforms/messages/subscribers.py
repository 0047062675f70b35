"""A published notice tells its audience; who leaves hears nothing more; two records of one person have one list. The handlers get a list and
may get it twice."""

from collections.abc import Sequence

from nanhu.kernel.events import subscribe
from nanhu.platforms.identity.api import AccountParted
from nanhu.platforms.messages.events import NoticePublished
from nanhu.platforms.messages.services import announcing, keeping
from nanhu.platforms.messages.services.telling import PARTED, PARTED_KEYS, tell
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import AffiliationEnded, PersonsMerged, PersonsParted


@subscribe(NoticePublished, name="messages.tell_of_notice")
def tell_of_notice(events: Sequence[NoticePublished]) -> None:  # noqa: ARG001  whichever are due
    announcing.tell_due()


@subscribe(AffiliationEnded, name="messages.let_go")
def let_go(events: Sequence[AffiliationEnded]) -> None:
    persons = {event.person_id for event in events}
    keeping.forget_person(persons - people.still_here(persons).keys())


@subscribe(PersonsMerged, name="messages.join")
def join(events: Sequence[PersonsMerged]) -> None:
    for kept_id, gone_id in people.merges_that_stand(events):
        keeping.join(kept=kept_id, gone=gone_id)


@subscribe(PersonsParted, name="messages.forget_browsers_of_parted", at_once=True)
def forget_browsers_of_parted(events: Sequence[PersonsParted]) -> None:
    keeping.forget_browsers({one for event in events for one in event.records()})


@subscribe(AccountParted, name="messages.tell_of_parting")
def tell_of_parting(events: Sequence[AccountParted]) -> None:
    for event in events:
        tell({event.person_id}, PARTED_KEYS if event.taken else PARTED, urgency="now", key=str(event.account_id))
