"""Parcels are handed to their channels and retried (`kernel.retries`); what channels answer is written down for each recipient."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.urls import reverse

from nanhu.kernel import clock
from nanhu.kernel.configuration import configuration
from nanhu.kernel.delivery.mails import GIVES_UP_AFTER
from nanhu.kernel.pauses import listed
from nanhu.kernel.registry import MessageBatch, MessageChannel, MessageOutcome, MessageRecipient, message_channels
from nanhu.kernel.retries import Again, Answer, Done, Never, Retries, drive
from nanhu.kernel.retries.answers import Outside
from nanhu.platforms.messages.models import Delivery, Entry, Message, Parcel
from nanhu.platforms.messages.models.messages import Urgency
from nanhu.platforms.messages.statements import QUERIES
from nanhu.platforms.people import api as people

CHANNEL = "messages_parcels"
MOST_TRIES = 8
LOOKED_AFTER = GIVES_UP_AFTER + timedelta(days=1)
LOOKED_AT_ONCE, MOST_PARTS = 5000, 20
UNKNOWN, NO_ANSWER, OFF = "no such channel", "no answer", "switched off"
LATER = "later"
LONGEST_REASON, LONGEST_REFERENCE = 200, 80
State = Delivery.State
type Look = Callable[[Sequence[str]], Mapping[str, MessageOutcome]]
log = logging.getLogger(__name__)


def step(parcel: Parcel) -> Answer | Outside:
    """What was read meanwhile, or is for somebody who has left, is not sent."""
    rows = QUERIES.rows("open", {"parcel": parcel.pk})
    living = people.still_here({person_id for _pk, person_id, _wanted in rows}) if rows else {}
    unwanted = {pk for pk, person_id, wanted in rows if not wanted or person_id not in living}
    drop(unwanted)
    recipients = [
        MessageRecipient(delivery_id=pk, person_id=living[person_id])
        for pk, person_id, _wanted in rows
        if pk not in unwanted
    ]
    if not recipients:
        return Done()
    channel = message_channels.get(parcel.channel)
    if channel is None or parcel.attempts > MOST_TRIES:
        why = parcel.error or NO_ANSWER if channel else UNKNOWN
        settle({one.delivery_id: MessageOutcome(state="failed", reason=why) for one in recipients})
        return Never(why)
    if not channel.is_on():
        return Again(OFF)
    batch = batch_of(parcel, recipients)
    if channel.is_internal:
        with transaction.atomic():
            return handed_over(channel, batch)
    return partial(handed_over, channel, batch)


def batch_of(parcel: Parcel, recipients: Sequence[MessageRecipient]) -> MessageBatch:
    message = Message.objects.get(pk=parcel.message_id)
    is_english = parcel.language == "en"
    return MessageBatch(
        number=parcel.number,
        template=message.template,
        kind=message.kind,
        urgency=message.urgency,  # type: ignore[arg-type]
        language=parcel.language,  # type: ignore[arg-type]
        title=message.title_en if is_english else message.title,
        text=message.text_en if is_english else message.text,
        url=configuration().public_url + reverse("inbox:open", args=[message.public_id]),
        topic=f"{message.template}:{message.key or message.pk}",
        recipients=recipients,
    )


def handed_over(channel: MessageChannel, batch: MessageBatch) -> Answer:
    said = channel.send(batch)
    silent = MessageOutcome(state="failed", reason=NO_ANSWER)
    outcomes = {one.delivery_id: said.get(one.delivery_id, silent) for one in batch.recipients}
    settle({pk: one for pk, one in outcomes.items() if one.state != "later"})
    waits = [one for one in outcomes.values() if one.state == "later"]
    return Again(waits[0].reason or LATER) if waits else Done()


def drop(ids: Collection[int]) -> None:
    if ids:
        rows = Delivery.objects.filter(pk__in=ids, state=State.QUEUED)
        rows.update(state=State.DROPPED, changed_at=clock.now())


@transaction.atomic
def settle(outcomes: Mapping[int, MessageOutcome]) -> None:
    """Delivered: no further channel has its turn. Failed and pressing: the next has it at once."""
    if not outcomes:
        return
    ids = sorted(outcomes)
    facts = {
        "ids": ids,
        "states": [outcomes[pk].state for pk in ids],
        "reasons": [reason_of(outcomes[pk]) for pk in ids],
        "references": [outcomes[pk].reference[:LONGEST_REFERENCE] for pk in ids],
        "now": clock.now(),
    }
    hold(ids)
    settled = QUERIES.rows("settle", facts)
    waiting = Entry.objects.filter(due_at__isnull=False)
    waiting.filter(pk__in=[pk for pk, state in settled if state == State.DELIVERED]).update(due_at=None)
    if failed := [pk for pk, state in settled if state == State.FAILED]:
        waiting.filter(pk__in=failed, message__urgency=Urgency.NOW).update(due_at=facts["now"])


def hold(ids: Sequence[int]) -> None:
    """Entries before their deliveries, as the router takes them."""
    entries = Delivery.objects.filter(pk__in=ids).values("entry")
    list(Entry.objects.select_for_update().filter(pk__in=entries).order_by("pk").values_list("pk"))


def reason_of(outcome: MessageOutcome) -> str:
    reason = outcome.reason.replace("\0", " ")[:LONGEST_REASON]
    return reason or NO_ANSWER if outcome.state == "failed" else reason


def look_after() -> int:
    """Ask channels what became of what they took; how much is known now. One that breaks holds up none of the others."""
    known = 0
    for channel in message_channels:
        if channel.look is None or not channel.is_on():
            continue
        try:
            known += look_by(channel, channel.look)
        except Exception:
            log.exception("channel %s cannot be looked after", channel.key)
    return known


def look_by(channel: MessageChannel, look: Look) -> int:
    """All that waits, the longest unasked first."""
    rows = Delivery.objects.filter(
        channel=channel.key, state=State.HANDED_OVER, created_at__gt=clock.now() - LOOKED_AFTER
    )
    seen: set[int] = set()
    known = 0
    for _part in range(MOST_PARTS):
        part = rows.order_by("changed_at", "pk")[:LOOKED_AT_ONCE]
        waiting = {one.pk: one.reference for one in part if one.pk not in seen}
        if not waiting:
            break
        seen |= waiting.keys()
        said = look(sorted(set(waiting.values())))
        outcomes = {pk: said[reference] for pk, reference in waiting.items() if reference in said}
        settle(outcomes)
        rows.filter(pk__in=waiting.keys() - outcomes.keys()).update(changed_at=clock.now())
        known += sum(one.state in {"delivered", "failed"} for one in outcomes.values())
    return known


PARCELS = Retries(
    model=Parcel,
    step=step,
    pause=listed("10s", "1min", "3min", "10min", "30min"),
    lane="lane",
    lane_at_once=2,
    at_once=10,
    lease=timedelta(minutes=5),
)
hand_over_due = partial(drive, PARCELS)
