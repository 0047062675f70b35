"""A published notice tells its audience; who leaves hears nothing more; two records of one person have one list. The handlers get a list and
may get it twice."""

from collections.abc import Sequence

from nanhu.kernel.events import subscribe
from nanhu.platforms.identity.api import AccountParted, RolesLeft
from nanhu.platforms.messages.events import NoticePublished
from nanhu.platforms.messages.services import announcing, keeping
from nanhu.platforms.messages.services.telling import PARTED, PARTED_KEYS, ROLES_LEFT, tell
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
    keeping.forget_browsers({one.person_id for one in people.parted_records(events)})


@subscribe(AccountParted, name="messages.tell_of_parting")
def tell_of_parting(events: Sequence[AccountParted]) -> None:
    for event in events:
        key = f"{event.account_id}:{event.at.isoformat()}"
        tell({event.person_id}, PARTED_KEYS if event.taken else PARTED, urgency="now", key=key)


@subscribe(RolesLeft, name="messages.tell_of_roles_left")
def tell_of_roles_left(events: Sequence[RolesLeft]) -> None:
    """Not of a merge that has been undone before this is told: his account has them again. Of two that are one once more the last."""
    heirs = people.heirs(event.gone_id for event in events)
    latest = {(event.account_id, event.gone_id): event for event in events}
    for event in latest.values():
        if heirs.get(event.gone_id) == event.person_id:
            key = f"{event.account_id}:{event.gone_id}:{event.at.isoformat()}"
            tell({event.person_id}, ROLES_LEFT, {"count": str(event.count)}, key=key)
