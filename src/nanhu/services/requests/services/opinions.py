"""Reports on public opinion (舆情): gathered into topics with a severity, what was done, when it was over."""

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.proposals import given
from nanhu.services.requests.models import Request, Topic, TopicEntry
from nanhu.services.requests.services.timeline import What, locked, note

State = Request.State


@transaction.atomic
def open_topic(*, by: Actor, title: str, severity: int) -> Topic:
    topic = Topic.objects.create(title=given(title), severity=severity)
    record(by, topic, "requests.open_topic")
    return topic


@transaction.atomic
def gather(*, by: Actor, request: Request, topic: Topic) -> Request:
    """Several reports of the same are one topic; a report may be moved to another."""
    living(topic)
    found = locked(request, {State.NEW, State.WORKING})
    found.topic, found.state = topic, State.WORKING
    found.save(update_fields=["topic", "state"])
    note(by, found, What.JUDGED, is_inner=True)
    return found


@transaction.atomic
def gather_anew(*, by: Actor, request: Request, title: str, severity: int) -> Request:
    """Under a topic of its own, of which nothing stays where the report is gone meanwhile."""
    return gather(by=by, request=request, topic=open_topic(by=by, title=title, severity=severity))


@transaction.atomic
def act(*, by: Actor, topic: Topic, words: str, severity: int) -> TopicEntry:
    found = living(topic)
    found.severity = severity
    found.save(update_fields=["severity"])
    entry = TopicEntry.objects.create(topic=found, who=by.name, words=given(words))
    record(by, found, "requests.note_topic")
    return entry


@transaction.atomic
def close(*, by: Actor, topic: Topic, words: str) -> Topic:
    """With its reports."""
    found = living(topic)
    TopicEntry.objects.create(topic=found, who=by.name, words=given(words))
    found.closed_on = campus_today()
    found.save(update_fields=["closed_on"])
    for one in Request.objects.select_for_update().filter(topic=found, state=State.WORKING).order_by("pk"):
        one.state, one.closed_at = State.CLOSED, now()
        one.save(update_fields=["state", "closed_at"])
        note(by, one, What.CLOSED)
    record(by, found, "requests.close_topic")
    return found


def living(topic: Topic) -> Topic:
    found = Topic.objects.select_for_update().get(pk=topic.pk)
    if found.closed_on is not None:
        raise WrongStateError(what=Topic.what, state=found.closed_on)
    return found


def record(by: Actor, topic: Topic, action: str) -> None:
    """Without its title: who reads the log reads no opinion."""
    audit.record(by=by, action=action, target=f"requests-topic:{topic.public_id}", facts={"severity": topic.severity})
