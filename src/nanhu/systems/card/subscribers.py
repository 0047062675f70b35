"""What people's life means for cards. Each handler gets a list and may get it twice."""

from collections.abc import Sequence

from nanhu.kernel.actors import Actor
from nanhu.kernel.events import subscribe
from nanhu.platforms.people.api import (
    AffiliationChanged,
    AffiliationEnded,
    AffiliationStarted,
    PersonJoined,
)
from nanhu.systems.card.events import CardLossCancelled, CardReissued, CardReportedLost
from nanhu.systems.card.models import Card
from nanhu.systems.card.publishing import publish
from nanhu.systems.card.services import follow, issue

BY = Actor.system("card.life_cycle")


@subscribe(CardReportedLost, name="card.publish_lost")
def publish_lost(events: Sequence[CardReportedLost]) -> None:
    publish(Card.objects.filter(pk__in=[event.card_id for event in events]))


@subscribe(CardLossCancelled, name="card.publish_found")
def publish_found(events: Sequence[CardLossCancelled]) -> None:
    publish(Card.objects.filter(pk__in=[event.card_id for event in events]))


@subscribe(CardReissued, name="card.publish_reissued")
def publish_reissued(events: Sequence[CardReissued]) -> None:
    publish(Card.objects.filter(pk__in=[pk for event in events for pk in (event.old_card_id, event.new_card_id)]))


@subscribe(PersonJoined, name="card.issue_to_newcomers")
def issue_to_newcomers(events: Sequence[PersonJoined]) -> None:
    issue.issue_cards(by=BY, person_ids=[event.person_id for event in events])


@subscribe(AffiliationStarted, name="card.issue_to_affiliated")
def issue_to_affiliated(events: Sequence[AffiliationStarted]) -> None:
    """Who comes back finds the card alive again; who never had one gets it; a holder's card follows the new tie."""
    person_ids = {event.person_id for event in events}
    follow.follow_affiliations(by=BY, person_ids=person_ids)
    issue.issue_cards(by=BY, person_ids=person_ids)


@subscribe(AffiliationChanged, name="card.follow_changes")
def follow_changes(events: Sequence[AffiliationChanged]) -> None:
    follow.follow_affiliations(by=BY, person_ids={event.person_id for event in events})


@subscribe(AffiliationEnded, name="card.follow_leavers")
def follow_leavers(events: Sequence[AffiliationEnded]) -> None:
    follow.follow_affiliations(by=BY, person_ids={event.person_id for event in events})
